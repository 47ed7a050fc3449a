"""What firms ask for: written down, handed on, answered once, opened again; by page, in my work, and by API."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from cultivate import clock
from cultivate.domain.permissions import Role
from cultivate.errors import Conflict, Forbidden, Invalid, NotFound
from cultivate.models import Firm, FirmNeed, ServiceRecord
from cultivate.queries import firm_needs as queries
from cultivate.services import firm_needs as needs
from cultivate.services import merges, service_records, transfers
from cultivate.services.firm_needs import Need
from tests.api_client import Programs
from tests.fixtures import BANSHAN, HUSHU, MISHIXIANG, World
from tests.pages import send

Client = Callable[[str | None], FlaskClient]
TODAY = clock.today()
WEEK = timedelta(days=7)


@pytest.fixture
def colleague(world: World) -> int:
    """A second caseworker of 米市巷街道."""
    return world.user("colleague", Role.CASEWORKER, MISHIXIANG).id


def waiting(world: World, person: str) -> list[int]:
    """What that person is to answer."""
    return [row.id for row in queries.list_waiting(world.session, world.actor(person)).items]


def loan(world: World, firm: int, **more: object) -> int:
    said = {"kind": "finance", "text": "流动资金贷款 300 万", "owner_id": world.users["caseworker"].id}
    return needs.raise_need(world.session, world.caseworker, firm, Need(**(said | more)))  # type: ignore[arg-type]


def test_a_need_is_answered_once_handed_on_and_opened_again(world: World, colleague: int) -> None:
    session, firm = world.session, world.firm()
    made = loan(world, firm, owner_id=colleague, due_on=TODAY)
    assert waiting(world, "colleague") == [made]
    assert waiting(world, "bureau") == []
    needs.change(session, world.caseworker, made, Need(kind="finance", text="流动资金贷款 300 万"), 1)
    assert waiting(world, "colleague") == []
    assert waiting(world, "bureau") == [made]  # nobody's is the bureau's
    with pytest.raises(Conflict) as lost:
        needs.answer(session, world.bureau, made, "answered", "已对接杭州银行", 1)
    assert lost.value.current.owner is None
    with pytest.raises(Invalid):
        needs.answer(session, world.bureau, made, "answered", " ", 2)
    needs.answer(session, world.bureau, made, "declined", "超出政策范围", 2)
    with pytest.raises(Conflict):  # two who answer at once
        needs.answer(session, world.caseworker, made, "answered", "已对接")
    with pytest.raises(Invalid):
        needs.change(session, world.caseworker, made, Need(kind="space", text="改口"), 3)
    needs.reopen(session, world.caseworker, made)
    row = queries.get_need(session, world.caseworker.scope, made)
    assert (row.state, row.answer, row.answered_on) == ("open", "", None)
    told = queries.trail_of(session, made)
    assert [step.verb for step in told] == ["reopen", "answer", "change", "raise"]
    assert told[1].details["answer"] == "超出政策范围"


def test_scope_and_roles(world: World, client_as: Client) -> None:
    theirs = world.firm(street=HUSHU)
    made = needs.raise_need(
        world.session, world.actor("neighbour"), theirs, Need(kind="space", text="要厂房")
    )
    for refused in (
        lambda: needs.raise_need(world.session, world.caseworker, theirs, Need(kind="space", text="要厂房")),
        lambda: needs.answer(world.session, world.caseworker, made, "answered", "有"),
        lambda: needs.reopen(world.session, world.caseworker, made),
        lambda: queries.get_need(world.session, world.caseworker.scope, made),
    ):
        with pytest.raises(NotFound):
            refused()
    with pytest.raises(Forbidden):
        needs.answer(world.session, world.actor("leader"), made, "answered", "有")
    assert queries.list_of_firm(world.session, world.caseworker.scope, theirs) == []
    world.session.commit()
    page = client_as("leader").get(f"/needs/{made}").text
    assert "要厂房" in page
    assert '<form method="post" action="/needs' not in page
    assert client_as("caseworker").get(f"/needs/{made}").status_code == 404


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"kind": "moon"}, "kind"),
        ({"text": " "}, "text"),
        ({"text": "长" * 1001}, "text"),
        ({"raised_on": TODAY + WEEK}, "raised_on"),
        ({"due_on": TODAY - WEEK}, "due_on"),
        ({"owner_id": 10**9}, "owner"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(world: World, said: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        loan(world, world.firm(), **said)
    assert refused.value.field == field
    assert world.session.scalars(select(FirmNeed)).all() == []


def test_a_need_said_at_a_visit_bears_its_day_and_leads_to_it(world: World, client_as: Client) -> None:
    firm = world.firm()
    way = world.at_stage("serve", firm)
    other = service_records.record(world.session, world.bureau, world.at_stage("serve"), "visit", None, "")
    with pytest.raises(Invalid):  # a visit to another firm
        needs.raise_need(world.session, world.caseworker, firm, Need(kind="ip", text="布局"), other)
    world.session.commit()
    client, day = client_as("caseworker"), TODAY - WEEK
    said = {"kind": "visit", "on": day.isoformat(), "candidacies": way, "need_kind": "talent"}
    page = f"/firms/{firm}/services/new"
    late = send(client, page, **said, need_text="招两名算法工程师", need_due_on=(day - WEEK).isoformat())
    assert late.status_code == 422  # and the visit is not half written
    assert "招两名算法工程师" in late.text
    assert world.session.scalars(select(ServiceRecord).where(ServiceRecord.candidacy_id == way)).all() == []
    world.session.commit()
    assert send(client, page, **said, need_text="招两名算法工程师").status_code == 302
    (need,) = world.session.scalars(select(FirmNeed)).all()
    assert (need.raised_on, need.service_id is not None) == (day, True)
    world.session.commit()
    assert "招两名算法工程师" in client.get(f"/services/{need.service_id}").text
    assert f"/services/{need.service_id}" in client.get(f"/needs/{need.id}").text
    story = client.get(f"/firms/{firm}/timeline?kind=need").text
    assert "招两名算法工程师" in story
    assert story.count("timeline-item") == 1


def test_who_has_left_leaves_nothing_unseen(world: World, colleague: int, client_as: Client) -> None:
    session = world.session
    made = loan(world, world.firm(), owner_id=colleague)
    firm = session.get_one(FirmNeed, made).firm_id
    session.get_one(Firm, firm).street_id = world.units[BANSHAN].id  # it moved; its caseworker did not
    session.flush()
    assert waiting(world, "colleague") == []
    assert waiting(world, "bureau") == [made]
    session.get_one(Firm, firm).street_id = world.units[MISHIXIANG].id
    session.flush()
    assert waiting(world, "bureau") == []
    world.users["colleague"].active = False
    session.commit()
    assert waiting(world, "bureau") == [made]
    session.commit()
    client = client_as("bureau")
    found = client.get("/needs?owner=bureau").text
    assert "流动资金贷款" in found
    page = client.get(f"/needs/{made}/edit").text
    assert f'<option selected value="{colleague}">' in page  # saving the words does not hand it on
    said = {"kind": "finance", "text": "贷款 500 万", "owner": colleague, "raised_on": TODAY.isoformat()}
    assert send(client, f"/needs/{made}/edit", version=1, **said).status_code == 302
    row = session.get_one(FirmNeed, made, populate_existing=True)
    assert (row.text, row.owner_id) == ("贷款 500 万", colleague)


def test_what_a_moved_firm_asked_for_is_the_bureaus_until_handed_on(world: World) -> None:
    """Its owner works where other firms lie, no longer where this one does."""
    firm, _stays = world.firm(), world.firm()
    made = loan(world, firm, owner_id=world.users["caseworker"].id)
    assert waiting(world, "bureau") == []
    transfers.transfer(world.session, world.bureau, firm, HUSHU, None, TODAY, "搬迁")
    assert waiting(world, "bureau") == [made]
    assert queries.get_need(world.session, world.bureau.scope, made).left


def test_a_lost_race_shows_mine_theirs_and_what_was(world: World, client_as: Client) -> None:
    made = loan(world, world.firm())
    world.session.commit()
    client, path = client_as("caseworker"), f"/needs/{made}/edit"
    said = {"kind": "finance", "raised_on": TODAY.isoformat(), "owner": "", "version": 1}
    assert send(client, path, text="贷款 500 万", **said).status_code == 302
    late = send(client, path, text="贷款 800 万", **said)
    assert late.status_code == 409
    assert all(words in late.text for words in ("贷款 800 万", "贷款 500 万", "流动资金贷款 300 万"))
    assert 'name="version" type="hidden" value="2"' in late.text
    assert send(client, path, text="贷款 800 万", **(said | {"version": 2})).status_code == 302
    page = client.get(f"/needs/{made}").text
    assert "测试caseworker</del>" in page  # the trail names who it was taken from


def test_closed_by_somebody_else_keeps_what_one_wrote_to_be_read(world: World, client_as: Client) -> None:
    made = loan(world, world.firm())
    world.session.commit()
    client = client_as("caseworker")
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(f"/needs/{made}").text)
    assert token
    needs.answer(world.session, world.bureau, made, "answered", "已对接杭州银行")
    world.session.commit()
    said = {"csrf_token": token[1], "answer": "我也答了", "state": "answered", "version": "1"}
    lost = client.post(f"/needs/{made}/answer", data=said)
    assert lost.status_code == 409
    assert all(words in lost.text for words in ("我也答了", "已对接杭州银行"))
    assert client.get(f"/needs/{made}/edit").status_code == 302
    stale = client.post(f"/needs/{made}/reopen", data={"csrf_token": token[1], "version": "1"})
    assert stale.headers["Location"].endswith(f"/needs/{made}")
    assert world.session.get_one(FirmNeed, made, populate_existing=True).state == "answered"
    world.session.commit()
    assert (
        client.post(f"/needs/{made}/reopen", data={"csrf_token": token[1], "version": "2"}).status_code == 302
    )
    assert world.session.get_one(FirmNeed, made, populate_existing=True).state == "open"


def test_my_work_empties_by_answering_there(world: World, client_as: Client) -> None:
    made = loan(world, world.firm(), due_on=TODAY)
    world.session.commit()
    client = client_as("caseworker")
    page = client.get("/work?section=needs").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    assert f'hx-post="/work/needs/{made}"' in page
    said = {"csrf_token": token[1], "version": "1", "state": "answered"}
    piece = {"HX-Request": "true"}
    empty = client.post(f"/work/needs/{made}", data=said, headers=piece)
    assert empty.status_code == 422
    assert "<html" not in empty.text
    done = client.post(f"/work/needs/{made}", data={**said, "answer": "已对接杭州银行"}, headers=piece)
    assert done.status_code == 200
    assert "流动资金贷款" not in done.text
    assert '<b id="needs-count" hx-swap-oob="true">0</b>' in done.text
    back = client.post(f"/work/needs/{made}/reopen", data=said, headers=piece)
    assert "流动资金贷款" in back.text
    late = client.post(f"/work/needs/{made}", data={**said, "answer": "我也答了"}, headers=piece)
    assert (late.status_code, "<html" in late.text) == (409, False), "a piece of the page, not a page in it"
    assert late.text.count("我也答了") == 2, "said, and still in its field"
    plain = client.post(f"/work/needs/{made}", data={**said, "version": "3", "answer": "已对接"})
    assert plain.headers["Location"].endswith("/work#needs")
    assert waiting(world, "caseworker") == []
    world.session.commit()
    gone = client.post(f"/work/needs/{made}", data={**said, "answer": "我也答了"}, headers=piece)
    assert gone.status_code == 409
    assert gone.text.count("我也答了") == 1


def test_the_list_answers_its_filters(world: World, client_as: Client) -> None:
    here, there = world.firm("杭州甲科技有限公司"), world.firm("杭州乙科技有限公司", street=HUSHU)
    late = loan(world, here, raised_on=TODAY - 4 * WEEK, due_on=TODAY - WEEK, text="贷款")
    talent = loan(world, here, kind="talent", text="招人", owner_id=None)
    closed = loan(world, here, kind="space", text="厂房")
    needs.answer(world.session, world.bureau, closed, "withdrawn", "企业不再需要")
    other = needs.raise_need(world.session, world.bureau, there, Need(kind="finance", text="要千万投资"))
    world.session.commit()
    client = client_as("bureau")

    def found(query: str = "") -> set[int]:
        return {int(each) for each in re.findall(r'href="/needs/(\d+)"', client.get(f"/needs{query}").text)}

    assert found() == {late, talent, other}
    assert found("?state=all") == {late, talent, closed, other}
    assert found("?state=withdrawn") == {closed}
    assert found("?kind=finance") == {late, other}
    assert found("?owner=bureau") == {talent, other}
    assert found(f"?owner={world.users['caseworker'].id}") == {late}
    assert found("?owner=99999999999999999999") == found("?owner=²") == found()
    assert found(f"?unit={HUSHU}") == {other}
    assert found("?overdue=1") == {late}
    assert found("?kind=ip") == set()
    assert "/needs" in client.get("/needs?kind=ip").text
    order = re.findall(r'href="/needs/(\d+)"', client.get("/needs?state=all").text)
    assert (int(order[0]), int(order[-1])) == (late, closed)
    own = client_as("caseworker")
    assert "要千万投资" not in own.get("/needs").text
    assert own.get(f"/needs?unit={HUSHU}").status_code == 404
    assert "/needs" in own.get("/firms").text  # the register leads there


def test_a_merge_carries_needs_and_gives_them_back(world: World) -> None:
    kept, gone = world.firm(), world.firm(uscc="")
    made = loan(world, gone)
    merge_id = merges.merge(world.session, world.bureau, kept, gone, {}, "同一家")
    assert [row.id for row in queries.list_of_firm(world.session, world.bureau.scope, kept)] == [made]
    merges.undo_merge(world.session, world.bureau, merge_id)
    assert [row.id for row in queries.list_of_firm(world.session, world.bureau.scope, gone)] == [made]
    again = merges.merge(world.session, world.bureau, kept, gone, {}, "同一家")
    needs.answer(world.session, world.bureau, made, "answered", "已对接")
    with pytest.raises(Invalid):
        merges.undo_merge(world.session, world.bureau, again)


def test_needs_over_the_api(world: World, program_as: Programs) -> None:
    firm, theirs = world.firm(), world.firm(street=HUSHU)
    world.session.commit()
    person = program_as("caseworker")
    body = {"kind": "finance", "text": "贷款", "due_on": date.max.replace(year=2199).isoformat()}
    made = person.post(f"/firms/{firm}/needs", body, idempotency_key="once")
    assert person.post(f"/firms/{firm}/needs", body, idempotency_key="once") == made
    assert (made["state"], made["owner"], made["raised_on"]) == ("open", None, TODAY.isoformat())
    path = f"/needs/{made['id']}"
    assert person.get(path) == made
    assert person.get(f"/firms/{firm}/needs")["items"] == [made]
    assert person.get(f"/firms/{firm}/needs?state=answered")["total"] == 0
    own = world.users["caseworker"].id
    handed = person("PATCH", path, {"version": 1, "owner_id": own})
    assert (handed.status_code, handed.json["owner_id"], handed.json["text"]) == (200, own, "贷款")
    lost = person("PATCH", path, {"version": 1, "text": "晚了"})
    assert (lost.status_code, lost.json["current"]) == (409, handed.json)
    assert person.post(f"{path}/answer", {"answer": ""}, status=422)["error"]["field"] == "answer"
    closed = person.post(f"{path}/answer", {"answer": "已对接杭州银行", "version": 2}, status=200)
    assert (closed["state"], closed["answered_by"]) == ("answered", "测试caseworker")
    again = person.post(f"{path}/answer", {"answer": "再答"}, status=409)
    assert again["current"]["answer"] == "已对接杭州银行"
    assert (
        person.post(f"/firms/{firm}/needs", {"kind": "moon", "text": "x"}, status=422)["error"]["field"]
        == "kind"
    )
    person.post(f"/firms/{theirs}/needs", body, status=404)
    assert program_as("neighbour")("GET", path).status_code == 404
    reader = program_as("leader")
    assert reader.get(path)["text"] == "贷款"
    reader.post(f"{path}/answer", {"answer": "x"}, status=403)


def test_the_timeline_is_narrowed_by_its_address_with_true_counts(world: World, client_as: Client) -> None:
    firm = world.firm()
    way = world.at_stage("serve", firm, on=date(2025, 3, 3))
    other = world.at_stage("discover", firm, track="ptsme", on=date(2025, 5, 5))
    for number in range(60):
        day = date(2025, 6, 1) + timedelta(days=number)
        service_records.record(world.session, world.caseworker, way, "visit", day, f"第{number}次")
    service_records.record(world.session, world.caseworker, other, "briefing", date(2025, 9, 9), "宣讲")
    loan(world, firm, raised_on=date(2025, 7, 1))
    world.session.commit()
    client, path = client_as("caseworker"), f"/firms/{firm}/timeline"

    def found(query: str) -> tuple[int, str]:
        page = client.get(f"{path}?{query}").text
        return page.count('class="timeline-item'), re.sub(r"<[^>]+>", "", page)

    assert "共 61 条" in found("kind=service")[1]
    assert found("kind=service")[0] == 50
    assert found("kind=service&page=2")[0] == 11
    assert found("kind=service&track=ptsme")[0] == 1
    assert found("kind=service&track=hnte&since=2025-06-10&until=2025-06-12")[0] == 3
    number, text = found("kind=need&since=2025-06-30&until=2025-07-02")
    assert number == 1
    assert "服务 3" in text  # beside the other filters
    number, text = found("kind=need&since=2026-01-01")
    assert number == 0
    assert "显示全部" in text
