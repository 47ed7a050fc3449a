"""Whatever happened to the firms before: a list twice changes nothing, and taken back every number is as it was."""

from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from cultivate.errors import Conflict, Invalid
from cultivate.models import Certificate, Firm, FirmName
from cultivate.queries import ledger
from cultivate.services import imports
from cultivate.services.imports import ImportOptions
from cultivate.services.imports.verdict import NEW
from cultivate.services.verification import verify
from tests.fixtures import BANSHAN, World
from tests.import_files import csv, row_counts
from tests.integration.test_ledger_properties import TODAY, Play, days, once_a_firm, steps, tracks

HEADERS = {
    "renames": ("原名称", "现名称", "证书编号"),
    "cancellations": ("企业名称", "取消年度", "证书编号"),
    "relocations": ("企业名称", "迁出/迁入", "证书编号", "发证日期"),
}
WAYS = ("迁出", "由西湖区迁入", "迁出至余杭区", "迁入")


def listed(
    world: World, kind: str, track: str, chosen: list[tuple[int, bool, int]], firms: list[int]
) -> bytes:
    """A line for each chosen firm, with the number of its last certificate or without."""
    rows: list[tuple[str, ...]] = []
    for place, numbered, way in chosen:
        firm = world.session.get_one(Firm, firms[place])
        number = world.session.scalar(
            select(Certificate.number)
            .where(Certificate.firm_id == firm.id, Certificate.track == track, Certificate.status != "void")
            .order_by(Certificate.id.desc())
            .limit(1)
        )
        said = (number or "") if numbered else ""
        rows.append(
            {
                "renames": (firm.name, f"更名后第{place}公司", said),
                "cancellations": (firm.name, "2023", said),
                "relocations": (firm.name, WAYS[way], said, "2024-12-06" if way else ""),
            }[kind]
        )
    if kind == "relocations":
        rows.append(("新迁来的公司", "迁入", "GR202433000777", "2024-12-06"))
    return csv(*rows, header=HEADERS[kind])


def numbers(world: World) -> list[Any]:
    """The balances of both tracks on some days, and what the firms are called and where they lie."""
    session = world.session
    session.expire_all()
    counted = [
        (track, day, by, {key: dict(stock.accounts) for key, stock in sorted(found.items())})
        for track in ("hnte", "ptsme")
        for day in (date(2021, 6, 30), date(2024, 6, 30), TODAY)
        for by in (None, "unit")
        for found in (ledger.balances(session, world.bureau.scope, track, day, None, by),)
    ]
    firms = session.execute(
        select(Firm.id, Firm.name, Firm.name_key, Firm.street_id, Firm.park_id)
        .where(Firm.deleted_at.is_(None))
        .order_by(Firm.id)
    ).all()
    former = session.execute(select(FirmName.firm_id, FirmName.name).order_by(FirmName.id)).all()
    valid = session.execute(
        select(Certificate.firm_id, Certificate.number, Certificate.status, Certificate.revoked_on)
        .where(Certificate.status != "void")
        .order_by(Certificate.id)
    ).all()
    return [counted, firms, former, valid]


def without_zeros(found: list[Any]) -> list[Any]:
    """An account that came and went holds zero; that is the same as never having been."""
    counted = [
        (
            track,
            day,
            by,
            {key: kept for key, sums in places.items() if (kept := {a: n for a, n in sums.items() if n})},
        )
        for track, day, by, places in found[0]
    ]
    return [counted, *found[1:]]


@pytest.mark.slow
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    script=st.lists(steps, min_size=2, max_size=14),
    kind=st.sampled_from(sorted(HEADERS)),
    track=tracks,
    on=st.one_of(days, st.just(TODAY)),
    chosen=st.lists(
        st.tuples(st.integers(0, 3), st.booleans(), st.integers(0, 3)),
        min_size=1,
        max_size=4,
        unique_by=lambda line: line[0],
    ),
)
def test_twice_and_taken_back(
    app: Flask, world: World, script: list[tuple], kind: str, track: str, on: date, chosen: list
) -> None:
    session = world.session
    savepoint = session.begin_nested()
    try:
        play = Play(world)
        for step in script:
            play.carry_out(step)
        content = listed(world, kind, track, chosen, play.firms)
        before = without_zeros(numbers(world))
        options = ImportOptions(track=track, issued_on=on)
        report = imports.run(session, world.bureau, kind, "名单.csv", content, options)
        if kind == "relocations":
            with suppress(Invalid, Conflict), session.begin_nested():
                given_street = {"street": BANSHAN}
                imports.decide(
                    session, world.bureau, report["batch"], len(chosen) + 2, NEW, given=given_street
                )
        assert verify(session) == []
        once_a_firm(session)
        rows = row_counts(session)
        again = imports.run(session, world.bureau, kind, "名单.csv", content, options)
        changed = {table for table, count in row_counts(session).items() if count != rows[table]}
        assert changed <= {"import_batch", "import_row", "audit_event"}, again
        for batch in (again["batch"], report["batch"]):
            imports.undo(session, world.bureau, batch)
        assert verify(session) == []
        assert without_zeros(numbers(world)) == before
    finally:
        savepoint.rollback()
