"""Services: what was found and promised, whose the follow-up is, corrected and withdrawn in the open."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient

from cultivate import clock
from cultivate.domain.permissions import Role
from cultivate.errors import Conflict, Forbidden, Invalid, Refused
from cultivate.models import ServiceRecord
from cultivate.queries import service_records as queries
from cultivate.queries import worklist
from cultivate.services import follow_ups, service_records, stages
from cultivate.services.service_records import Service
from cultivate.services.stages import MoveRequest
from tests.fixtures import MISHIXIANG, World
from tests.pages import send

LAST_WEEK = clock.today() - timedelta(days=7)


@pytest.fixture
def colleague(world: World) -> int:
    """A second caseworker of 米市巷街道."""
    return world.user("colleague", Role.CASEWORKER, MISHIXIANG).id


def both_tracks(world: World) -> tuple[int, list[int]]:
    """A firm that is served on both tracks."""
    firm = world.firm()
    return firm, [
        world.at_stage("serve", firm, track="hnte", on=date(2025, 3, 3)),
        world.at_stage("serve", firm, track="ptsme", on=date(2025, 3, 3)),
    ]


def due(world: World, person: str) -> list[str]:
    """What that person has overdue."""
    page = worklist.list_section(world.session, world.actor(person), "overdue", clock.today())
    return [row.track for row in page.items]


def test_a_follow_up_is_its_owners_and_changes_hands(world: World, colleague: int) -> None:
    session = world.session
    _firm, ways = both_tracks(world)
    said = Service(
        kind="visit",
        on=LAST_WEEK,
        found="缺研发辅助账",
        promised="下周带会计上门",
        follow_up="带会计上门",
        follow_up_on=LAST_WEEK + timedelta(days=3),
        follow_up_owner_id=colleague,
    )
    made = service_records.record_visit(session, world.caseworker, ways, said)
    assert due(world, "colleague") == ["hnte", "ptsme"]
    assert due(world, "caseworker") == []
    version = queries.get_record(session, world.caseworker.scope, made[0]).version
    with pytest.raises(Invalid):  # somebody of another street
        follow_ups.hand_over(session, world.bureau, made[0], world.users["neighbour"].id, version)
    follow_ups.hand_over(session, world.bureau, made[0], None, version)
    assert due(world, "colleague") == []
    assert due(world, "caseworker") == ["hnte", "ptsme"]
    with pytest.raises(Conflict):
        follow_ups.postpone(session, world.caseworker, made[1], clock.today(), "会计请假", version)
    follow_ups.postpone(session, world.caseworker, made[1], clock.today(), "会计请假", version + 1)
    assert due(world, "caseworker") == []
    assert worklist.count(session, world.caseworker, "today", clock.today()) == 2
    follow_ups.done(session, world.caseworker, made[0], "账已建好")
    record = queries.get_record(session, world.caseworker.scope, made[1])
    assert record.outcome == "账已建好"
    assert record.followed_up_at is not None
    assert worklist.count(session, world.caseworker, "today", clock.today()) == 0
    assert [step.verb for step in queries.trail_of(session, made[0])] == [
        "follow-up",
        "postpone",
        "hand-over",
    ]


def test_a_withdrawn_record_opens_no_door(world: World, colleague: int) -> None:
    session = world.session
    way = world.at_stage("serve")
    made = service_records.record(session, world.caseworker, way, "visit", LAST_WEEK, "走访")
    with pytest.raises(Forbidden):
        service_records.withdraw(session, world.actor("colleague"), made, "不是我", None)
    service_records.withdraw(session, world.caseworker, made, "记错了企业", None)
    with pytest.raises(Refused) as refused:
        stages.move(session, world.bureau, way, MoveRequest("recommend"))
    assert "no-service-record" in [reason.problem for reason in refused.value.reasons]
    kept = session.get_one(ServiceRecord, made)
    assert (kept.note, kept.withdrawn_reason) == ("走访", "记错了企业")
    with pytest.raises(Invalid):
        follow_ups.done(session, world.caseworker, made)


def test_who_puts_off_too_late_keeps_what_was_typed(
    world: World, client_as: Callable[[str], FlaskClient]
) -> None:
    session = world.session
    _firm, ways = both_tracks(world)
    made, *_ = service_records.record_visit(
        session,
        world.caseworker,
        ways,
        Service(kind="visit", note="走访", follow_up="回访", follow_up_on=clock.today()),
    )
    session.commit()
    client = client_as("caseworker")
    said = {"day": (clock.today() + timedelta(days=3)).isoformat(), "reason": "老板出差", "version": "1"}
    path, page = f"/services/{made}/postpone", f"/services/{made}"
    assert send(client, path, page, **said).status_code == 302
    late = send(client, path, page, **{**said, "reason": "会计请假"})
    assert late.status_code == 409
    assert 'value="会计请假"' in late.text
    again = re.search(r'name="version" value="(\d+)"', late.text)
    assert again
    assert send(client, path, page, **{**said, "reason": "会计请假", "version": again[1]}).status_code == 302


def test_a_correction_keeps_what_was_said(world: World, client_as: Callable[[str], FlaskClient]) -> None:
    session = world.session
    _firm, ways = both_tracks(world)
    made = service_records.record_visit(
        session, world.caseworker, ways, Service(kind="visit", note="见了总经理")
    )
    session.commit()
    client = client_as("caseworker")
    path = f"/services/{made[0]}/edit"
    said = {"kind": "diagnosis", "on": LAST_WEEK.isoformat(), "note": "见了财务总监", "version": "1"}
    assert send(client, path, **said).status_code == 302
    late = send(client, path, **{**said, "note": "见了门卫"})
    assert late.status_code == 409
    text = late.get_data(as_text=True)
    assert all(words in text for words in ("见了门卫", "见了财务总监", "见了总经理"))
    session.expire_all()
    assert {session.get_one(ServiceRecord, each).kind for each in made} == {"diagnosis"}
    page = client.get(f"/services/{made[1]}").get_data(as_text=True)
    assert "见了总经理" in page
    assert "见了财务总监" in page
    session.commit()
    assert client_as("neighbour").get(f"/services/{made[0]}").status_code == 404
