"""Firms that may be one: found on entry, on import and by night; decided once, by whoever may see both."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from cultivate import clock
from cultivate.domain.firm_data import FirmData
from cultivate.errors import Conflict, Invalid, NotFound
from cultivate.extensions import database
from cultivate.models import DuplicatePair, Firm, FirmFigure, FirmName
from cultivate.queries import duplicates as queries
from cultivate.queries.duplicate_sweep import sweep
from cultivate.services import duplicates, firms, imports, links, merges
from cultivate.services.firm_rules import InvalidFirm
from cultivate.services.imports import ImportOptions
from jobs.registry import JOBS
from tests.api_client import Program
from tests.fixtures import BANSHAN, HUSHU, MISHIXIANG, World, credit_code

NAME, TWIN = "杭州云创科技有限公司", "云创科技（杭州）有限公司"


def run(world: World) -> duplicates.Swept:
    return duplicates.keep(world.session, sweep(world.session))


def pairs(world: World) -> list[tuple[int, int, str, str]]:
    rows = world.session.scalars(
        select(DuplicatePair).order_by(DuplicatePair.id).execution_options(populate_existing=True)
    )
    return [(row.firm_id, row.other_id, row.status, row.hint) for row in rows]


def rename(world: World, firm_id: int, name: str) -> None:
    firms.update(world.session, world.bureau, firm_id, FirmData(name=name), confirm_name=True)


def test_the_sweep_finds_writes_and_does_nothing_twice(app: Flask, world: World) -> None:
    one, other = world.firm(NAME), world.firm(TWIN, uscc="", street=HUSHU)
    world.firm("杭州数桥网络有限公司")
    world.session.commit()
    job = JOBS["duplicates"]
    period = job.slots.parse("2026-11-23", __import__("zoneinfo").ZoneInfo("Asia/Shanghai"))
    first, second = job.run(database(), period), job.run(database(), period)
    assert ("1" in first, first != second) == (True, True)
    assert pairs(world) == [(one, other, "waiting", "same")]
    assert run(world) == duplicates.Swept(waiting=1)


def test_a_pair_goes_when_it_is_none_any_more_and_comes_back(world: World) -> None:
    one, other = world.firm(NAME), world.firm(TWIN, uscc="")
    run(world)
    rename(world, other, "杭州数桥网络有限公司")
    world.session.query(FirmName).delete()
    assert run(world).gone == 1
    assert pairs(world)[0][2] == "gone"
    rename(world, other, TWIN)
    assert run(world).waiting == 1
    assert pairs(world) == [(one, other, "waiting", pairs(world)[0][3])]


def test_what_a_person_decided_stands_until_a_name_or_code_changes(world: World) -> None:
    one, other = world.firm(NAME), world.firm(TWIN, uscc="")
    run(world)
    pair = world.session.scalar(select(DuplicatePair.id)) or 0
    duplicates.distinct(world.session, world.caseworker, pair)
    assert run(world) == duplicates.Swept()
    world.session.get_one(Firm, other).contact_phone = "13800001234"
    world.session.flush()
    assert run(world) == duplicates.Swept(), "a phone is no reason to ask again"
    rename(world, other, NAME)
    assert run(world).asked_again == 1
    assert pairs(world)[0][:3] == (one, other, "waiting")
    duplicates.distinct(world.session, world.bureau, pair)
    with pytest.raises(Conflict):
        duplicates.distinct(world.session, world.bureau, pair)
    duplicates.reopen(world.session, world.bureau, pair)
    assert pairs(world)[0][2] == "waiting"


def test_a_pair_is_shown_to_whoever_sees_both(world: World) -> None:
    mine = world.firm(NAME), world.firm(TWIN, uscc="")
    across = world.firm("杭州数桥数据有限公司"), world.firm("杭州数桥数据有限公司", street=HUSHU, uscc="")
    world.firm("杭州瓯江电子有限公司", street=HUSHU)
    world.firm("杭州瓯江电子有限公司", street=HUSHU, uscc="")
    run(world)

    def seen(username: str) -> list[set[int]]:
        scope = world.actor(username).scope
        page = queries.list_pairs(world.session, scope)
        assert page.total == queries.count_waiting(world.session, scope) == len(page.items)
        return [{pair.firm.id, pair.other.id} for pair in page.items]

    assert len(seen("bureau")) == len(seen("leader")) == 3
    assert seen("caseworker") == [set(mine)]
    assert set(across) not in seen("neighbour")
    hidden = queries.find_pair(world.session, world.bureau.scope, *across)
    assert hidden is not None
    with pytest.raises(NotFound):
        duplicates.distinct(world.session, world.caseworker, hidden.id)


def test_links_are_told_from_both_ends_and_move_nothing(world: World) -> None:
    parent, branch = world.firm(NAME), world.firm(NAME + "拱墅分公司")
    held = world.at_stage("certify", parent, on=date(2025, 3, 3))
    run(world)
    assert pairs(world)[0][3] == "branch"
    link = links.link(
        world.session, world.caseworker, parent, branch, "branch", date(2020, 1, 2), "2020年设立"
    )
    assert pairs(world)[0][2] == "linked"
    scope = world.bureau.scope
    assert [(row.forward, row.other_id) for row in queries.links_of(world.session, scope, parent)] == [
        (True, branch)
    ]
    assert [(row.forward, row.other_id) for row in queries.links_of(world.session, scope, branch)] == [
        (False, parent)
    ]
    assert queries.links_of(world.session, world.actor("neighbour").scope, branch) == []
    assert world.session.get_one(Firm, branch).deleted_at is None
    assert held
    for wrong, error in (
        ((parent, branch, "branch"), Conflict),
        ((branch, parent, "branch"), Conflict),
        ((parent, parent, "branch"), Invalid),
        ((parent, branch, "cousin"), Invalid),
        ((parent, world.firm(street=BANSHAN), "branch"), NotFound),
    ):
        with pytest.raises(error):
            links.link(world.session, world.caseworker, *wrong)
    assert run(world) == duplicates.Swept()
    links.unlink(world.session, world.caseworker, link)
    assert pairs(world)[0][2] == "waiting"


def test_entry_tells_of_other_streets_the_street_and_no_more(
    world: World, client_as: Callable[[str | None], FlaskClient]
) -> None:
    own = world.firm("杭州云创技术有限公司")
    elsewhere = world.firm("杭州瓯江数据有限公司", street=BANSHAN)
    rename(world, elsewhere, "杭州瓯江智能有限公司")
    world.session.commit()
    client = client_as("caseworker")

    def check(**said: str) -> str:
        answer = client.get("/firms/check", query_string=said, headers={"HX-Request": "true"})
        assert answer.status_code == 200
        return re.sub(r"\s+", " ", answer.get_data(as_text=True))

    near = check(name="杭州云创科技有限公司")
    assert f"/firms/{own}" in near
    assert "米市巷街道" in near
    for said in ({"name": "杭州瓯江智能有限公司"}, {"name": "杭州瓯江数据有限公司"}):
        told = check(**said)
        assert "半山街道" in told
        assert f"/firms/{elsewhere}" not in told
        assert said["name"] not in told or "瓯江智能" not in told.replace(said["name"], "")
    assert "半山" not in check(name="杭州瓯江智能科技股份有限公司"), "of near names elsewhere nothing is told"
    assert "半山街道" in check(name="随便", uscc=world.session.get_one(Firm, elsewhere).uscc or "")


def test_a_former_name_of_another_must_be_confirmed(world: World) -> None:
    known = world.firm(NAME)
    rename(world, known, "杭州数桥科技有限公司")
    said = FirmData(name=NAME, street=MISHIXIANG)
    with pytest.raises(InvalidFirm) as refused:
        firms.register(world.session, world.caseworker, said)
    assert (refused.value.problem, refused.value.params["firm_id"]) == ("name-known", known)
    assert firms.register(world.session, world.caseworker, said, confirm_name=True)


def test_an_import_warns_of_near_names_of_the_own_street_and_writes(world: World) -> None:
    own = world.firm("杭州云创技术有限公司", uscc="")
    world.firm("杭州瓯江科技有限公司", street=BANSHAN, uscc="")
    coded = world.firm("杭州苕溪电子有限公司")
    world.session.flush()
    text = (
        "企业名称,统一社会信用代码,街道\n"
        f"杭州云创科技有限公司,{credit_code(901)},米市巷街道\n"
        f"杭州瓯江技术有限公司,{credit_code(902)},米市巷街道\n"
        f"杭州苕溪电子股份有限公司,{credit_code(903)},米市巷街道\n"
        "杭州苕溪电子集团有限公司,,米市巷街道\n"
    )
    report = imports.run(
        world.session, world.caseworker, "firms", "a.csv", text.encode(), ImportOptions(), dry_run=False
    )
    assert (report["create"], report["rejected"]) == (4, 0)
    from cultivate.models import ImportRow

    rows = world.session.scalars(select(ImportRow).order_by(ImportRow.number)).all()
    told = [[(each["code"], each["params"].get("firm_id")) for each in row.problems] for row in rows]
    assert told == [[("near-name", own)], [], [], [("near-name", coded)]]


@pytest.fixture
def queue(world: World) -> tuple[int, int, int]:
    one, other = world.firm(NAME), world.firm(TWIN, uscc="")
    world.candidacy(one, on=date(2025, 3, 3))
    world.candidacy(other, on=date(2025, 5, 5))
    run(world)
    pair = world.session.scalar(select(DuplicatePair.id)) or 0
    world.session.commit()
    return one, other, pair


def token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found[1]


def test_a_person_merges_and_undoes_by_the_pages(
    world: World, client_as: Callable[[str | None], FlaskClient], queue: tuple[int, int, int]
) -> None:
    one, other, _ = queue
    client = client_as("caseworker")
    listed = client.get("/duplicates").get_data(as_text=True)
    assert NAME in listed
    assert TWIN in listed
    where = f"/firms/{one}/merge?other_id={other}"
    page = client.get(where).get_data(as_text=True)
    versions = re.search(r'name="versions"[^>]* value="([^"]+)"', page)
    assert versions
    form = {
        "csrf_token": token(page),
        "other_id": str(other),
        "keep": str(one),
        "versions": versions[1],
        "choice-track:hnte": str(other),
        "choice-name": str(other),
        "reason": "同一家",
    }
    stale = client.post(f"/firms/{one}/merge", data=form | {"versions": "7,7"})
    assert stale.status_code == 409
    done = client.post(f"/firms/{one}/merge", data=form)
    assert (done.status_code, done.headers["Location"]) == (302, f"/firms/{one}")
    shown = client.get(f"/firms/{one}").get_data(as_text=True)
    assert TWIN in shown
    away = client.get(f"/firms/{other}")
    assert (away.status_code, away.headers["Location"]) == (302, f"/firms/{one}")
    assert client_as("neighbour").get(f"/firms/{other}").status_code == 404
    firm = world.session.get_one(Firm, one, populate_existing=True)
    assert firm.name == TWIN
    world.session.commit()
    undo = re.search(r'action="(/merges/\d+/undo)"', shown)
    assert undo
    assert client.post(undo[1], data={"csrf_token": token(shown)}).status_code == 302
    assert world.session.get_one(Firm, other, populate_existing=True).deleted_at is None
    world.session.commit()
    assert client.get(f"/firms/{other}").status_code == 200


def test_the_figures_of_one_side_go_on(
    world: World, client_as: Callable[[str | None], FlaskClient], queue: tuple[int, int, int]
) -> None:
    one, other, _ = queue
    for firm_id, value in ((one, 100), (other, 120)):
        world.session.add(
            FirmFigure(
                firm_id=firm_id, year=2024, figure="sales", value=Decimal(value), recorded_at=clock.now()
            )
        )
    world.session.commit()
    client = client_as("bureau")
    page = client.get(f"/firms/{one}/merge?other_id={other}").get_data(as_text=True)
    assert "2024 销售收入 120" in page
    form = {"csrf_token": token(page), "other_id": str(other), "keep": str(one), "choice-figures": str(other)}
    assert client.post(f"/firms/{one}/merge", data=form).status_code == 302
    standing = select(FirmFigure.value).where(FirmFigure.firm_id == one, FirmFigure.replaced_at.is_(None))
    assert world.session.scalars(standing).all() == [Decimal(120)]


def test_a_refusal_leaves_everything_and_says_why(
    world: World, client_as: Callable[[str | None], FlaskClient]
) -> None:
    one, other = world.firm(NAME), world.firm(TWIN)
    for each in (one, other):
        world.at_stage("recommend", each, on=date(2025, 3, 3))
    world.session.commit()
    client = client_as("caseworker")
    page = client.get(f"/firms/{one}/merge?other_id={other}").get_data(as_text=True)
    form = {"csrf_token": token(page), "other_id": str(other), "keep": str(one), "reason": "录错"}
    answer = client.post(f"/firms/{one}/merge", data=form)
    assert answer.status_code == 422
    assert "区局" in answer.get_data(as_text=True)
    assert world.session.get_one(Firm, other, populate_existing=True).deleted_at is None
    world.session.commit()
    assert client.get(f"/firms/{one}/merge?other=没有这家").status_code == 200


def test_linking_by_the_page(
    world: World, client_as: Callable[[str | None], FlaskClient], queue: tuple[int, int, int]
) -> None:
    one, other, _ = queue
    client = client_as("bureau")
    page = client.get(f"/firms/{one}/merge?other_id={other}").get_data(as_text=True)
    form = {"csrf_token": token(page), "other_id": str(other), "relation": "successor:back"}
    assert client.post(f"/firms/{one}/link", data=form).status_code == 302
    kinds = [row.kind for row in queries.links_of(world.session, world.bureau.scope, one)]
    assert kinds == ["successor"]
    world.session.commit()
    assert "承继自" in client.get(f"/firms/{one}").get_data(as_text=True)
    assert "由其承继" in client.get(f"/firms/{other}").get_data(as_text=True)
    assert client.get("/duplicates?status=linked").get_data(as_text=True).count('class="panel pair"') == 1


def test_the_queue_over_the_api(
    bureau: Program, leader: Program, queue: tuple[int, int, int], world: World
) -> None:
    one, other, pair = queue
    page = leader.get("/duplicates")
    assert page["total"] == 1
    row = page["items"][0]
    assert (row["id"], row["hint"], row["firm"]["id"], row["other"]["id"]) == (pair, "same", one, other)
    leader.post(f"/duplicates/{pair}/decide", {"decision": "distinct"}, status=403)
    bureau.post(f"/duplicates/{pair}/decide", {"decision": "cousins"}, status=422)
    done = bureau.post(
        f"/firms/{one}/merge", {"gone": other, "reason": "同一家", "choices": {"name": "gone"}}
    )
    assert (done["kept_id"], done["gone_id"], done["undone_at"]) == (one, other, None)
    assert bureau.get(f"/firms/{one}")["name"] == TWIN
    away = bureau("GET", f"/firms/{other}")
    assert (away.status_code, away.headers["Location"]) == (301, f"/api/v1/firms/{one}")
    assert away.json["error"]["merged_into"] == one
    back = bureau.post(f"/merges/{done['id']}/undo", status=200)
    assert back["undone_at"]
    assert bureau.get(f"/firms/{other}")["name"] == TWIN
    bureau.post(f"/merges/{done['id']}/undo", status=409)
    decided = bureau.post(f"/duplicates/{pair}/decide", {"decision": "affiliate"}, status=200)
    assert decided["status"] == "linked"


def test_a_merge_of_a_merged_firm_is_named(world: World, queue: tuple[int, int, int]) -> None:
    one, other, _ = queue
    merges.merge(world.session, world.bureau, one, other)
    with pytest.raises(Conflict, match="merged"):
        merges.merge(world.session, world.bureau, world.firm(), other)
    with pytest.raises(NotFound):
        merges.merge(world.session, world.bureau, one, 999_999)


def test_an_empty_register_has_an_empty_queue(
    world: World, client_as: Callable[[str | None], FlaskClient]
) -> None:
    assert run(world) == duplicates.Swept()
    assert "没有待认" in client_as("bureau").get("/duplicates").get_data(as_text=True)
    assert client_as("admin").get("/duplicates").status_code == 403
