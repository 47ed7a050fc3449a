"""Handing over: looked at, done at once, refused by name, taken back as long as nothing else happened."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from cultivate import clock
from cultivate.domain.handover import share
from cultivate.domain.permissions import Role
from cultivate.errors import Conflict, Forbidden, Invalid, NotFound
from cultivate.models import (
    Assignment,
    BatchPaper,
    Candidacy,
    FirmNeed,
    Handover,
    QualityTask,
    ServiceRecord,
)
from cultivate.queries import assignments
from cultivate.queries import handovers as queries
from cultivate.queries.handovers import Part
from cultivate.services import firm_needs, handovers, service_records, stages
from cultivate.services.firm_needs import Need
from cultivate.services.service_records import Service
from tests.api_client import Program
from tests.fixtures import HUSHU, MISHIXIANG, World
from tests.pages import send

TODAY = clock.today()
ALL = Part()


@pytest.fixture
def office(world: World) -> World:
    """The caseworker of 米市巷 has four firms there and one in 湖墅, from when that was theirs as well."""
    session = world.session
    world.user("one", Role.CASEWORKER, MISHIXIANG)
    world.user("two", Role.CASEWORKER, MISHIXIANG)
    giver = world.users["caseworker"]
    giver.units = [world.units[MISHIXIANG], world.units[HUSHU]]
    session.flush()
    for number in range(4):
        firm = world.firm(f"杭州交接{number}科技有限公司")
        for track in ("hnte", "ptsme"):
            way = world.at_stage("serve", firm, track=track, on=date(2026, 3, 3))
            stages.assign(session, world.bureau, way, giver.id)
    far = world.at_stage("discover", world.firm("杭州湖墅旧友科技有限公司", street=HUSHU))
    stages.assign(session, world.bureau, far, giver.id)
    giver.units = [world.units[MISHIXIANG]]
    session.commit()
    session.refresh(giver)
    return world


def held(world: World, username: str) -> int:
    """How many candidacies somebody has in charge."""
    asked = select(Candidacy.id).where(Candidacy.in_charge_id == world.users[username].id)
    return len(world.session.scalars(asked).all())


def ids(world: World, *usernames: str) -> list[int]:
    """Ids of people."""
    return [world.users[name].id for name in usernames]


def test_firms_are_dealt_out_evenly_to_who_can_take_them() -> None:
    able = {1: [7, 8], 2: [7, 8], 3: [7], 4: [], 5: [7, 8], 6: [7, 8]}
    shared = share(able)
    assert 4 not in shared
    assert shared[3] == 7
    assert sorted(Counter(shared.values()).values()) == [2, 3]
    assert share({}) == {}


def test_a_portfolio_is_shared_out_and_what_nobody_can_take_is_named(office: World) -> None:
    session, giver = office.session, office.users["caseworker"].id
    to = ids(office, "one", "two")
    seen = handovers.plan(session, office.bureau, giver, ALL, to)
    assert [seen.share(person).total() for person in to] == [4, 4]
    assert [row.name for row in seen.refused] == ["杭州湖墅旧友科技有限公司"]
    made, done = handovers.hand_over(session, office.bureau, giver, ALL, to, " 轮岗 ", seen.mark)
    assert (held(office, "one"), held(office, "two"), held(office, "caseworker")) == (4, 4, 1)
    lines = session.scalars(select(Assignment).where(Assignment.handover_id == made)).all()
    assert {(line.reason, line.seen_at) for line in lines} == {("轮岗", None)}
    by_firm = Counter((line.row.firm_id, line.to_id) for line in done.lines)
    assert set(by_firm.values()) == {2}, "both tracks of a firm go to one person"
    assert assignments.list_new(session, office.actor("one")).total == 4


def test_a_part_by_track_stage_and_street(office: World) -> None:
    session, giver = office.session, office.users["caseworker"].id
    for part, count in (
        (Part(track="hnte"), 5),
        (Part(stage="discover"), 1),
        (Part(adrift=True), 1),
    ):
        found = handovers.plan(session, office.bureau, giver, part, ids(office, "bureau"))
        assert len(found.lines) == count
    handovers.hand_over(
        session, office.bureau, giver, Part(adrift=True), ids(office, "neighbour"), "属地已变"
    )
    assert held(office, "neighbour") == 1


def test_who_hands_over_reaches_their_own_units_only(office: World) -> None:
    session, giver = office.session, office.users["caseworker"].id
    street = office.units[HUSHU].id
    found = handovers.plan(session, office.actor("one"), giver, ALL, ids(office, "one", "bureau"))
    assert len(found.lines) == 8
    assert found.refused == []
    assert found.outside == {street: 1}, "how many and where, not which"
    with pytest.raises(NotFound):
        handovers.plan(session, office.actor("neighbour"), ids(office, "one")[0], ALL, ids(office, "bureau"))
    with pytest.raises(Forbidden):
        handovers.hand_over(session, office.actor("leader"), giver, ALL, ids(office, "one"), "x")


@pytest.mark.parametrize("to", [[], ["leader"], ["caseworker"], ["gone"], ["one", "admin"]])
def test_receivers_work_here(office: World, to: list[str]) -> None:
    office.user("gone", Role.CASEWORKER, MISHIXIANG).active = False
    office.session.flush()
    with pytest.raises(Invalid) as refused:
        handovers.plan(office.session, office.bureau, office.users["caseworker"].id, ALL, ids(office, *to))
    assert refused.value.field == "to"


def test_a_reason_is_needed_and_nothing_is_half_done(office: World) -> None:
    session, giver = office.session, office.users["caseworker"].id
    for reason in ("", "  ", "长" * 1001):
        with pytest.raises(Invalid) as refused:
            handovers.hand_over(session, office.bureau, giver, ALL, ids(office, "one"), reason)
        assert refused.value.field == "reason"
    assert session.scalars(select(Handover)).all() == []
    assert held(office, "caseworker") == 9


@pytest.fixture
def open_things(office: World) -> dict[str, object]:
    """One of each kind that lies on the giver at the first firm, and one of the bureau's that does not."""
    session, giver = office.session, office.caseworker
    first, second = session.scalars(
        select(Candidacy).where(Candidacy.in_charge_id == giver.user_id).order_by(Candidacy.id).limit(2)
    ).all()
    assert first.firm_id == second.firm_id
    later = {"kind": "visit", "on": TODAY, "follow_up_on": TODAY + timedelta(days=3)}
    named = Service(**later, follow_up_owner_id=giver.user_id)
    service_records.record_visit(session, office.bureau, [first.id, second.id], named)
    service_records.record_visit(session, giver, [first.id], Service(**later))
    service_records.record_visit(session, office.bureau, [first.id], Service(**later))
    for owner in (giver.user_id, office.bureau.user_id):
        firm_needs.raise_need(
            session, office.bureau, first.firm_id, Need(kind="space", text="要厂房", owner_id=owner)
        )
    session.add(
        QualityTask(
            firm_id=first.firm_id,
            rule="no-code",
            owner_id=giver.user_id,
            due_on=TODAY,
            created_at=clock.now(),
        )
    )
    session.commit()
    return {"firm": first.firm_id, "ways": [first.id, second.id]}


def owners(world: World) -> dict[str, Counter[int | None]]:
    """How many of each kind lie on whom."""
    session = world.session
    session.expire_all()
    return {
        "follow_ups": Counter(
            session.scalars(
                select(ServiceRecord.follow_up_owner_id).where(ServiceRecord.follow_up_on.is_not(None))
            )
        ),
        "needs": Counter(session.scalars(select(FirmNeed.owner_id))),
        "tasks": Counter(session.scalars(select(QualityTask.owner_id))),
        "papers": Counter(session.scalars(select(BatchPaper.owner_id))),
    }


def test_what_is_open_goes_along_and_comes_back(office: World, open_things: dict[str, object]) -> None:
    session, giver = office.session, office.users["caseworker"].id
    bureau, (one,) = office.bureau.user_id, ids(office, "one")
    before = owners(office)
    made, done = handovers.hand_over(session, office.bureau, giver, ALL, [one], "轮岗")
    assert done.counts_along == {"follow_ups": 3, "needs": 1, "tasks": 1}
    after = owners(office)
    assert after["follow_ups"] == {one: 3, None: 1}, "the bureau's own, unnamed, goes by who is in charge"
    assert after["needs"] == {one: 1, bureau: 1}
    assert after["tasks"] == {one: 1}
    handovers.undo(session, office.bureau, made)
    assert owners(office) == before
    assert held(office, "caseworker") == 9


def test_what_hangs_on_the_firm_stays_while_the_giver_keeps_a_track(
    office: World, open_things: dict[str, object]
) -> None:
    seen = handovers.plan(
        office.session,
        office.bureau,
        office.users["caseworker"].id,
        Part(track="hnte"),
        ids(office, "one"),
    )
    assert seen.counts_along == {"follow_ups": 1}, "the visit for both tracks, wish and fault stay"


def test_papers_of_a_batch_go_along(office: World) -> None:
    session, giver = office.session, office.users["caseworker"].id
    way = office.at_stage("recommend", on=date(2026, 3, 3))
    stages.assign(session, office.bureau, way, giver)
    rows = session.scalars(select(BatchPaper)).all()
    for row in rows:
        row.owner_id = giver
    rows[0].state = "checked"
    session.flush()
    _made, done = handovers.hand_over(session, office.bureau, giver, ALL, ids(office, "one"), "轮岗")
    assert done.counts_along["papers"] == len(rows) - 1, "what is in order stays as it was"


def test_only_what_is_still_there_is_taken_back_and_only_once(office: World) -> None:
    session, giver = office.session, office.users["caseworker"].id
    made, _done = handovers.hand_over(session, office.actor("two"), giver, ALL, ids(office, "one"), "轮岗")
    taken = session.scalars(select(Candidacy.id).where(Candidacy.in_charge_id == ids(office, "one")[0])).all()
    stages.assign(session, office.bureau, taken[0], office.users["two"].id)
    office.users["caseworker"].active = False
    session.flush()
    with pytest.raises(Forbidden):
        handovers.undo(session, office.actor("one"), made)
    undone = handovers.undo(session, office.actor("two"), made)
    assert (len(undone.back), [line.candidacy_id for line in undone.left]) == (7, [taken[0]])
    assert (held(office, "caseworker"), held(office, "two")) == (8, 1)
    with pytest.raises(Conflict):
        handovers.undo(session, office.bureau, made)
    row = queries.get_handover(session, office.bureau.scope, made)
    assert (row.lines, row.undone_by) == (8, "测试two")


def test_the_second_of_two_people_is_refused(office: World, app: Flask) -> None:
    """Both looked at the same plan; they act at the same time."""
    giver = office.users["caseworker"].id
    actor, others = office.bureau, ids(office, "one", "two")
    marks = [handovers.plan(office.session, actor, giver, ALL, [to]).mark for to in others]
    office.session.commit()
    outcomes: list[str] = []

    def act(to: int, mark: str) -> None:
        try:
            with app.extensions["database"].unit_of_work() as session:
                handovers.hand_over(session, actor, giver, ALL, [to], "轮岗", mark)
        except Conflict:
            outcomes.append("conflict")
        else:
            outcomes.append("done")

    def in_context(to: int, mark: str) -> None:
        with app.app_context():
            act(to, mark)

    threads = [threading.Thread(target=in_context, args=pair) for pair in zip(others, marks, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["conflict", "done"]
    assert sorted((held(office, "one"), held(office, "two"))) == [0, 8]
    office.session.commit()


def test_the_page_shows_it_first_then_does_it_then_takes_it_back(
    office: World, client_as: Callable[[str], FlaskClient]
) -> None:
    session, giver = office.session, office.users["caseworker"].id
    one, two = ids(office, "one", "two")
    client = client_as("bureau")
    session.commit()
    address = f"/people/{giver}/handover?to={one}"
    page = client.get(address).text
    assert "杭州湖墅旧友科技有限公司" in page
    mark = page.split('name="mark"')[1].split('value="')[1].split('"')[0]
    assert send(client, address, mark=mark, reason="").status_code == 422
    stages.assign(session, office.bureau, session.scalars(select(Candidacy.id)).first(), two)
    session.commit()
    late = send(client, address, mark=mark, reason="轮岗")
    assert late.status_code == 409
    assert "轮岗" in late.text
    mark = late.text.split('name="mark"')[1].split('value="')[1].split('"')[0]
    made = send(client, address, mark=mark, reason="轮岗")
    assert made.status_code == 302
    assert held(office, "one") == 7
    session.commit()
    where = made.headers["Location"]
    assert client_as("leader").get(where).status_code == 200
    assert client_as("neighbour").get(where).status_code == 404
    assert where in client.get(f"/people/{one}").text
    leader = client_as("leader")
    session.commit()
    send(client, f"{where}/undo", where)
    assert held(office, "one") == 0
    session.commit()
    assert leader.get(f"/people/{giver}/handover").status_code == 403


def test_a_program_looks_hands_over_and_takes_back(office: World, bureau: Program) -> None:
    giver = office.users["caseworker"].id
    one, two = ids(office, "one", "two")
    way = office.session.scalars(select(Candidacy.id)).first()
    office.session.commit()
    path = f"/people/{giver}/handover"
    assert bureau.post(path, {"to": [one]}, status=422)["error"]["field"] == "reason"
    seen = bureau.post(path, {"to": [one, two], "dry_run": True}, status=200)
    assert (seen["id"], len(seen["done"]), [row["to"] for row in seen["refused"]]) == (None, 8, [None])
    asked = {"to": [one, two], "mark": seen["mark"], "reason": "轮岗"}
    taken = bureau.post(f"/candidacies/{way}/assign", {"in_charge_id": two, "reason": "先接"}, status=200)
    assert taken["in_charge"] == "测试two"
    assert bureau.post(path, asked, status=409)["error"]["code"] == "conflict"
    made = bureau.post(path, {**asked, "mark": None, "track": "hnte"}, status=200)
    assert len(made["done"]) == 3
    people = {row["id"]: row for row in bureau.get("/people")["items"]}
    assert people[one]["in_charge"] == {"hnte": {"serve": 2}}
    assert people[giver]["adrift"] == {"hnte": 1}
    undone = bureau.post(f"/handovers/{made['id']}/undo", {}, status=200)
    assert (len(undone["done"]), undone["left"]) == (3, [])
    assert bureau.post(f"/handovers/{made['id']}/undo", {}, status=409)["error"]["code"] == "conflict"
