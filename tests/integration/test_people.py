"""What lies on whom: every figure is the length of the list that it opens, within the reader's scope."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient

from cultivate import clock
from cultivate.domain.permissions import Role
from cultivate.errors import NotFound
from cultivate.models import Assignment, BatchPaper, Candidacy
from cultivate.queries import assignments, people, worklist
from cultivate.services import firm_needs, merges, service_records, stages
from cultivate.services.firm_needs import Need
from cultivate.services.service_records import Service
from cultivate.services.stages import MoveRequest
from tests.fixtures import BANSHAN, HUSHU, MISHIXIANG, PARK, World
from tests.pages import send
from tests.query_count import counting

TODAY = clock.today()
LONG_AGO = date(2024, 3, 4)


@pytest.fixture
def busy(world: World) -> World:
    """Two tracks, four stages, three people who work, one who has left, one who has moved; something of each kind."""
    session = world.session
    world.user("colleague", Role.CASEWORKER, MISHIXIANG, PARK)
    gone = world.user("gone", Role.CASEWORKER, MISHIXIANG)
    moved = world.user("moved", Role.CASEWORKER, HUSHU, MISHIXIANG)
    ways = {
        stage: world.at_stage(stage, on=LONG_AGO) for stage in ("discover", "serve", "recommend", "certify")
    }
    for stage, way in ways.items():
        stages.assign(session, world.bureau, way, world.users["caseworker"].id)
        world.at_stage("serve", track="ptsme", on=TODAY)
        if stage == "serve":
            stages.assign(session, world.bureau, world.at_stage("discover", track="ptsme"), gone.id)
            stages.assign(session, world.bureau, world.at_stage("discover"), moved.id)
    stages.assign(session, world.bureau, world.at_stage("serve", world.firm(street=HUSHU)), moved.id)
    stages.unassign(session, world.bureau, world.at_stage("discover", world.firm(street=BANSHAN)))
    stages.unassign(session, world.bureau, world.at_stage("serve"))
    for days, owner in ((-3, None), (-1, "colleague"), (0, None), (0, "colleague"), (200, None)):
        said = Service(
            kind="visit",
            on=TODAY - timedelta(days=9),
            follow_up_on=TODAY + timedelta(days=days),
            follow_up_owner_id=world.users[owner].id if owner else None,
        )
        service_records.record_visit(session, world.bureau, [ways["certify"]], said)
    firm = session.get_one(Candidacy, ways["serve"]).firm_id
    for owner_id in (world.caseworker.user_id, None):
        firm_needs.raise_need(
            session, world.bureau, firm, Need(kind="space", text="要厂房", owner_id=owner_id)
        )
    for paper in session.query(BatchPaper):
        paper.owner_id = world.caseworker.user_id
    gone.active = False
    moved.units = [world.units[HUSHU]]
    session.commit()
    return world


def total(page: str) -> int:
    """The length that a list says it has; an empty one says it in words."""
    found = re.search(r'<nav class="pager"[^>]*>\s*<span>\D*([\d,]+)', page)
    return int(found[1].replace(",", "")) if found else 0


@pytest.mark.parametrize("reader", ["bureau", "leader", "caseworker", "neighbour"])
def test_every_figure_opens_as_many_rows(
    busy: World, client_as: Callable[[str], FlaskClient], reader: str
) -> None:
    client = client_as(reader)
    page = client.get("/people").text
    main = page.split("<main")[1]
    figures = re.findall(r'<a href="(/(?:pipeline|needs|people)[^"]*)"[^>]*>([\d,]+)</a>', main)
    assert len(figures) > (8 if reader != "neighbour" else 0)
    for address, figure in figures:
        assert total(client.get(unescape(address)).text) == int(figure), address
    if reader == "bureau":
        kinds = "follow-ups?due=overdue", "follow-ups?due=week", "/papers", "/needs?", "stalled=1", "adrift=1"
        assert all(any(kind in address for address, _ in figures) for kind in kinds)
        assert any("in_charge=nobody" in address for address, _ in figures)
    else:
        assert ("/handover" in main) == (reader == "caseworker"), "who may assign hands over"


def test_the_figures_are_what_each_has_in_their_own_work_list(busy: World) -> None:
    loads = people.list_loads(busy.session, busy.bureau.scope, TODAY)
    by_name = {load.person.name: load for load in loads.people}
    for name in ("caseworker", "colleague"):
        actor, load = busy.actor(name), by_name[f"测试{name}"]
        assert worklist.count(busy.session, actor, "overdue", TODAY) == load.overdue
        soon = sum(worklist.count(busy.session, actor, each, TODAY) for each in ("today", "week"))
        assert soon == load.week
    assert [load.person.name for load in loads.adrift] == ["测试moved", "测试gone"]
    assert loads.nobody.under_way == 2
    assert sum(load.total for load in (loads.nobody, *loads.people)) == busy.session.query(Candidacy).count()


def test_a_scope_hides_what_lies_elsewhere(busy: World) -> None:
    loads = people.list_loads(busy.session, busy.caseworker.scope, TODAY)
    names = [load.person.name for load in loads.people]
    assert "测试neighbour" not in names
    moved = next(load for load in loads.people if load.person.name == "测试moved")
    assert moved.total == 1, "the firm in the other street is not counted"
    with pytest.raises(NotFound):
        people.get_person(busy.session, busy.caseworker.scope, busy.users["neighbour"].id)


def test_more_people_ask_no_more_of_the_database(busy: World) -> None:
    session, scope = busy.session, busy.bureau.scope
    with counting(session) as few:
        people.list_loads(session, scope, TODAY)
    for number in range(5):
        user = busy.user(f"more{number}", Role.CASEWORKER, MISHIXIANG)
        stages.assign(session, busy.bureau, busy.at_stage("serve"), user.id)
    session.commit()
    with counting(session) as many:
        people.list_loads(session, scope, TODAY)
    assert len(many) == len(few) <= 10


def test_what_others_put_in_my_charge_waits_until_i_look(
    world: World, client_as: Callable[[str], FlaskClient]
) -> None:
    session, me = world.session, world.caseworker.user_id
    firms = [world.firm(f"杭州新接{number}科技有限公司") for number in range(4)]
    first, second, third, mine = (world.at_stage("discover", firm) for firm in firms)
    for way in (first, second, third):
        stages.assign(session, world.bureau, way, me, reason="原联系人轮岗")
    stages.assign(session, world.caseworker, mine, me)
    session.commit()
    client = client_as("caseworker")
    page = client.get("/work").text
    assert 'id="charge-count">3<' in page
    assert "原联系人轮岗" in page
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    piece = client.post(
        f"/work/charge/{first}/seen", data={"csrf_token": token}, headers={"HX-Request": "true"}
    )
    assert 'id="charge-count" hx-swap-oob="true">2<' in piece.text
    assert "新接0" not in piece.text
    gone_on = send(client, f"/work/charge/{second}/go-on", "/work")
    assert gone_on.headers["Location"] == f"/firms/{firms[1]}#track-hnte"
    stages.move(session, world.caseworker, third, MoveRequest("serve"))
    assert assignments.list_new(session, world.caseworker).total == 0, "who acts on it has seen it"
    for to in ("bureau", "caseworker"):
        stages.assign(session, world.bureau, first, world.users[to].id)
    (row,) = assignments.list_new(session, world.caseworker).items
    later = world.at_stage("discover")
    session.flush()
    stages.assign(session, world.bureau, later, me)
    session.commit()
    send(client, "/work/charge/seen", "/work", until=row.id)
    assert [each.candidacy_id for each in assignments.list_new(session, world.caseworker).items] == [later]
    session.commit()
    assert client_as("neighbour").post(f"/work/charge/{later}/seen").status_code in {400, 404}


def test_the_history_of_who_was_in_charge_stands_in_the_timeline(
    world: World, client_as: Callable[[str], FlaskClient]
) -> None:
    session = world.session
    firm = world.firm()
    way = world.at_stage("discover", firm)
    stages.assign(session, world.bureau, way, world.caseworker.user_id, reason="属地联系")
    session.commit()
    page = client_as("leader").get(f"/firms/{firm}/timeline?kind=charge").text
    assert "测试bureau → 测试caseworker" in page
    assert "属地联系" in page
    other = world.firm(uscc="")
    merges.merge(session, world.bureau, firm, other)
    assert session.query(Assignment).filter_by(candidacy_id=way).count() == 2


def test_an_account_that_still_holds_firms_says_so(
    busy: World, client_as: Callable[[str], FlaskClient]
) -> None:
    gone = busy.users["gone"].id
    page = client_as("admin").get(f"/admin/users/{gone}").text
    assert f"/people/{gone}/handover" in page
    address, *_same = set(re.findall(r'href="(/pipeline/ptsme[^"]*)"', page))
    assert total(client_as("admin").get(unescape(address)).text) == 1
    assert client_as("admin").get(f"/people/{gone}/handover").status_code == 403
    assert client_as("bureau").get(f"/people/{gone}/handover").status_code == 200
