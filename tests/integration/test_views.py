"""Lists as people keep them: views, filters, columns, tags."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
from sqlalchemy import event, select

from cultivate import clock
from cultivate.domain import list_query
from cultivate.errors import Conflict, Forbidden, Invalid, NotFound
from cultivate.models import Candidacy, Certificate, Firm, FirmFigure, FirmTag, ServiceRecord, Tag
from cultivate.queries import columns, firms, pipeline
from cultivate.queries import tags as tag_queries
from cultivate.queries import views as queries
from cultivate.queries.firms import FirmFilter
from cultivate.queries.narrow import NOBODY, Narrow
from cultivate.queries.pipeline import Narrowing
from cultivate.queries.stock import Standing
from cultivate.services import tags, views
from tests.fixtures import HUSHU, MISHIXIANG

TODAY = clock.today()


def get(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return answer.text


def token(page: str) -> str:
    return re.search(r'name="csrf_token" value="([^"]+)"', page).group(1)


def post(client, address: str, **data):
    return client.post(address, data={"csrf_token": token(client.get("/firms").text), **data})


def side(page: str) -> str:
    return page.split('class="list-views-side"', 1)[1].split("</nav>", 1)[0]


def names(page: str) -> list[str]:
    return re.findall(r'class="is-title"><a[^>]*>([^<]+)</a>', page)


# ---- views


def test_one_question_has_one_spelling():
    assert list_query.of_text("stage=serve&page=3&view=9&q=&unit=1&junk=2") == "unit=1&stage=serve"
    assert list_query.of_text("cols=b&cols=a&sort=name") == "sort=name&cols=b%2Ca"
    assert list_query.of_text(list_query.of_text("q=%E4%BA%91+%26x")) == "q=%E4%BA%91+%26x"


def test_a_shared_view_shows_each_reader_their_own_firms(world, client_as):
    here = world.at_stage("serve", world.firm("杭州此地科技有限公司"), on=TODAY)
    there = world.at_stage("serve", world.firm("杭州彼地科技有限公司", street=HUSHU), on=TODAY)
    assert here != there
    view = views.save(world.session, world.bureau, "firms", "在服务的", "stage=serve", shared=True)
    own = views.save(world.session, world.bureau, "firms", "私下的", "stage=serve", shared=False)
    world.session.commit()
    seen = {"caseworker": ["杭州此地科技有限公司"], "neighbour": ["杭州彼地科技有限公司"]}
    for username in ("admin", "bureau", "leader", "caseworker", "neighbour"):
        client = client_as(username)
        answer = client.get(f"/views/{view}", follow_redirects=True)
        assert sorted(names(answer.text)) == seen.get(
            username, ["杭州彼地科技有限公司", "杭州此地科技有限公司"]
        )
        assert client.get(f"/views/{own}").status_code == (302 if username == "bureau" else 404)
        page = side(get(client, "/firms"))
        assert "在服务的" in page
        assert ("私下的" in page) == (username == "bureau")


@pytest.mark.parametrize("verb", ["edit", "replace", "delete"])
def test_a_foreign_view_is_not_there_and_a_shared_one_is_not_theirs_to_change(world, client_as, verb):
    private = views.save(world.session, world.actor("neighbour"), "firms", "a", "stage=serve", shared=False)
    shared = views.save(world.session, world.actor("neighbour"), "firms", "b", "stage=serve", shared=True)
    world.session.commit()
    client = client_as("caseworker")
    assert post(client, f"/views/{private}/{verb}", name="x", query="q=1").status_code == 404
    assert post(client, f"/views/{shared}/{verb}", name="x", query="q=1").status_code in {403, 422}
    assert post(client_as("bureau"), f"/views/{private}/{verb}", name="x").status_code == 404
    assert post(client_as("bureau"), f"/views/{shared}/{verb}", name="x", shared="y").status_code == 302
    assert post(client_as("caseworker"), "/views/999999/delete").status_code == 404


def test_a_view_is_saved_marked_changed_replaced_deleted_and_brought_back(world, client_as):
    client = client_as("caseworker")
    answer = post(client, "/views/new?area=firms&stage=serve&page=4", name="在服务")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/firms?stage=serve&view=")
    view = queries.list_views(world.session, world.caseworker, "firms")[0]
    world.session.commit()  # reading took SQLite's write lock
    assert 'aria-current="true">在服务</a>' in side(get(client, f"/firms?stage=serve&view={view.id}"))
    assert 'aria-current="true">在服务</a>' in side(
        get(client, "/firms?stage=serve")
    )  # without the view as well
    page = get(client, f"/firms?stage=discover&view={view.id}")
    assert "已改动" in side(page)
    post(client, f"/views/{view.id}/replace", query="stage=discover", version=view.version)
    assert "已改动" not in side(get(client, f"/firms?stage=discover&view={view.id}"))
    stale = post(client, f"/views/{view.id}/replace", query="stage=certify", version=view.version)
    assert stale.status_code == 409
    answer = client.post(
        f"/views/{view.id}/delete", data={"csrf_token": token(get(client, "/firms"))}, follow_redirects=True
    )
    assert f"/views/{view.id}/restore" in answer.text
    assert client.get(f"/views/{view.id}").status_code == 404
    assert (
        post(client, "/views/new?area=firms&stage=serve", name="在服务").status_code == 302
    )  # its name is free
    assert post(client, f"/views/{view.id}/restore").status_code == 302
    found = queries.list_views(world.session, world.caseworker, "firms")
    assert [row.name for row in found] == ["在服务", "在服务 2"]


def test_names_and_numbers_of_views_have_limits(world):
    session, actor = world.session, world.caseworker
    views.save(session, actor, "firms", " 我 的 ", "", shared=False)
    for name, code in (("我 的", "name-taken"), ("", "name-missing"), ("长" * 61, "text-too-long")):
        with pytest.raises(Invalid) as caught:
            views.save(session, actor, "firms", name, "", shared=False)
        assert caught.value.problem == code
    with pytest.raises(Invalid):
        views.save(session, actor, "firms", "q", "q=" + "x" * 2000, shared=False)
    views.save(session, actor, "pipeline/hnte", "我 的", "", shared=False)
    views.save(session, world.bureau, "firms", "我 的", "", shared=False)
    for number in range(views.MOST - 1):
        views.save(session, actor, "firms", f"v{number}", "", shared=False)
    with pytest.raises(Invalid) as caught:
        views.save(session, actor, "firms", "one more", "", shared=False)
    assert caught.value.problem == "too-many"


def test_the_bureau_tidies_shared_views_and_takes_none_over(world):
    session = world.session
    view = views.save(session, world.caseworker, "firms", "共", "stage=serve", shared=True)
    with pytest.raises(Forbidden):
        views.change(session, world.actor("neighbour"), view, None, name="x", shared=True)
    with pytest.raises(Invalid):
        views.change(session, world.bureau, view, None, name="x", shared=False)
    views.change(session, world.bureau, view, 1, name="改名", shared=True)
    with pytest.raises(Conflict):
        views.change(session, world.caseworker, view, 1, name="x", shared=True)
    views.delete(session, world.bureau, view)
    with pytest.raises(NotFound):
        views.restore(session, world.actor("neighbour"), view)
    views.restore(session, world.caseworker, view)
    assert queries.get_view(session, world.actor("leader"), view).name == "改名"


def test_a_shared_view_of_another_street_is_not_offered(world, client_as):
    views.save(world.session, world.bureau, "firms", "湖墅的", f"unit={HUSHU}", shared=True)
    views.save(world.session, world.bureau, "firms", "米市巷的", f"unit={MISHIXIANG}", shared=True)
    world.session.commit()
    page = side(get(client_as("caseworker"), "/firms"))
    assert "米市巷的" in page
    assert "湖墅的" not in page
    assert "湖墅的" in side(get(client_as("leader"), "/firms"))


def test_every_ready_view_opens_and_is_marked(world, client_as):
    world.at_stage("serve", on=TODAY)
    world.session.commit()
    for username in ("admin", "bureau", "leader", "caseworker"):
        client = client_as(username)
        for area in ("/firms", "/pipeline/hnte"):
            links = re.findall(r'<a href="([^"]+)"', side(get(client, area)))
            assert len(links) > 1
            for link in (unescape(link) for link in links[1:] if link.startswith(area)):
                assert side(get(client, link)).count('aria-current="true"') == 1


# ---- filters


@pytest.fixture
def variety(world):
    """Firms that differ in everything that a list narrows by."""
    session = world.session
    old = world.at_stage("serve", world.firm("杭州老成科技有限公司"), on=TODAY - timedelta(days=400))
    fresh = world.at_stage("serve", world.firm("杭州新立科技有限公司"), on=TODAY - timedelta(days=5))
    done = world.at_stage("certify", world.firm("杭州已定科技有限公司"), on=TODAY - timedelta(days=30))
    away = world.at_stage(
        "serve", world.firm("杭州外街科技有限公司", street=HUSHU), on=TODAY - timedelta(days=400)
    )
    lead = world.firm("杭州线索科技有限公司", uscc="")
    session.add(
        ServiceRecord(candidacy_id=fresh, kind="visit", on=TODAY - timedelta(days=2), recorded_at=clock.now())
    )
    firm_of = {way.id: way.firm_id for way in session.scalars(select(Candidacy))}
    session.add(FirmFigure(firm_id=firm_of[fresh], year=2025, figure="rd", value=3, recorded_at=clock.now()))
    session.get_one(Firm, firm_of[old]).established_on = date(2012, 5, 6)
    session.get_one(Firm, lead).updated_at = clock.now() - timedelta(days=50)
    session.get_one(Candidacy, old).in_charge_id = None
    session.get_one(Candidacy, fresh).in_charge_id = world.caseworker.user_id
    tags.add(session, world.bureau, firm_of[old], "重点")
    tags.add(session, world.bureau, firm_of[away], "重点")
    session.commit()
    ends = session.scalars(select(Certificate.valid_through).where(Certificate.candidacy_id == done)).one()
    session.commit()  # reading took SQLite's write lock
    return world, ends.year


CASES = [
    (Narrow(tag="重点"), ["杭州老成科技有限公司"]),
    (Narrow(tag="ＺＨＯＮＧ"), []),
    (Narrow(unserved=90), ["杭州老成科技有限公司"]),
    (Narrow(days=90), ["杭州老成科技有限公司"]),
    (Narrow(in_charge=NOBODY), ["杭州老成科技有限公司"]),
    (Narrow(figures=2025), ["杭州新立科技有限公司"]),
    (Narrow(no_figures=2025, days=1), ["杭州老成科技有限公司", "杭州已定科技有限公司"]),
    (Narrow(established_until=date(2013, 1, 1)), ["杭州老成科技有限公司"]),
    (Narrow(established_from=date(2012, 5, 6), established_until=date(2012, 5, 6)), ["杭州老成科技有限公司"]),
    (Narrow(stalled=True), ["杭州老成科技有限公司"]),
    (Narrow(batch=12345), []),
    (Narrow(tag="重点", unserved=90, days=90), ["杭州老成科技有限公司"]),
    (Narrow(tag="重点", days=500), []),
]


def test_filters_find_the_same_in_list_count_selection_and_pipeline(variety):
    world, _year = variety
    for narrow, expected in CASES:
        check(world.session, world.caseworker.scope, narrow, expected)


def check(session, scope, narrow, expected):
    wanted = FirmFilter(narrow=narrow)
    page = firms.list_firms(session, scope, wanted)
    assert sorted(row.name for row in page.items) == sorted(expected)
    assert page.total == firms.count_firms(session, scope, wanted) == len(expected)
    assert firms.list_ids(session, scope, wanted, 100) == [row.id for row in page.items]
    asked = Standing(track="hnte", as_of=TODAY)
    rows = pipeline.list_candidacies(session, scope, asked, Narrowing(narrow=narrow))
    assert sorted(row.name for row in rows.items) == sorted(expected)
    assert rows.total == len(expected)
    picked = pipeline.list_picked(session, scope, asked, Narrowing(narrow=narrow), 100)
    assert picked == [(row.candidacy_id, row.firm_id) for row in rows.items]


def test_filters_of_the_firm_alone(variety):
    world, year = variety
    scope, session = world.caseworker.scope, world.session
    for wanted, expected in (
        (FirmFilter(no_code=True), ["杭州线索科技有限公司"]),
        (FirmFilter(narrow=Narrow(ends=year)), ["杭州已定科技有限公司"]),
        (FirmFilter(narrow=Narrow(ends=year + 1)), []),
        (FirmFilter(narrow=Narrow(in_charge=world.caseworker.user_id)), ["杭州新立科技有限公司"]),
    ):
        assert [row.name for row in firms.list_firms(session, scope, wanted).items] == expected
    assert firms.count_firms(session, scope, FirmFilter(narrow=Narrow(updated_since=TODAY))) == 3


def test_every_filter_stands_in_the_address_and_goes_with_its_chip(variety, client_as):
    client = client_as("bureau")
    query = (
        "tag=重点&days=90&unserved=90&stalled=1&ends=2024&figures=2025&no_figures=2024&in_charge=nobody&batch=3"
        "&established_from=2010-01-01&established_until=2020-01-01&updated_since=2020-01-01&no_code=1"
    )
    for address in ("/firms", "/pipeline/hnte"):
        page = get(client, f"{address}?{query}")
        assert page.count('class="chip"') == 13
        for link in re.findall(r'class="chip">.*?<a href="([^"]+)"', page):
            assert get(client, unescape(link)).count('class="chip"') == 12
        assert client.get(f"{address}?established_from=gestern").status_code == 422
        assert client.get(f"{address}?tag=%00").status_code == 400
        for odd in (
            "days=-1",
            "days=٣",
            "batch=99999999999999999999",
            "figures=1",
            "cols=,,x",
            "sort=junk",
        ):
            assert client.get(f"{address}?{odd}").status_code == 200, odd


# ---- columns


def test_columns_are_chosen_ordered_and_kept(variety, client_as):
    client = client_as("caseworker")
    page = get(client, "/firms?cols=phone&cols=field,uscc&cols=junk")
    heads = re.findall(r'<th scope="col"[^>]*>(?:<a[^>]*>)?([^<]+)', page.split("<tbody>")[0])
    assert heads == ["企业", "联系电话", "技术领域", "统一社会信用代码"]
    page = get(client, "/pipeline/hnte?cols=uscc,tags,days,contact")
    assert "重点" in page
    assert (
        "联系电话"
        not in re.findall(r"<thead>.*?</thead>", get(client_as("leader"), "/firms?cols=phone"), re.DOTALL)[0]
    )


def test_every_column_shows_and_asks_no_more_for_more_rows(variety, client_as, app):
    world, _year = variety
    addresses = [
        f"{address}?cols={','.join(columns.of_area(area))}"
        for address, area in (("/firms", columns.FIRMS), ("/pipeline/hnte", columns.PIPELINE))
    ]
    client = client_as("bureau")
    counted = []
    statements: list[str] = []
    engine = app.extensions["database"].engine

    def listen(_connection, _cursor, statement, *_rest):
        statements.append(statement)

    for more in (0, 20):
        for _ in range(more):
            firm = world.firm()
            world.at_stage("serve", firm, on=TODAY)
            tags.add(world.session, world.bureau, firm, "新")
        world.session.commit()
        event.listen(engine, "before_cursor_execute", listen)
        statements.clear()
        for address in addresses:
            get(client, address)
        event.remove(engine, "before_cursor_execute", listen)
        counted.append(len(statements))
    assert counted[0] == counted[1]


def test_heads_sort_both_ways(variety, client_as):
    client = client_as("bureau")
    for address, keys in (
        ("/firms", ("name", "street", "established", "updated")),
        ("/pipeline/hnte", ("name", "street", "since", "in_charge")),
    ):
        for key in keys:
            up, down = (
                names(get(client, f"{address}?sort={key}")),
                names(get(client, f"{address}?sort=-{key}")),
            )
            assert sorted(up) == sorted(down)
            assert "aria-sort" in get(client, f"{address}?sort={key}")
        assert names(get(client, f"{address}?sort=name")) == names(get(client, f"{address}?sort=-name"))[::-1]


# ---- tags


def test_tags_are_words_of_one_spelling(world):
    session, firm = world.session, world.firm()
    assert tags.add(session, world.caseworker, firm, " ＡＩ  应用 ")
    assert not tags.add(session, world.caseworker, firm, "ai 应用")
    assert tag_queries.list_of_firm(session, world.caseworker.scope, firm) == ["AI 应用"]
    for text in ("", "  ", "a,b", "长" * 25, "a\nb、c"):
        with pytest.raises(Invalid):
            tags.add(session, world.caseworker, firm, text)
    assert not tags.remove(session, world.caseworker, firm, "没有")
    assert tags.remove(session, world.caseworker, firm, "AI应用")
    with pytest.raises(NotFound):
        tags.add(session, world.actor("neighbour"), firm, "x")
    with pytest.raises(Forbidden):
        tags.add(session, world.actor("leader"), firm, "x")


def test_tags_count_within_ones_scope_only(world):
    session = world.session
    tags.add(session, world.bureau, world.firm(), "共有")
    tags.add(session, world.bureau, world.firm(street=HUSHU), "共有")
    tags.add(session, world.bureau, world.firm(street=HUSHU), "别处")
    own = tag_queries.list_tags(session, world.caseworker.scope)
    assert [(row.name, row.firms) for row in own] == [("共有", 1)]
    every = tag_queries.list_tags(session, world.bureau.scope)
    assert {(row.name, row.firms) for row in every} == {("共有", 2), ("别处", 1)}


def test_the_bureau_renames_merges_and_removes(world, client_as):
    session = world.session
    one, two = world.firm(), world.firm()
    for firm, word in ((one, "甲"), (one, "乙"), (two, "乙")):
        tags.add(session, world.bureau, firm, word)
    session.commit()
    first, second = (session.scalars(select(Tag.id).where(Tag.name == word)).one() for word in ("甲", "乙"))
    session.commit()
    client = client_as("bureau")
    assert "甲" in get(client, "/tags")
    post(client, f"/tags/{first}", do="rename", tag="乙")
    post(client, f"/tags/{first}", do="rename", tag="丙")
    post(client, f"/tags/{second}", do="merge", into=first)
    session.commit()
    assert session.scalars(select(Tag.name)).all() == ["丙"]
    assert sorted(session.scalars(select(FirmTag.firm_id))) == [one, two]
    session.commit()
    post(client, f"/tags/{first}", do="remove")
    assert session.scalars(select(Tag.id)).all() == []
    session.commit()
    assert client_as("caseworker").get("/tags").status_code == 403
    assert post(client, f"/tags/{first}", do="remove").status_code == 404


def test_tags_on_the_firms_page(world, client_as):
    firm = world.firm()
    world.session.commit()
    client = client_as("caseworker")
    assert post(client, f"/firms/{firm}/tags", tag="重点 <b>").status_code == 302
    page = get(client, f"/firms/{firm}")
    assert ">重点 &lt;b&gt;</a>" in page
    post(client, f"/firms/{firm}/tags/remove", tag="重点 <b>")
    page = get(client, f"/firms/{firm}")
    assert ">重点 &lt;b&gt;</a>" not in page
    assert "取下标签“重点 &lt;b&gt;”" in page  # the timeline tells it
    assert post(client_as("neighbour"), f"/firms/{firm}/tags", tag="x").status_code == 404
