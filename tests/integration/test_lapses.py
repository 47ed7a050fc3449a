"""A certificate past its last day counts no more, whether or not the nightly job has booked its lapse."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain.scope import WHOLE_DISTRICT
from cultivate.errors import CultivateError
from cultivate.models import Candidacy, Certificate, StageMove
from cultivate.queries import ledger, stock
from cultivate.services import (
    booking,
    certificates,
    imports,
    merges,
    relocations,
    reversals,
    stages,
    transfers,
)
from cultivate.services.imports import ImportOptions
from cultivate.services.stages import MoveRequest
from cultivate.services.verification import verify
from tests.fixtures import HUSHU, World
from tests.import_files import csv, problem_codes

TODAY = clock.today()
ISSUED = date(2020, 5, 5)
LAST = date(2023, 5, 5)
LAPSE = date(2023, 5, 6)
LATER = date(2024, 6, 6)


def listed(world: World, issued_on: date = ISSUED, name: str | None = None) -> int:
    """A firm that an official list certified; its lapse waits for the job."""
    firm = world.firm(name)
    number = f"GR{issued_on:%Y%m%d}{firm:04d}"
    certificates.certify_by_list(world.session, world.bureau, firm, "hnte", number, issued_on)
    return firm


def held(session: Session, firm: int) -> Certificate:
    return session.scalars(select(Certificate).where(Certificate.firm_id == firm)).one()


def way(session: Session, firm: int) -> Candidacy:
    rows = select(Candidacy).where(Candidacy.firm_id == firm).execution_options(populate_existing=True)
    return session.scalars(rows).one()


def in_force(session: Session, day: date, known_at=None) -> tuple[int, dict[int, int], int]:
    """Of the district, by street, and how long the list is."""
    whole = ledger.balances(session, WHOLE_DISTRICT, "hnte", day, known_at)[0].in_force
    by = ledger.balances(session, WHOLE_DISTRICT, "hnte", day, known_at, "unit")
    asked = stock.Standing(track="hnte", stage=stock.IN_FORCE, as_of=day, known_at=known_at)
    rows = session.execute(select(stock.standing(WHOLE_DISTRICT, asked))).all()
    return whole, {unit: each.in_force for unit, each in by.items() if each.in_force}, len(rows)


def _revoked(world: World, firm: int) -> None:
    certificates.revoke(world.session, world.bureau, held(world.session, firm).id, date(2021, 1, 1), "撤销")


def _withdrawn(world: World, firm: int) -> None:
    request = MoveRequest("withdrawn", date(2021, 1, 1), "放弃")
    stages.move(world.session, world.bureau, way(world.session, firm).id, request)


def _moved(world: World, firm: int) -> None:
    transfers.transfer(world.session, world.bureau, firm, HUSHU, None, LATER, "搬迁")


def _taken_back(world: World, firm: int) -> None:
    moves = select(StageMove.id).order_by(StageMove.id.desc()).limit(1)
    reversals.reverse(world.session, world.bureau, world.session.scalars(moves).one(), "录错")


def _renewed(world: World, firm: int) -> None:
    certificates.certify_by_list(
        world.session, world.bureau, firm, "hnte", "GR202200000001", date(2022, 5, 5)
    )


def _lapsed(world: World, firm: int) -> None:
    certificates.post_lapses(world.session, world.bureau, TODAY)


@pytest.mark.parametrize("act", [_revoked, _withdrawn, _moved, _taken_back, _renewed, _lapsed])
@pytest.mark.parametrize("day", [LAST, LAPSE, LATER, TODAY])
def test_what_was_told_of_an_ended_certificate_stays(
    world: World, act: Callable[[World, int], None], day: date
) -> None:
    firm = listed(world)
    told, known_at = in_force(world.session, day), clock.now()
    street = way(world.session, firm).street_id
    assert told == ((1, {street: 1}, 1) if day == LAST else (0, {}, 0))
    act(world, firm)
    assert in_force(world.session, day, known_at) == told
    certificates.post_lapses(world.session, world.bureau, TODAY)
    assert in_force(world.session, day, known_at) == told
    assert verify(world.session) == []


def test_a_day_before_the_firm_moved_keeps_its_street_while_the_lapse_waits(world: World) -> None:
    firm = listed(world)
    street = way(world.session, firm).street_id
    day = date(2021, 1, 1)
    transfers.transfer(world.session, world.bureau, firm, HUSHU, None, date(2022, 1, 1), "搬迁")
    assert in_force(world.session, day) == (1, {street: 1}, 1)
    assert in_force(world.session, LATER) == (0, {}, 0)


@pytest.mark.parametrize("to", ["withdrawn", "moved_out", "closed"])
def test_nobody_leaves_with_a_certificate_that_has_ended(world: World, to: str) -> None:
    candidacy = way(world.session, listed(world)).id
    with pytest.raises(CultivateError) as refused:
        stages.move(world.session, world.bureau, candidacy, MoveRequest(to, LAPSE, "放弃"))
    assert refused.value.problem == "certificate-ended"
    stages.move(world.session, world.bureau, candidacy, MoveRequest(to, LAST, "放弃"))
    assert verify(world.session) == []


def test_what_has_ended_is_not_revoked(world: World) -> None:
    firm = listed(world, name="甲公司")
    with pytest.raises(CultivateError) as refused:
        certificates.revoke(world.session, world.bureau, held(world.session, firm).id, LAPSE, "撤销")
    assert refused.value.problem == "not-in-force"
    rows = csv(("1", "甲公司", "", "2023"), header=("序号", "企业名称", "证书编号", "取消年度"))
    notice = ImportOptions(track="hnte", issued_on=LATER)
    report = imports.run(world.session, world.bureau, "cancellations", "取消.csv", rows, notice)
    assert problem_codes(report) == [(2, "not-in-force")]


def test_a_firm_that_leaves_or_moves_later_lapses_first(world: World) -> None:
    gone, moved = listed(world), listed(world)
    assert relocations.move_out(world.session, world.bureau, gone, LATER, "迁出") == 0
    _moved(world, moved)
    for firm in (gone, moved):
        left = way(world.session, firm)
        assert (left.stage, left.stage_since) == ("expired", LAPSE)
    assert verify(world.session) == []


def test_a_firm_that_came_back_counts_though_its_lapse_waited(world: World) -> None:
    firm = listed(world)
    brought = relocations.Brought("hnte", "GR202300000009", date(2023, 12, 8))
    assert relocations.move_in(world.session, world.bureau, firm, brought, LATER)
    assert in_force(world.session, LATER)[0] == 1
    assert verify(world.session) == []


def test_a_merge_books_what_waits_and_its_undo_leaves_it(world: World) -> None:
    kept, gone = listed(world), listed(world, date(2021, 5, 5))
    merge = merges.merge(world.session, world.bureau, kept, gone, {"uscc": "kept"}, "同一家")
    assert in_force(world.session, LATER)[0] == 0
    merges.undo_merge(world.session, world.bureau, merge)
    assert {way(world.session, firm).stage for firm in (kept, gone)} == {"expired"}
    assert verify(world.session) == []


@pytest.mark.parametrize("newer_first", [True, False])
def test_issued_on_the_day_after_the_end_the_older_one_lapsed(world: World, newer_first: bool) -> None:
    firm = world.firm()
    known = [("GR202000000001", ISSUED), ("GR202300000001", LAPSE)]
    for number, day in reversed(known) if newer_first else known:
        certificates.certify_by_list(world.session, world.bureau, firm, "hnte", number, day)
    older = world.session.scalars(
        select(Candidacy.stage)
        .join(Certificate, Certificate.candidacy_id == Candidacy.id)
        .where(Certificate.issued_on == ISSUED)
    ).one()
    assert older == "expired"
    assert verify(world.session) == []


def test_verify_names_who_left_with_an_ended_certificate(world: World) -> None:
    left = way(world.session, listed(world))
    act = booking.begin(world.session, world.bureau)
    booking.step(act, left, "withdrawn", LAPSE + timedelta(days=1), reason="放弃")
    assert [finding.check for finding in verify(world.session)] == ["left-in-force"]
