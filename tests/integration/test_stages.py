"""The one guarded move: what it lets through, what it refuses and why."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, text

from cultivate import clock
from cultivate.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from cultivate.models import Certificate
from cultivate.queries import candidacies, ledger
from cultivate.services import (
    booking,
    certificates,
    proposals,
    renewals,
    reversals,
    service_records,
    stages,
    transfers,
    verification,
)
from cultivate.services.ledger import rebuild_rollup
from cultivate.services.stages import CertificateData, MoveRequest
from tests.fixtures import BANSHAN, HUSHU, MISHIXIANG, PARK, World

DAY = date(2025, 3, 3)


def stage_of(world: World, candidacy_id: int) -> str:
    return candidacies.get_candidacy(world.session, world.bureau.scope, candidacy_id).stage


def stock(world: World, day: date, track: str = "hnte") -> ledger.Stock:
    return ledger.balances(world.session, world.bureau.scope, track, day)[0]


def problems(caught: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.problem for reason in caught.value.reasons}


def test_a_firm_goes_its_whole_way(world: World) -> None:
    candidacy = world.at_stage("certify", on=DAY)
    assert stage_of(world, candidacy) == "certify"
    assert stock(world, DAY).in_force == 1
    assert stock(world, DAY - timedelta(days=1)).in_force == 0
    assert verification.verify(world.session) == []


def test_serve_asks_for_a_credit_code(world: World) -> None:
    candidacy = world.candidacy(world.firm(uscc=""))
    with pytest.raises(Refused) as caught:
        stages.move(world.session, world.caseworker, candidacy, MoveRequest("serve"))
    assert problems(caught) == {"credit-code-missing"}
    assert caught.value.field == "uscc"


def test_recommend_asks_for_a_service_unless_the_bureau_overrides(world: World) -> None:
    candidacy = world.at_stage("serve", on=DAY)
    with pytest.raises(Refused) as caught:
        stages.move(world.session, world.bureau, candidacy, MoveRequest("recommend"))
    assert problems(caught) == {"no-service-record"}
    stages.move(
        world.session, world.bureau, candidacy, MoveRequest("recommend", override_reason="区长办公会议定")
    )
    moves = candidacies.moves_of(world.session, world.bureau.scope, candidacy)
    assert moves[-1].override_reason == "区长办公会议定"


def test_a_caseworker_proposes_and_the_bureau_decides(world: World) -> None:
    candidacy = world.at_stage("serve", on=DAY)
    service_records.record(world.session, world.caseworker, candidacy, "visit", DAY, "看过车间")
    with pytest.raises(Forbidden) as caught:
        stages.move(world.session, world.caseworker, candidacy, MoveRequest("recommend"))
    assert caught.value.problem == "propose-instead"
    proposal = proposals.propose(world.session, world.caseworker, candidacy, "recommend", "条件具备")
    with pytest.raises(Invalid, match="proposed already"):
        proposals.propose(world.session, world.caseworker, candidacy, "recommend", "再提一次")
    proposals.decide(world.session, world.bureau, proposal, accept=True)
    assert stage_of(world, candidacy) == "recommend"
    with pytest.raises(Conflict):
        proposals.decide(world.session, world.bureau, proposal, accept=True)


@pytest.mark.parametrize(
    ("to", "day", "expected"),
    [
        ("certify", None, {"no-such-way", "certificate-missing"}),
        ("discover", None, {"already-there"}),
        ("serve", clock.today() + timedelta(days=1), {"day-in-future"}),
        ("serve", DAY - timedelta(days=1), {"day-before-last-move"}),
    ],
)
def test_moves_that_are_refused(world: World, to: str, day: date | None, expected: set[str]) -> None:
    candidacy = world.candidacy(world.firm(), on=DAY)
    with pytest.raises(Refused) as caught:
        stages.move(world.session, world.bureau, candidacy, MoveRequest(to, day))
    assert problems(caught) == expected


def test_a_caseworker_backdates_ninety_days(world: World) -> None:
    firm = world.firm()
    limit = clock.today() - timedelta(days=90)
    with pytest.raises(Refused) as caught:
        stages.open_candidacy(world.session, world.caseworker, firm, "hnte", limit - timedelta(days=1))
    assert problems(caught) == {"backdated-too-far"}
    assert stages.open_candidacy(world.session, world.caseworker, firm, "hnte", limit)


def test_one_open_candidacy_a_track_and_none_beside_a_certificate(world: World) -> None:
    firm = world.firm()
    world.candidacy(firm)
    with pytest.raises(Refused) as caught:
        world.candidacy(firm)
    assert problems(caught) == {"candidacy-open"}
    holder = world.firm()
    world.at_stage("certify", holder, on=clock.today())
    with pytest.raises(Refused) as caught:
        world.candidacy(holder)
    assert problems(caught) == {"certificate-in-force"}


def test_another_streets_firm_is_not_there(world: World) -> None:
    firm = world.firm(street=HUSHU)
    candidacy = world.candidacy(firm)
    with pytest.raises(NotFound):
        stages.move(world.session, world.caseworker, candidacy, MoveRequest("serve"))
    with pytest.raises(NotFound):
        stages.open_candidacy(world.session, world.caseworker, firm, "ptsme")
    with pytest.raises(NotFound):
        service_records.record(world.session, world.caseworker, candidacy, "visit", None, "")


def test_a_stale_version_is_a_conflict_that_shows_where_it_stands(world: World) -> None:
    candidacy = world.candidacy(world.firm(), on=DAY)
    seen = candidacies.get_candidacy(world.session, world.bureau.scope, candidacy).version
    stages.move(world.session, world.bureau, candidacy, MoveRequest("serve", DAY, version=seen))
    with pytest.raises(Conflict) as caught:
        stages.move(
            world.session, world.bureau, candidacy, MoveRequest("withdrawn", DAY, "不做了", version=seen)
        )
    assert caught.value.current.stage == "serve"


def test_not_passed_goes_back_with_reason_and_next_year(world: World) -> None:
    candidacy = world.at_stage("recommend", on=DAY)
    with pytest.raises(Refused) as caught:
        stages.move(world.session, world.bureau, candidacy, MoveRequest("serve", DAY))
    assert problems(caught) == {"reason-missing"}
    stages.move(world.session, world.bureau, candidacy, MoveRequest("serve", DAY, "评审未通过"))
    row = candidacies.get_candidacy(world.session, world.bureau.scope, candidacy)
    assert (row.stage, row.retry_year) == ("serve", 2026)


def test_a_certificate_lapses_the_day_after_its_last(world: World) -> None:
    issued = date(2022, 12, 24)
    world.at_stage("certify", on=issued)
    last, after = date(2025, 12, 24), date(2025, 12, 25)
    assert (stock(world, last).in_force, stock(world, after).in_force) == (1, 0)
    assert stock(world, after).accounts["certify"] == 1, "not booked yet"
    assert certificates.post_lapses(world.session, world.bureau, clock.today()) == 1
    assert certificates.post_lapses(world.session, world.bureau, clock.today()) == 0
    assert (stock(world, last).accounts["certify"], stock(world, after).accounts["expired"]) == (1, 1)
    assert (stock(world, last).in_force, stock(world, after).in_force) == (1, 0)
    assert verification.verify(world.session) == []


def test_a_figure_is_the_same_before_and_after_the_lapse_is_booked(world: World) -> None:
    world.at_stage("certify", on=date(2022, 12, 24))
    world.session.commit()
    told_at = clock.now()
    day = date(2026, 1, 31)
    told = stock(world, day).in_force
    certificates.post_lapses(world.session, world.bureau, clock.today())
    again = ledger.balances(world.session, world.bureau.scope, "hnte", day, told_at)[0]
    assert (told, again.in_force, again.accounts["certify"]) == (0, 0, 1)


def test_a_renewal_supersedes_and_never_counts_twice(world: World) -> None:
    firm = world.firm()
    old = world.at_stage("certify", firm, on=date(2023, 12, 8))
    assert renewals.open_due(world.session, world.bureau, date(2026, 2, 1)) == 1
    assert renewals.open_due(world.session, world.bureau, date(2026, 2, 1)) == 0
    renewal = candidacies.list_of_firm(world.session, world.bureau.scope, firm)[-1]
    assert (renewal.stage, renewal.cycle, renewal.renews_id) == ("serve", 2, old)
    day = date(2026, 6, 1)
    stages.move(
        world.session, world.bureau, renewal.id, MoveRequest("recommend", day, override_reason="复评")
    )
    certificate = CertificateData("GR202633000777", date(2026, 11, 20))
    entry = stages.move(
        world.session, world.bureau, renewal.id, MoveRequest("certify", certificate=certificate)
    )
    assert stage_of(world, old) == "superseded"
    for probe in (date(2026, 11, 19), date(2026, 11, 20), clock.today()):
        assert stock(world, probe).in_force == 1
    reversals.reverse(world.session, world.bureau, entry, "录错了")
    assert (stage_of(world, old), stage_of(world, renewal.id)) == ("certify", "recommend")
    assert stock(world, clock.today()).in_force == 1
    assert world.session.query(Certificate).filter_by(status="void").count() == 1
    assert verification.verify(world.session) == []


def test_a_list_is_the_authority_and_counts_from_its_day(world: World) -> None:
    issued = date(2024, 12, 6)
    cultivated = world.firm()
    world.candidacy(cultivated)  # today, long after the day of issue
    stranger = world.firm(street=HUSHU)
    for number, firm in enumerate((cultivated, stranger)):
        args = (world.session, world.bureau, firm, "hnte", f"GR20243300000{number}", issued)
        assert certificates.certify_by_list(*args)
        assert not certificates.certify_by_list(*args), "the same list twice changes nothing"
    assert stock(world, issued).in_force == 2
    assert stock(world, issued - timedelta(days=1)).accounts["discover"] == 0
    assert stock(world, clock.today()).stages == {"discover": 0, "serve": 0, "recommend": 0, "certify": 2}
    assert verification.verify(world.session) == []


def test_an_older_list_fills_the_past_in(world: World) -> None:
    firm = world.firm()
    certificates.certify_by_list(
        world.session, world.bureau, firm, "hnte", "GR202433000001", date(2024, 12, 6)
    )
    certificates.certify_by_list(
        world.session, world.bureau, firm, "hnte", "GR202133000001", date(2021, 12, 16)
    )
    assert [
        stock(world, day).in_force for day in (date(2021, 12, 15), date(2021, 12, 16), date(2024, 12, 6))
    ] == [0, 1, 1]
    certificates.certify_by_list(
        world.session, world.bureau, firm, "hnte", "GR201733000001", date(2017, 11, 13)
    )
    assert [stock(world, day).in_force for day in (date(2020, 11, 13), date(2020, 11, 14))] == [1, 0]
    assert verification.verify(world.session) == []


def test_a_renewal_listed_after_the_lapse_was_booked(world: World) -> None:
    firm = world.firm()
    world.at_stage("certify", firm, on=date(2022, 12, 24))
    certificates.post_lapses(world.session, world.bureau, clock.today())
    certificates.certify_by_list(
        world.session, world.bureau, firm, "hnte", "GR202533000009", date(2025, 12, 19)
    )
    days = (date(2025, 12, 18), date(2025, 12, 19), date(2025, 12, 25), clock.today())
    assert [stock(world, day).in_force for day in days] == [1, 1, 1, 1]
    assert stock(world, clock.today()).exits["superseded"] == 1
    assert verification.verify(world.session) == []


@pytest.mark.parametrize("way_out", ["withdrawn", "moved_out", "revoked"])
def test_a_list_that_comes_after_the_firm_had_left(world: World, way_out: str) -> None:
    """The renewal of 2022 becomes known when the firm has already left with the certificate of 2020."""
    firm = world.firm()
    listed(world, firm, date(2020, 12, 1))
    held = the_certificate(world, firm, date(2020, 12, 1))
    if way_out == "revoked":
        certificates.revoke(world.session, world.bureau, held.id, date(2023, 6, 1), "弄虚作假")
    else:
        stages.move(
            world.session, world.bureau, held.candidacy_id, MoveRequest(way_out, date(2023, 6, 1), "已离开")
        )
    before = accounts(world)
    listed(world, firm, date(2022, 12, 24))

    renewal = the_certificate(world, firm, date(2022, 12, 24))
    for day, counted in {(2022, 12, 24): 1, (2023, 5, 31): 1, (2023, 6, 1): 0}.items():
        assert accounts(world, date(*day))["certify"] == counted
    assert accounts(world)[way_out] == 1
    assert accounts(world)["superseded"] == 1
    assert renewal.status == ("revoked" if way_out == "revoked" else "valid")
    assert verification.verify(world.session) == []

    for move in reversed(booking.standing_moves(world.session, renewal.candidacy_id)):
        reversals.reverse(world.session, world.bureau, move.id, "名单有误")
    assert accounts(world) == before
    assert accounts(world, date(2023, 5, 31))["certify"] == 1
    assert verification.verify(world.session) == []


def listed(world: World, firm: int, day: date) -> None:
    certificates.certify_by_list(world.session, world.bureau, firm, "hnte", f"GR{day:%Y}33000001", day)


def the_certificate(world: World, firm: int, day: date) -> Certificate:
    return world.session.scalars(
        select(Certificate).where(Certificate.firm_id == firm, Certificate.issued_on == day)
    ).one()


def accounts(world: World, day: date | None = None) -> dict[str, int]:
    counted = stock(world, day or clock.today())
    return {name: number for name, number in counted.accounts.items() if name != "outside"}


def test_a_firm_that_moves_street_counts_where_it_was(world: World) -> None:
    firm = world.firm()
    world.at_stage("certify", firm, on=DAY)
    world.at_stage("serve", firm, "ptsme", on=DAY)
    day = date(2025, 6, 2)
    transfers.transfer(world.session, world.bureau, firm, BANSHAN, PARK, day, "搬迁")
    by = ledger.balances(world.session, world.bureau.scope, "hnte", day, by="unit")
    before = ledger.balances(world.session, world.bureau.scope, "hnte", day - timedelta(days=1), by="unit")
    assert by[world.units[BANSHAN].id].in_force == 1
    assert before[world.units[MISHIXIANG].id].in_force == 1
    flow = ledger.flows(world.session, world.bureau.scope, "hnte", day, day, by="unit")
    assert flow[world.units[BANSHAN].id]["certify"].moved_in == 1
    assert flow[world.units[BANSHAN].id]["certify"].entered == 0
    move = candidacies.moves_of(
        world.session,
        world.bureau.scope,
        candidacies.list_of_firm(world.session, world.bureau.scope, firm)[0].id,
    )[-1]
    reversals.reverse(world.session, world.bureau, move.id, "地址没有变")
    after = ledger.balances(world.session, world.bureau.scope, "ptsme", clock.today(), by="unit")
    assert after[world.units[MISHIXIANG].id].accounts["serve"] == 1
    assert verification.verify(world.session) == []


def test_a_list_older_than_a_move_of_street_counts_in_the_old_street(world: World) -> None:
    firm = world.firm()
    world.candidacy(firm, on=date(2025, 2, 1))
    transfers.transfer(world.session, world.bureau, firm, BANSHAN, None, date(2025, 6, 2), "搬迁")
    issued = date(2024, 12, 6)
    certificates.certify_by_list(world.session, world.bureau, firm, "hnte", "GR202433000005", issued)
    then = ledger.balances(world.session, world.bureau.scope, "hnte", issued, by="unit")
    now = ledger.balances(world.session, world.bureau.scope, "hnte", clock.today(), by="unit")
    assert then[world.units[MISHIXIANG].id].in_force == 1
    assert (now[world.units[MISHIXIANG].id].in_force, now[world.units[BANSHAN].id].in_force) == (0, 1)
    assert verification.verify(world.session) == []


def test_only_the_last_move_is_taken_back_on_its_own_day(world: World) -> None:
    candidacy = world.candidacy(world.firm(), on=DAY)
    first = stages.move(world.session, world.bureau, candidacy, MoveRequest("serve", DAY + timedelta(days=9)))
    opening = candidacies.moves_of(world.session, world.bureau.scope, candidacy)[0].id
    with pytest.raises(Invalid, match="Only the last move"):
        reversals.reverse(world.session, world.bureau, opening, "错")
    back = reversals.reverse(world.session, world.bureau, first, "录错日子")
    moves = {move.id: move for move in candidacies.moves_of(world.session, world.bureau.scope, candidacy)}
    assert moves[back].effective_on == DAY + timedelta(days=9)
    assert moves[first].reversed_by_id == back
    with pytest.raises(Invalid, match="counter-move"):
        reversals.reverse(world.session, world.bureau, back, "再来")
    stages.move(world.session, world.bureau, candidacy, MoveRequest("serve", DAY + timedelta(days=2)))
    assert stock(world, DAY + timedelta(days=2)).accounts["serve"] == 1
    assert verification.verify(world.session) == []


def test_a_caseworker_takes_back_only_their_own(world: World) -> None:
    firm = world.firm()
    own = stages.open_candidacy(world.session, world.caseworker, firm, "hnte")
    other = world.candidacy(firm, "ptsme")
    scope = world.bureau.scope
    theirs = candidacies.moves_of(world.session, scope, other)[0]
    with pytest.raises(Forbidden):
        reversals.reverse(world.session, world.caseworker, theirs.id, "错")
    mine = candidacies.moves_of(world.session, scope, own)[0]
    reversals.reverse(world.session, world.caseworker, mine.id, "错")
    assert stage_of(world, own) == "outside"


def test_revocation_leaves_the_certificate_on_record(world: World) -> None:
    world.at_stage("certify", on=DAY)
    certificate = world.session.query(Certificate).one()
    certificates.revoke(world.session, world.bureau, certificate.id, date(2025, 9, 1), "两年未报年报")
    assert [stock(world, day).in_force for day in (date(2025, 8, 31), date(2025, 9, 1))] == [1, 0]
    with pytest.raises(Forbidden):
        certificates.revoke(world.session, world.caseworker, certificate.id, DAY, "x")
    assert verification.verify(world.session) == []


def test_verify_finds_what_is_wrong(world: World) -> None:
    candidacy = world.at_stage("serve", on=DAY)
    world.session.execute(text("UPDATE candidacy SET stage = 'recommend' WHERE id = :id"), {"id": candidacy})
    world.session.execute(
        text("UPDATE ledger_rollup SET delta = delta - 2 WHERE account = 'serve' AND grain = 'D'")
    )
    found = {finding.check for finding in verification.verify(world.session)}
    assert found == {"cached-stage", "never-negative", "rollup"}


def test_the_roll_up_is_made_anew_from_the_postings(world: World) -> None:
    world.at_stage("serve", on=DAY)
    before = stock(world, DAY).accounts
    world.session.execute(text("UPDATE ledger_rollup SET delta = delta - 2 WHERE account = 'serve'"))
    assert stock(world, DAY).accounts != before
    rebuild_rollup(world.session)
    assert stock(world, DAY).accounts == before
    assert verification.verify(world.session) == []
