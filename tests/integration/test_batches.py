"""Application batches: the guard of the move, who comes in by which door, and what becomes of them."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from cultivate import clock
from cultivate.errors import Conflict, CultivateError, Invalid, Refused
from cultivate.models import ApplicationBatch, BatchEntry, BatchPaper, Candidacy, Proposal
from cultivate.queries import batch_board, batch_entries, candidacies
from cultivate.queries.application_batches import get_batch
from cultivate.queries.batch_entries import EntryFilter
from cultivate.queries.picked import Item
from cultivate.services import (
    application_batches,
    batch_acts,
    bulk,
    proposals,
    reversals,
    service_records,
    stages,
    verification,
)
from cultivate.services.application_batches import BatchData
from cultivate.services.bulk import BulkAct
from cultivate.services.stages import MoveRequest
from tests.api_client import Program
from tests.fixtures import HUSHU, World
from tests.pages import send

DAY = date(2025, 6, 2)
Client = Callable[[str | None], FlaskClient]


def ready(world: World, street: str | None = None, on: date = DAY) -> int:
    """A candidacy that lacks nothing but a batch."""
    firm = world.firm(street=street) if street else world.firm()
    candidacy = world.at_stage("serve", firm, on=on)
    service_records.record(world.session, world.bureau, candidacy, "visit", on, "")
    return candidacy


def entries(world: World, batch_id: int, **wanted: str) -> list[tuple[int, str]]:
    page = batch_entries.list_entries(world.session, world.bureau.scope, batch_id, EntryFilter(**wanted))
    return [(row.candidacy_id, row.state) for row in page.items]


def codes(error: CultivateError) -> list[str]:
    return [reason.problem for reason in getattr(error, "reasons", [error])]


def test_the_effective_day_must_lie_in_a_batch(world: World) -> None:
    candidacy = ready(world)
    world.close_batches()
    world.open_batch("ptsme", round_=1)  # another track's opens nothing
    before, after = DAY - timedelta(days=1), DAY + timedelta(days=1)
    batch = world.session.get_one(ApplicationBatch, world.open_batch(round_=1))
    cases: list[tuple[date, date, date | None, bool]] = [
        (DAY, DAY, None, True),
        (before, after, None, True),
        (before, before, None, False),
        (after, after, None, False),
        (after, clock.today(), None, False),  # today lies in it, the effective day does not
        (DAY, after, DAY, True),  # handed up: open until that day, for what is recorded late
        (before, after, before, False),
    ]
    for batch.opens_on, batch.closes_on, batch.submitted_on, taken in cases:
        world.session.flush()
        if not taken:
            with pytest.raises(Refused) as caught:
                stages.move(world.session, world.bureau, candidacy, MoveRequest("recommend", DAY))
            assert codes(caught.value) == ["no-open-batch"]
            continue
        made = stages.move(world.session, world.bureau, candidacy, MoveRequest("recommend", DAY))
        assert entries(world, batch.id) == [(candidacy, "accepted")]
        reversals.reverse(world.session, world.bureau, made, "再试")
        assert entries(world, batch.id) == []


def test_a_waiver_needs_no_batch_and_may_name_a_closed_one(world: World) -> None:
    first, second, third = ready(world), ready(world), ready(world)
    world.close_batches()
    closed = world.open_batch(opens_on=DAY, closes_on=DAY, round_=1)
    stages.move(world.session, world.bureau, first, MoveRequest("recommend", override_reason="议定"))
    late = MoveRequest("recommend", override_reason="市里同意补报", batch_id=closed)
    stages.move(world.session, world.bureau, second, late)
    assert entries(world, closed) == [(second, "accepted")]
    with pytest.raises(Refused) as caught:
        stages.move(world.session, world.bureau, third, MoveRequest("recommend", batch_id=closed))
    assert codes(caught.value) == ["batch-not-open"]
    other = world.open_batch("ptsme", round_=1)
    with pytest.raises(Invalid) as unknown:
        stages.move(world.session, world.bureau, third, MoveRequest("recommend", batch_id=other))
    assert unknown.value.problem == "batch-unknown"


def test_of_several_the_proposed_one_else_the_one_that_closes_first(world: World) -> None:
    today = clock.today()
    world.close_batches()
    soon = world.open_batch(opens_on=today, closes_on=today + timedelta(days=5), round_=1)
    later = world.open_batch(opens_on=today, closes_on=today + timedelta(days=50), round_=2)
    plain, proposed, named = ready(world), ready(world), ready(world)
    proposal = proposals.propose(world.session, world.caseworker, proposed, "recommend", "x", batch_id=later)
    stages.move(world.session, world.bureau, plain, MoveRequest("recommend"))
    proposals.decide(world.session, world.bureau, proposal, accept=True)
    stages.move(world.session, world.bureau, named, MoveRequest("recommend", batch_id=later))
    assert entries(world, soon) == [(plain, "accepted")]
    assert sorted(entries(world, later)) == [(proposed, "accepted"), (named, "accepted")]


def test_every_door_asks_for_a_batch(world: World, client_as: Client, bureau: Program) -> None:
    many, waiting, form = ready(world), ready(world), ready(world)
    proposal = proposals.propose(world.session, world.caseworker, waiting, "recommend", "条件具备")
    world.close_batches()
    world.session.commit()
    outcome = bulk.run(world.session, world.bureau, BulkAct(kind="move", to="recommend"), [Item(0, many)])
    assert codes(outcome.refused[0].error) == ["no-open-batch"]
    with pytest.raises(Refused) as caught:
        proposals.decide(world.session, world.bureau, proposal, accept=True)
    assert codes(caught.value) == ["no-open-batch"]
    firm = candidacies.get_candidacy(world.session, world.bureau.scope, form).firm_id
    world.session.rollback()
    client, caseworker = client_as("bureau"), client_as("caseworker")
    world.session.commit()
    answer = send(client, f"/candidacies/{form}/move/recommend")
    assert answer.status_code == 422
    assert "没有开放的申报批次" in answer.text
    assert "/batches?track=hnte" in client.get(f"/firms/{firm}").text
    refused = bureau("POST", f"/candidacies/{form}/moves", {"to": "recommend"})
    assert (refused.status_code, refused.json["error"]["code"]) == (422, "no-open-batch")
    # a caseworker proposes all the same: the bureau opens the batch before it accepts
    assert f"/candidacies/{form}/propose/recommend" in caseworker.get(f"/firms/{firm}").text


def test_a_firm_comes_in_with_the_papers_of_its_pack(world: World) -> None:
    candidacy = ready(world)
    stages.move(world.session, world.bureau, candidacy, MoveRequest("recommend"))
    rows = world.session.scalars(select(BatchPaper).order_by(BatchPaper.position)).all()
    assert [row.code for row in rows][:2] == ["application", "registration"]
    assert {row.state for row in rows} == {"missing"}
    assert {row.owner_id for row in rows} == {world.users["bureau"].id}
    progress = batch_entries.papers_of(world.session, [rows[0].entry_id])[rows[0].entry_id]
    assert (progress.done, progress.all) == (0, 8)


def test_what_became_of_it_is_what_the_moves_say(world: World) -> None:
    batch = world.batches["hnte"]
    passed, back, out, wrong = (ready(world) for _ in range(4))
    moved = {
        each: stages.move(world.session, world.bureau, each, MoveRequest("recommend", DAY))
        for each in (passed, back, out, wrong)
    }
    certificate = stages.CertificateData("GR202533000001", DAY)
    stages.move(world.session, world.bureau, passed, MoveRequest("certify", certificate=certificate))
    batch_acts.not_pass(
        world.session,
        world.bureau,
        batch,
        back,
        MoveRequest("serve", reason="专家评审 68 分", retry_year=2026),
        {"ip": 20, "total": 68},
    )
    stages.move(world.session, world.bureau, out, MoveRequest("withdrawn", reason="企业放弃"))
    reversals.reverse(world.session, world.bureau, moved[wrong], "点错")
    assert dict(entries(world, batch)) == {passed: "announced", back: "not_passed", out: "withdrawn"}
    row = batch_entries.find_entry(world.session, world.bureau.scope, batch, back)
    assert (row.reason, row.retry_year, dict(row.scores)) == (
        "专家评审 68 分",
        2026,
        {"ip": 20, "total": 68},
    )
    counts = batch_entries.count_entries(world.session, world.bureau.scope, [batch])[batch]
    assert counts.total == sum(sum(each.values()) for each in counts.streets.values()) == 3
    # tried again in the same batch: the papers go on, what was said of the first time does not
    papers = world.session.scalar(select(func.count()).select_from(BatchPaper))
    stages.move(world.session, world.bureau, back, MoveRequest("recommend"))
    assert dict(entries(world, batch))[back] == "accepted"
    assert world.session.scalar(select(func.count()).select_from(BatchPaper)) == papers
    assert batch_entries.find_entry(world.session, world.bureau.scope, batch, back).scores == {}
    assert verification.verify(world.session) == []


def test_handing_up_asks_for_papers_or_a_reason_and_keeps_the_order_of_days(world: World) -> None:
    batch = world.batches["hnte"]
    candidacy = ready(world)
    stages.move(world.session, world.bureau, candidacy, MoveRequest("recommend", DAY))
    with pytest.raises(Invalid) as caught:
        batch_acts.publicise(world.session, world.bureau, batch, candidacy, None)
    assert caught.value.problem == "not-handed-up"
    with pytest.raises(Invalid) as caught:
        batch_acts.hand_up(world.session, world.bureau, batch, candidacy, None)
    assert (caught.value.problem, caught.value.params["open"]) == ("papers-missing", 8)
    with pytest.raises(Invalid) as caught:
        batch_acts.hand_up(world.session, world.bureau, batch, candidacy, DAY - timedelta(days=1), "后补")
    assert caught.value.problem == "days-out-of-order"
    batch_acts.hand_up(world.session, world.bureau, batch, candidacy, DAY, "审计报告后补")
    assert entries(world, batch) == [(candidacy, "submitted")]
    batch_acts.publicise(world.session, world.bureau, batch, candidacy, None)
    assert entries(world, batch) == [(candidacy, "publicised")]
    with pytest.raises(Invalid):
        batch_acts.hand_up(world.session, world.bureau, batch, candidacy, None, "x")
    batch_acts.take_back(world.session, world.bureau, batch, candidacy)
    assert entries(world, batch) == [(candidacy, "submitted")]


def test_two_of_the_bureau_accept_the_same_proposal(world: World) -> None:
    batch, candidacy = world.batches["hnte"], ready(world)
    proposals.propose(world.session, world.caseworker, candidacy, "recommend", "条件具备")
    row = get_batch(world.session, batch)
    waiting = batch_board.list_proposed(world.session, world.bureau.scope, row, takes_in=True)
    assert [each.candidacy_id for each in waiting] == [candidacy]
    act = BulkAct(kind="accept", batch_id=batch)
    assert len(bulk.run(world.session, world.bureau, act, [Item(0, candidacy)]).done) == 1
    second = bulk.run(world.session, world.bureau, act, [Item(0, candidacy)])
    assert isinstance(second.refused[0].error, Conflict)
    assert world.session.scalar(select(func.count()).select_from(BatchEntry)) == 1
    assert batch_board.list_proposed(world.session, world.bureau.scope, row, takes_in=True) == []


def test_days_are_moved_with_a_version_and_in_order(world: World) -> None:
    begun = application_batches.prefilled(world.session, "hnte", 2026, "zh")
    assert (begun.data.opens_on, begun.data.closes_on) == (date(2026, 4, 1), date(2026, 7, 31))
    made = application_batches.create(world.session, world.bureau, "hnte", 2026, begun.round, begun.data)
    with pytest.raises(Invalid) as caught:
        application_batches.create(world.session, world.bureau, "hnte", 2026, begun.round, begun.data)
    assert caught.value.problem == "batch-known"
    moved = BatchData(title="第1批", opens_on=date(2026, 3, 20), closes_on=date(2026, 6, 15))
    application_batches.edit(world.session, world.bureau, made, moved, 1)
    with pytest.raises(Conflict):
        application_batches.edit(world.session, world.bureau, made, moved, 1)
    wrong = BatchData(title="第1批", opens_on=date(2026, 6, 20), closes_on=date(2026, 6, 15))
    with pytest.raises(Invalid) as caught:
        application_batches.edit(world.session, world.bureau, made, wrong, 2)
    assert (caught.value.field, caught.value.problem) == ("closes_on", "days-out-of-order")
    assert world.session.get_one(ApplicationBatch, made).closes_on == date(2026, 6, 15)


def test_the_board_shows_a_reader_their_own_firms(world: World, client_as: Client) -> None:
    batch = world.batches["hnte"]
    mine, theirs = ready(world), ready(world, HUSHU)
    for each in (mine, theirs):
        stages.move(world.session, world.bureau, each, MoveRequest("recommend", DAY))
    rows = {
        each: batch_entries.find_entry(world.session, world.bureau.scope, batch, each)
        for each in (mine, theirs)
    }
    world.session.commit()
    bureau, caseworker = client_as("bureau"), client_as("caseworker")
    whole = bureau.get(f"/batches/{batch}").text
    assert all(row.name in whole for row in rows.values())
    own = caseworker.get(f"/batches/{batch}").text
    assert rows[mine].name in own
    assert rows[theirs].name not in own
    page = f"/batches/{batch}/firms/{rows[mine].id}"
    assert page in caseworker.get(f"/firms/{rows[mine].firm_id}").text
    assert ">1</a>" in client_as("caseworker").get("/batches?track=hnte").text


def test_many_are_handed_up_from_the_board_and_the_refused_are_named(world: World, client_as: Client) -> None:
    batch = world.batches["hnte"]
    complete, lacking = ready(world), ready(world)
    for each in (complete, lacking):
        stages.move(world.session, world.bureau, each, MoveRequest("recommend", DAY))
    done = batch_entries.find_entry(world.session, world.bureau.scope, batch, complete)
    for paper in world.session.scalars(select(BatchPaper).where(BatchPaper.entry_id == done.id)):
        paper.state = "checked"
    world.session.commit()
    client = client_as("bureau")
    page = f"/batches/{batch}/acts/hand_up?all=1"
    assert "2 家企业" in client.get(page).text
    answer = send(client, page, key="a" * 32, effective_on="2025-06-09", whole="y")
    summary = client.get(answer.headers["Location"]).text
    assert "提交 1 家" in summary
    assert "8 份材料未核对" in summary
    world.session.expire_all()
    assert dict(entries(world, batch)) == {complete: "submitted", lacking: "accepted"}
    assert get_batch(world.session, batch).days.submitted_on == date(2025, 6, 9)
    world.session.commit()
    send(client, f"/bulk/done/{'a' * 32}/undo", page=page)
    world.session.expire_all()
    assert dict(entries(world, batch)) == {complete: "accepted", lacking: "accepted"}


def test_what_streets_propose_is_taken_in_or_declined_on_the_board(world: World, client_as: Client) -> None:
    batch = world.batches["hnte"]
    wanted, unwanted = ready(world), ready(world)
    for each in (wanted, unwanted):
        proposals.propose(world.session, world.caseworker, each, "recommend", "条件具备")
    ways = {each: world.session.get_one(Candidacy, each) for each in (wanted, unwanted)}
    rows = {each: f"{way.firm_id},{each}.{way.version}" for each, way in ways.items()}
    world.session.commit()
    client = client_as("bureau")
    for act, candidacy, key, said in (
        ("accept", wanted, "a", {}),
        ("decline", unwanted, "b", {"reason": "材料不齐"}),
    ):
        address = f"/batches/{batch}/acts/{act}?row={rows[candidacy]}"
        assert "1 家企业" in client.get(address).text
        assert send(client, address, key=key * 32, **said).status_code == 302
    world.session.expire_all()
    assert dict(entries(world, batch)) == {wanted: "accepted"}
    answered = world.session.scalars(select(Proposal.answer).where(Proposal.candidacy_id == unwanted)).one()
    assert answered == "材料不齐"
