"""Finding firms: whatever is typed, by whoever may type it, whether the index is up to date or not."""

import json
from collections.abc import Callable

import pytest
from sqlalchemy import delete, func, select, update

from cultivate.domain.firm_data import FirmData
from cultivate.domain.scope import Scope
from cultivate.models import Firm, SearchChange, SearchPosting
from cultivate.queries import firms as queries
from cultivate.queries import search, suggestions
from cultivate.queries.firms import FirmFilter
from cultivate.queries.search import RELEVANCE
from cultivate.services import exports, firms, imports, search_index
from cultivate.services.merges import merge, undo_merge
from jobs import search_index as job
from tests.fixtures import BANSHAN, HUSHU, MISHIXIANG, PARK, World, credit_code
from tests.import_files import csv, take_in
from tests.query_count import counting

YUNCHUANG, CHANGLE, LATIN, OTHER = (
    "杭州云创科技有限公司",
    "浙江长乐新材料股份有限公司",
    "ABC Tech（杭州）有限公司",
    "杭州半山机械有限公司",
)


@pytest.fixture(params=["waiting", "taken in", "half"])
def register(request: pytest.FixtureRequest, world: World) -> Callable[[], None]:
    """Four firms; what follows is called once they are all written."""
    for name, street, former in (
        (YUNCHUANG, MISHIXIANG, ("云巢软件有限公司",)),
        (CHANGLE, HUSHU, ()),
        (LATIN, BANSHAN, ()),
        (OTHER, HUSHU, ()),
    ):
        firms.register(
            world.session,
            world.bureau,
            FirmData(
                name=name,
                street=street,
                former_names=former,
                uscc=credit_code(world.serial),
                park=PARK if name == LATIN else None,
                contact_name="王小明" if name == YUNCHUANG else "李四",
                contact_phone="138-0013-8000" if name == YUNCHUANG else "0571-88001234",
            ),
        )
        world.serial += 1
        if request.param == "half" and name == CHANGLE:
            search_index.take_in(world.session)
    world.session.commit()

    def settle() -> None:
        if request.param == "taken in":
            search_index.take_in(world.session)
        world.session.commit()

    settle()
    return settle


def names(world: World, q: str, actor: str = "bureau", **filters: object) -> list[str]:
    wanted = FirmFilter(q=q, sort=RELEVANCE, **filters)  # type: ignore[arg-type]
    scope = world.actor(actor).scope
    page = queries.list_firms(world.session, scope, wanted)
    assert page.total == len(page.items) == queries.count_firms(world.session, scope, wanted)
    assert len(queries.list_after(world.session, scope, wanted, 0, 100)) == page.total
    return [row.name for row in page.items]


#: what is typed -> what is found, best first
CASES = (
    ("云创", [YUNCHUANG]),
    ("云", [YUNCHUANG]),
    ("杭州云创科技有限公司", [YUNCHUANG]),
    ("云巢", [YUNCHUANG]),
    ("yunchao", [YUNCHUANG]),
    ("hzyc", [YUNCHUANG]),
    ("HZYCKJ", [YUNCHUANG]),
    ("ｈｚｙｃ", [YUNCHUANG]),
    ("hangzhouyunchuang", [YUNCHUANG]),
    ("yunchuang fake0000", [YUNCHUANG]),
    ("云创 科技 kj", [YUNCHUANG]),
    ("云创　ruanjian", [YUNCHUANG]),
    (credit_code(1), [CHANGLE]),
    (credit_code(2)[11:].lower(), [LATIN]),
    ("changle", [CHANGLE]),
    ("zhangyue", [CHANGLE]),
    ("abc", [LATIN]),
    ("ABC Tech", [LATIN]),
    ("abctech(杭州)", [LATIN]),
    ("abctech（杭州）", [LATIN]),
    ("新材料", [CHANGLE]),
    ("王小明", [YUNCHUANG]),
    ("王小明 云创", [YUNCHUANG]),
    ("13800138000", [YUNCHUANG]),
    ("138-0013", [YUNCHUANG]),
    ("0571-8800", [LATIN, OTHER, CHANGLE]),
    ("李四 半山", [OTHER]),
    ("云创 新材料", []),
    ("创云", []),
    ("zzzz", []),
    ("%", []),
    ("_", []),
    ("云%创", []),
    ("\x02杭", [YUNCHUANG, OTHER, LATIN]),
)


@pytest.mark.usefixtures("register")
def test_whatever_is_typed_finds_the_firm(world: World) -> None:
    assert [(typed, names(world, typed)) for typed, _ in CASES] == list(CASES)


@pytest.mark.usefixtures("register")
def test_better_answers_come_first(world: World) -> None:
    assert names(world, "杭州") == [YUNCHUANG, OTHER, LATIN]
    assert names(world, "hz") == [YUNCHUANG, OTHER, LATIN]
    wanted = FirmFilter(q="杭州", sort="newest")
    page = queries.list_firms(world.session, world.bureau.scope, wanted)
    assert [row.name for row in page.items] == [OTHER, LATIN, YUNCHUANG]


@pytest.mark.usefixtures("register")
def test_a_street_finds_its_own_firms_only(world: World) -> None:
    assert names(world, "有限公司", "caseworker") == [YUNCHUANG]
    assert names(world, "云创", "neighbour") == []
    assert names(world, credit_code(0), "neighbour") == []
    nobody = Scope()
    assert search.find(world.session, nobody, "云创").total == 0


@pytest.mark.usefixtures("register")
def test_filters_and_words_together(world: World) -> None:
    places = {unit.code: unit for unit in queries.units.list_units(world.session)}
    assert names(world, "有限", unit=places[HUSHU]) == [OTHER, CHANGLE]
    assert names(world, "有限", unit=places[PARK]) == [LATIN]
    assert names(world, "有限公司", unit=places[HUSHU], no_code=True) == []
    assert names(world, "有限", "caseworker", unit=places[PARK]) == []


@pytest.mark.usefixtures("register")
@pytest.mark.parametrize("reader", ["leader", "admin"])
def test_contacts_are_found_by_who_may_see_them_alone(world: World, client_as, reader: str) -> None:
    client = client_as(reader)
    for typed in ("王小明", "13800138000", "138", "小明", "8800123"):
        assert names(world, typed, "caseworker") == ([] if typed == "8800123" else [YUNCHUANG])
        assert names(world, typed, reader) == []
        answer = client.get("/search", query_string={"q": typed}, headers={"X-Piece": "search"})
        assert "/firms/" not in answer.text.replace("/firms/new", "")


def test_a_rename_is_found_by_both_names_and_the_answer_says_so(world: World, register) -> None:
    firm_id = search.find(world.session, world.bureau.scope, "云创").ids[0]
    firms.update(world.session, world.bureau, firm_id, FirmData(name="杭州星河科技有限公司"))
    register()
    assert names(world, "xinghe") == ["杭州星河科技有限公司"]
    found = suggestions.suggest(world.session, world.bureau.scope, "hzyc 星河")
    assert [(item.firm.id, item.former_name) for item in found.items] == [(firm_id, YUNCHUANG)]
    assert suggestions.suggest(world.session, world.bureau.scope, "星河").items[0].former_name is None


def test_a_contact_that_changed_is_found_by_the_new_number_only(world: World, register) -> None:
    firm_id = search.find(world.session, world.bureau.scope, "云创").ids[0]
    firms.update(world.session, world.bureau, firm_id, FirmData(contact_phone="13912345678"))
    register()
    assert names(world, "13912345678") == [YUNCHUANG]
    assert names(world, "13800138000") == []
    item = suggestions.suggest(world.session, world.bureau.scope, "139123").items[0]
    assert item.contact == "王小明 13912345678"


def test_a_merged_firm_is_gone_until_it_is_parted_again(world: World, register) -> None:
    kept = world.firm("杭州云创信息有限公司", uscc="")
    gone = search.find(world.session, world.bureau.scope, "云创科技").ids[0]
    merged = merge(world.session, world.bureau, kept, gone)
    register()
    assert names(world, "云创") == ["杭州云创信息有限公司"]
    undo_merge(world.session, world.bureau, merged)
    register()
    assert set(names(world, "云创")) == {"杭州云创信息有限公司", YUNCHUANG}


def test_an_import_is_found_until_it_is_undone(world: World, register) -> None:
    report = take_in(
        world.session, world.bureau, csv(("犇骉科技有限公司", credit_code(9100), "米市巷", "", ""))
    )
    register()
    assert names(world, "犇骉") == ["犇骉科技有限公司"]
    imports.undo(world.session, world.bureau, report["batch"])
    register()
    assert names(world, "犇骉") == []


def test_a_firm_that_moved_is_found_where_it_lies_now(world: World, register) -> None:
    firm_id = search.find(world.session, world.bureau.scope, "云创").ids[0]
    world.session.execute(update(Firm).where(Firm.id == firm_id).values(street_id=world.units[HUSHU].id))
    register()
    assert names(world, "云创", "caseworker") == []
    assert names(world, "云创", "neighbour") == [YUNCHUANG]


@pytest.mark.usefixtures("register")
def test_a_code_with_a_letter_for_a_digit_finds_what_was_meant(world: World) -> None:
    code = credit_code(0)
    found = suggestions.suggest(world.session, world.bureau.scope, code.replace("0", "O"))
    assert (found.items[0].firm.uscc, found.q.upper()) == (code, code)


@pytest.mark.usefixtures("register")
def test_an_export_holds_what_the_list_shows(world: World, tmp_path) -> None:
    path = tmp_path / "firms.csv"
    exports.export_firms(world.session, world.bureau, path, FirmFilter(q="王小明"))
    text = path.read_text(encoding="utf-8-sig")
    assert YUNCHUANG in text
    assert OTHER not in text


def test_more_than_can_be_put_in_order_says_so(world: World, monkeypatch) -> None:
    monkeypatch.setattr(search, "REACH", 10)
    monkeypatch.setattr(search, "_COUNTED", 20)
    for number in range(25):
        world.firm(f"杭州星海第{number:02d}号科技有限公司")
    for taken in (False, True):
        if taken:
            search_index.take_in(world.session)
        scope = world.bureau.scope
        whole = search.find(world.session, scope, "星海")
        assert (len(whole.ids), whole.total, whole.more) == ((10, 25, False) if taken else (10, 10, True))
        longer = queries.list_firms(world.session, scope, FirmFilter(q="星海第", sort=RELEVANCE), 1, 4)
        assert (longer.total, longer.more, longer.pages) == (10, True, 3)
        assert queries.count_firms(world.session, scope, FirmFilter(q="星海第")) == 25
        by_name = queries.list_firms(world.session, scope, FirmFilter(q="星海第", sort="name"), 2, 4)
        assert by_name.items[0].name == "杭州星海第04号科技有限公司"
        assert search.find(world.session, scope, "第24号 星海").total == 1
    monkeypatch.setattr(search, "_COUNTED", 100)
    assert search.find(world.session, scope, "星海第").total == 25
    monkeypatch.setattr(search, "_PATIENCE", 5)
    assert search.find(world.session, scope, "星海第", others=[Firm.name.contains("07")]).total == 1


def test_no_number_of_firms_makes_more_queries(world: World) -> None:
    seen = []
    for _ in range(2):
        for _ in range(12):
            world.firm()
        search_index.take_in(world.session)
        with counting(world.session) as sent:
            suggestions.suggest(world.session, world.bureau.scope, "试样")
        seen.append(len(sent))
    assert seen[0] == seen[1] <= 9


def test_the_job_takes_in_when_it_is_worth_it_and_is_the_same_as_anew(app, world: World, monkeypatch) -> None:
    database = app.extensions["database"]
    for number in range(30):
        world.firm(f"杭州{chr(0x4E00 + number)}科技有限公司", street=HUSHU if number % 2 else BANSHAN)
    world.session.execute(update(Firm).where(Firm.id % 3 == 0).values(deleted_at=func.current_timestamp()))
    world.session.commit()
    job.run(database, None)
    assert search_index.waiting(world.session) == 30 + 10  # few: they stay
    world.session.rollback()
    monkeypatch.setattr(search_index, "WORTH_IT", 1)
    monkeypatch.setattr(search_index, "PORTION", 7)
    monkeypatch.setattr(job, "PAUSE_SECONDS", 0)
    job.run(database, None)
    assert search_index.waiting(world.session) == 0
    world.session.execute(update(Firm).where(Firm.id % 3 == 1).values(contact_phone="13800000000"))
    world.session.execute(update(Firm).where(Firm.id % 3 == 0).values(deleted_at=None))
    world.session.execute(update(Firm).where(Firm.id % 3 == 1).values(search_text="甲乙"))
    search_index.take_in(world.session, 5)
    while search_index.take_in(world.session, 5):
        pass
    grown = postings(world)
    search_index.rebuild(world.session)
    search_index.take_in(world.session)
    assert grown == postings(world)


def test_a_change_that_changes_nothing_searched_is_not_noted(world: World) -> None:
    firm_id = world.firm()
    search_index.take_in(world.session)
    world.session.execute(update(Firm).where(Firm.id == firm_id).values(note="x", name="y"))
    world.session.execute(update(Firm).where(Firm.id == firm_id).values(search_text=Firm.search_text))
    assert search_index.waiting(world.session) == 0
    world.session.execute(update(Firm).where(Firm.id == firm_id).values(contact_name="丁"))
    was = world.session.scalars(select(SearchChange.was)).one()
    assert json.dumps(was[1:3]) == "[null, null]"


def postings(world: World) -> dict[tuple[str, int], bytes]:
    rows = world.session.execute(select(SearchPosting.gram, SearchPosting.block, SearchPosting.ids))
    found = {(gram, block): ids for gram, block, ids in rows if ids}
    world.session.execute(delete(SearchPosting).where(SearchPosting.gram == "nothing"))
    return found


def test_the_piece_is_for_the_script_and_the_list_for_the_person(world: World, client_as) -> None:
    firm_id = world.firm("杭州云创<b>科技有限公司")
    world.session.commit()
    client = client_as("caseworker")
    assert client.get("/search?q=云创").headers["Location"].startswith("/firms?q=")
    piece = client.get("/search?q=云创", headers={"X-Piece": "search"}).text
    assert f'href="/firms/{firm_id}"' in piece
    assert "<b>" not in piece
    assert "<mark>云创</mark>" in piece
    assert 'data-count="' in piece


@pytest.mark.parametrize(("reader", "offered"), [("caseworker", True), ("leader", False)])
def test_who_may_register_is_led_on_with_what_was_typed(client_as, reader: str, offered: bool) -> None:
    client = client_as(reader)
    for typed, field in (("没有这家", "name"), (credit_code(4000), "uscc")):
        piece = client.get("/search", query_string={"q": typed}, headers={"X-Piece": "search"}).text
        assert (f"/firms/new?{field}=" in piece) == offered


def test_strange_input_is_answered(client_as, world: World) -> None:
    world.firm()
    world.session.commit()
    client = client_as("bureau")
    for q in (
        "",
        "  ",
        "\u200b",
        "'\"--",
        "%",
        "科" * 500,
        "a " * 200,
        "😀",
        b"\xed\xa0\x80",
        "\x021",
    ):
        asked = {"q": q}
        assert client.get("/search", query_string=asked, headers={"X-Piece": "search"}).status_code == 200
        assert client.get("/firms", query_string=asked).status_code == 200
    for path in ("/search", "/firms"):  # what nobody types is refused, and not by the database
        assert client.get(path, query_string={"q": "\x00"}, headers={"X-Piece": "search"}).status_code == 400
