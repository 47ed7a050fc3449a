"""Migrations equal models on both engines, go up and down, and forbid what the ledger forbids."""

import pytest
from alembic import command
from sqlalchemy import inspect, text
from sqlalchemy.exc import DatabaseError

from cultivate.db import migrate
from cultivate.db.engine import Database, make_engine
from cultivate.settings import normalise_url
from tests.fixtures import World


def test_models_equal_migrations(database_url: str) -> None:
    command.check(migrate.config(normalise_url(database_url)))


def test_down_and_up_again_leaves_nothing_behind(empty_database_url: str) -> None:
    url = normalise_url(empty_database_url)
    migrate.upgrade(url)
    command.downgrade(migrate.config(url), "base")
    engine = make_engine(url)
    assert set(inspect(engine).get_table_names()) == {"alembic_version"}
    engine.dispose()
    migrate.upgrade(url)
    assert migrate.current(url) == migrate.head()


def test_figures_go_over_and_come_back(empty_database_url: str) -> None:
    """The two figures of a year that the first version kept become rows of their own; a way back loses the rest."""
    url = normalise_url(empty_database_url)
    settings = migrate.config(url)
    command.upgrade(settings, "0001")
    engine = make_engine(url)
    with engine.begin() as connection:
        for statement in (
            (
                "INSERT INTO org_unit (id, code, kind, name_zh, name_en, position) "
                "VALUES (1, '330105001', 'street', '米市巷街道', 'Mishixiang', 1)"
            ),
            (
                "INSERT INTO firm (id, version, name, name_key, search_text, street_id, created_at, updated_at) "
                "VALUES (1, 1, '甲', '甲', '甲', 1, '2026-01-02 03:04:05+00:00', '2026-02-03 04:05:06+00:00')"
            ),
            "INSERT INTO firm_year (firm_id, year, sales, rd) VALUES (1, 2024, 100.5, NULL), (1, 2025, NULL, NULL)",
            "INSERT INTO firm_year (firm_id, year, sales, rd) VALUES (1, 2023, 90, 7.25)",
        ):
            connection.execute(text(statement))
    command.upgrade(settings, "0002")
    with engine.begin() as connection:
        rows = connection.execute(
            text("SELECT year, figure, calibre, value FROM firm_figure ORDER BY year, figure")
        )
        assert [(row.year, row.figure, row.calibre, float(row.value)) for row in rows] == [
            (2023, "rd", "", 7.25),
            (2023, "sales", "", 90.0),
            (2024, "sales", "", 100.5),
        ]
        connection.execute(
            text(
                "INSERT INTO firm_figure (firm_id, year, figure, calibre, value, source, recorded_at, replaced_at) "
                "VALUES (1, 2024, 'rd', 'tax', 8, '', '2026-03-04 00:00:00+00:00', NULL), "
                "(1, 2024, 'sales', '', 99, '', '2026-01-01 00:00:00+00:00', '2026-02-01 00:00:00+00:00')"
            )
        )
    command.downgrade(settings, "0001")
    with engine.begin() as connection:
        kept = connection.execute(text("SELECT year, sales, rd FROM firm_year ORDER BY year")).all()
        assert [tuple(None if value is None else float(value) for value in row) for row in kept] == [
            (2023.0, 90.0, 7.25),
            (2024.0, 100.5, None),
        ]
    engine.dispose()


@pytest.mark.parametrize("table", ["stage_move", "posting"])
@pytest.mark.parametrize("act", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_the_ledger_cannot_be_changed(world: World, table: str, act: str) -> None:
    world.at_stage("serve")
    world.session.commit()
    with pytest.raises(DatabaseError, match="append-only"):
        world.session.execute(text(act.format(table)))
    world.session.rollback()


def test_the_ledger_cannot_be_truncated(world: World, engine_kind: str) -> None:
    if engine_kind == "sqlite":  # it knows no TRUNCATE; DELETE without WHERE is tested above
        return
    with pytest.raises(DatabaseError, match="append-only"):
        world.session.execute(text("TRUNCATE stage_move CASCADE"))
    world.session.rollback()


def test_a_second_upgrade_changes_nothing(database_url: str) -> None:
    database = Database(normalise_url(database_url))
    before = inspect(database.engine).get_table_names()
    migrate.upgrade(database_url)
    assert inspect(database.engine).get_table_names() == before
    database.engine.dispose()
