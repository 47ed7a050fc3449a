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
