"""One certificate after another: told in any order, taken back, merged, with changes of street between."""

from collections.abc import Iterator
from datetime import date, time

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain.scope import WHOLE_DISTRICT
from cultivate.errors import Invalid
from cultivate.models import BatchEntry, Candidacy, Certificate, Firm, StageMove
from cultivate.queries import ledger
from cultivate.services import (
    booking,
    certificates,
    imports,
    merges,
    relocations,
    renewals,
    reversals,
    stages,
    transfers,
)
from cultivate.services.imports import ImportOptions
from cultivate.services.stages import CertificateData, MoveRequest
from cultivate.services.verification import verify
from tests.fixtures import HUSHU, MISHIXIANG, World
from tests.import_files import csv, take_in


@pytest.fixture(autouse=True)
def _a_day_in_autumn() -> Iterator[None]:
    with clock.standing_at(clock.at(date(2026, 11, 28), time(9))):
        yield


def listed(world: World, firm: int, day: date) -> None:
    number = f"GR{day:%Y%m%d}{firm:04d}"
    certificates.certify_by_list(world.session, world.bureau, firm, "hnte", number, day)


def ways(session: Session, firm: int) -> list[Candidacy]:
    """By the day from which each certificate counts; those without one last."""
    rows = session.scalars(
        select(Candidacy)
        .outerjoin(Certificate, (Certificate.candidacy_id == Candidacy.id) & (Certificate.status != "void"))
        .where(Candidacy.firm_id == firm)
        .order_by(Certificate.counts_from.is_(None), Certificate.counts_from, Candidacy.id)
        .execution_options(populate_existing=True)
    )
    return list(rows)


def withdraw(world: World, candidacy: Candidacy, day: date) -> None:
    stages.move(world.session, world.bureau, candidacy.id, MoveRequest("withdrawn", day, "放弃"))


def move_to(world: World, firm: int, street: str, day: date) -> None:
    transfers.transfer(world.session, world.bureau, firm, street, None, day, "搬迁")


def last(session: Session, candidacy: Candidacy) -> StageMove:
    return booking.standing_moves(session, candidacy.id)[-1]


def take_back(world: World, candidacy: Candidacy) -> None:
    reversals.reverse(world.session, world.bureau, last(world.session, candidacy).id, "录错")


def counted(session: Session, day: date) -> int:
    return ledger.balances(session, WHOLE_DISTRICT, "hnte", day)[0].in_force


def test_what_stands_again_leaves_from_where_the_firm_lies_now(world: World) -> None:
    session, firm = world.session, world.firm()
    listed(world, firm, date(2024, 3, 1))
    move_to(world, firm, HUSHU, date(2025, 1, 1))
    withdraw(world, ways(session, firm)[0], date(2025, 6, 1))
    listed(world, firm, date(2024, 9, 1))
    for _ in ("the way out", "the change of street", "the certificate"):
        take_back(world, ways(session, firm)[1])
    older = ways(session, firm)[0]
    assert (older.stage, older.street_id) == ("withdrawn", world.units[MISHIXIANG].id)
    assert verify(session) == []


def test_a_firm_that_left_again_stays_where_it_left(world: World) -> None:
    session, firm = world.session, world.firm()
    listed(world, firm, date(2024, 3, 1))
    relocations.move_out(session, world.bureau, firm, date(2025, 6, 1), "迁出")
    move_to(world, firm, HUSHU, date(2026, 1, 1))
    brought = relocations.Brought("hnte", "GR202400009999", date(2024, 12, 6))
    relocations.move_in(session, world.bureau, firm, brought, date(2025, 1, 1))
    assert [(way.stage, way.street_id) for way in ways(session, firm)] == [
        ("superseded", world.units[MISHIXIANG].id),
        ("moved_out", world.units[MISHIXIANG].id),
    ]
    assert verify(session) == []


def test_a_renewal_that_is_caught_up_follows_the_firm(world: World) -> None:
    session, firm = world.session, world.firm()
    listed(world, firm, date(2023, 12, 8))
    move_to(world, firm, HUSHU, date(2026, 10, 1))
    assert renewals.open_due(session, world.bureau, date(2026, 9, 1)) == 1
    assert {way.street_id for way in ways(session, firm)} == {world.units[HUSHU].id}
    assert verify(session) == []


def test_a_change_of_street_that_nobody_stands_by_is_not_taken_back(world: World) -> None:
    session, firm = world.session, world.firm()
    listed(world, firm, date(2023, 12, 8))
    renewals.open_due(session, world.bureau, date(2026, 9, 1))
    withdraw(world, ways(session, firm)[0], date(2026, 9, 20))
    move_to(world, firm, HUSHU, date(2026, 10, 1))
    moved = last(session, ways(session, firm)[1]).id
    listed(world, firm, date(2026, 9, 15))  # the renewal left with the firm, before the change of street
    with pytest.raises(Invalid) as refused:
        reversals.reverse(session, world.bureau, moved, "录错")
    assert refused.value.problem == "not-reversible"
    assert verify(session) == []


def test_a_change_of_street_stays_when_a_way_was_begun_after_it(world: World) -> None:
    session, firm = world.session, world.firm()
    listed(world, firm, date(2024, 3, 1))
    move_to(world, firm, HUSHU, date(2025, 1, 1))
    world.candidacy(firm, "ptsme", date(2025, 6, 1))
    with pytest.raises(Invalid) as refused:
        take_back(world, ways(session, firm)[0])
    assert refused.value.problem == "not-reversible"
    assert verify(session) == []


@pytest.mark.parametrize("day", [date(2022, 6, 1), date(2024, 6, 1)])
def test_what_left_before_another_certificate_came_does_not_come_back(world: World, day: date) -> None:
    """Though the other one counts no more either: it did, on days on which both would count now."""
    session, firm = world.session, world.firm()
    listed(world, firm, date(2020, 3, 1))
    withdraw(world, ways(session, firm)[0], date(2022, 1, 1))
    listed(world, firm, day)  # before or after the day on which the first would have ended
    withdraw(world, ways(session, firm)[1], date(2025, 1, 1))
    with pytest.raises(Invalid) as refused:
        take_back(world, ways(session, firm)[0])
    assert refused.value.problem == "not-reversible"
    assert verify(session) == []


def test_a_certificate_booked_by_hand_before_a_later_one_counts_until_that(world: World) -> None:
    session = world.session
    way = world.at_stage("recommend", on=date(2023, 3, 3))
    kept = session.get_one(Candidacy, way).firm_id
    gone = world.firm()
    listed(world, gone, date(2023, 12, 8))
    merges.merge(session, world.bureau, kept, gone, {"uscc": "kept"}, "同一家")
    data = CertificateData("GR202300000001", date(2023, 6, 1))
    stages.move(session, world.bureau, way, MoveRequest("certify", date(2023, 6, 1), certificate=data))
    first, second = ways(session, kept)
    assert (first.stage, first.stage_since) == ("superseded", date(2023, 12, 8))
    assert (second.stage, second.stage_since) == ("certify", date(2023, 12, 8))
    assert [counted(session, date(year, 8, 1)) for year in (2022, 2023, 2024, 2026)] == [0, 1, 1, 1]
    assert verify(session) == []


def test_the_later_of_two_merged_certificates_is_taken_back(world: World) -> None:
    session = world.session
    kept, gone = world.firm(), world.firm()
    listed(world, kept, date(2024, 3, 1))
    listed(world, gone, date(2025, 6, 1))
    merges.merge(session, world.bureau, kept, gone, {"uscc": "kept"}, "同一家")
    take_back(world, ways(session, kept)[1])
    assert [way.stage for way in ways(session, kept)] == ["certify", "discover"]
    assert counted(session, date(2026, 1, 1)) == 1
    assert verify(session) == []


def test_what_a_merge_lets_stand_again_has_left_as_before(world: World) -> None:
    session = world.session
    kept, gone = world.firm(), world.firm()
    listed(world, kept, date(2024, 3, 1))
    withdraw(world, ways(session, kept)[0], date(2025, 6, 1))
    for firm, day in ((kept, date(2024, 9, 1)), (gone, date(2024, 1, 1))):
        certificates.certify_by_list(session, world.bureau, firm, "hnte", "GR202400000001", day)
    choices = {"uscc": "kept", "track:hnte": "gone"}
    merge = merges.merge(session, world.bureau, kept, gone, choices, "同一家")
    assert [counted(session, day) for day in (date(2025, 1, 1), date(2026, 1, 1))] == [1, 0]
    assert verify(session) == []
    merges.undo_merge(session, world.bureau, merge)
    assert [way.stage for way in ways(session, kept)] == ["superseded", "withdrawn"]
    assert verify(session) == []


def test_an_import_taken_back_leaves_the_firm_in_its_batch(world: World) -> None:
    session = world.session
    firm = world.firm("甲公司")
    way = world.at_stage("recommend", firm, on=date(2025, 3, 3))
    rows = csv(("甲公司", "GR202500000001"), header=("企业名称", "证书编号"))
    options = ImportOptions(track="hnte", issued_on=date(2024, 12, 6))
    imports.undo(
        session, world.bureau, take_in(session, world.bureau, rows, options, "certificates")["batch"]
    )
    entry = session.scalars(select(BatchEntry).where(BatchEntry.candidacy_id == way)).one()
    session.refresh(entry)
    assert entry.move_id == last(session, session.get_one(Candidacy, way)).id


def test_verify_names_a_firm_that_once_counted_twice(world: World) -> None:
    session, firm = world.session, world.firm()
    listed(world, firm, date(2020, 3, 1))
    older = ways(session, firm)[0]
    act = booking.begin(session, world.bureau)
    booking.step(act, older, "withdrawn", date(2022, 1, 1), reason="放弃")
    row = session.get_one(Firm, firm)
    newer = booking.open_new(act, row, "hnte", "certify", date(2021, 1, 1))
    certificates.record(act, newer, last(session, newer).id, "GR1", date(2021, 1, 1), date(2021, 1, 1))
    assert [finding.check for finding in verify(session)] == ["once-a-firm"]
