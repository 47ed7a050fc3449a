"""Files as people really send them: two tables, hidden rows, merged cells, macros, codes as floats, bombs of XML."""

import io
import zipfile
from collections.abc import Callable

import openpyxl
import pytest

from cultivate.errors import FileUnreadable, NoKnownColumn
from cultivate.spreadsheets import Reading, Sheet, load, read_tables
from cultivate.spreadsheets.guess import guess_columns
from cultivate.spreadsheets.header import header_at
from cultivate.spreadsheets.layout import signatures
from tests.fixtures import credit_code

TITLES = ["企业名称", "统一社会信用代码", "街道", "职工总数"]
FIRST = ["杭州试样甲科技有限公司", credit_code(9001), "湖墅", 12]
SECOND = ["杭州试样乙科技有限公司", credit_code(9002), "湖墅", 13]


def book(*rows: list[object], change: Callable[[openpyxl.Workbook], None] | None = None) -> bytes:
    """A workbook of one sheet with these rows."""
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    if change:
        change(made)
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def rewritten(content: bytes, **parts: Callable[[bytes], bytes]) -> bytes:
    """The archive with some of its parts changed; a part that is not there is added."""
    target = io.BytesIO()
    changes = {name.replace("__", "/").replace("_dot_", "."): change for name, change in parts.items()}
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, changes.pop(name, bytes)(old.read(name)))
        for name, change in changes.items():
            new.writestr(name, change(b""))
    return target.getvalue()


def notes(sheet: Sheet) -> list[str]:
    return [note.msgid % note.params for note in sheet.notes]


def test_hidden_rows_and_columns_are_read_and_said() -> None:
    def hide(made: openpyxl.Workbook) -> None:
        made.active.row_dimensions[3].hidden = True
        made.active.column_dimensions["D"].hidden = True

    sheet = load(book(TITLES, FIRST, SECOND, change=hide), "a.xlsx", "firms")
    assert [row.number for row in sheet.rows] == [2, 3]
    said = " ".join(notes(sheet))
    assert "1 rows are hidden" in said
    assert "职工总数" in said


def test_a_second_table_is_read_by_its_own_titles() -> None:
    content = book(
        TITLES,
        FIRST,
        [],
        ["第二批"],
        ["统一社会信用代码", "企业名称", "职工总数", "街道"],
        [SECOND[1], SECOND[0], 13, "湖墅"],
    )
    sheet = load(content, "a.xlsx", "firms")
    assert [(row.number, row.cells["name"], row.cells["staff"]) for row in sheet.rows] == [
        (2, FIRST[0], "12"),
        (6, SECOND[0], "13"),
    ]
    assert "row 5" in notes(sheet)[0]


def test_a_summary_below_the_list_is_left_out() -> None:
    content = book(TITLES, FIRST, [], ["街道", "职工总数", "研发人员", "备注"], ["湖墅", 12, 3, ""])
    sheet = load(content, "a.xlsx", "firms")
    assert [row.number for row in sheet.rows] == [2]
    assert "left out" in notes(sheet)[0]


def test_a_firm_is_no_header() -> None:
    """A firm whose cells happen to be words that are titles elsewhere stays a row."""
    sheet = load(book(TITLES, ["企业", credit_code(9003), "街道", ""], FIRST), "a.xlsx", "firms")
    assert [row.number for row in sheet.rows] == [2, 3]


def test_other_sheets_are_named() -> None:
    def add(made: openpyxl.Workbook) -> None:
        other = made.create_sheet("八月")
        for row in (["店名", "地点"], ["甲", "乙"], ["丙", "丁"]):
            other.append(row)

    sheet = load(book(TITLES, FIRST, change=add), "a.xlsx", "firms")
    assert "八月" in notes(sheet)[0]


def test_a_street_merged_down_is_each_firms() -> None:
    content = book(
        TITLES, FIRST, [*SECOND[:2], None, 13], change=lambda made: made.active.merge_cells("C2:C3")
    )
    assert [row.cells["street"] for row in load(content, "a.xlsx", "firms").rows] == ["湖墅", "湖墅"]


def test_a_title_merged_over_two_columns_and_two_rows() -> None:
    def merge(made: openpyxl.Workbook) -> None:
        for area in ("A1:A2", "B1:B2", "C1:D1"):
            made.active.merge_cells(area)

    content = book(
        ["企业名称", "街道", "销售收入（万元）", None],
        [None, None, "2023年", "2024年"],
        [FIRST[0], "湖墅", 1, 2],
        change=merge,
    )
    sheet = load(content, "a.xlsx", "firms")
    assert sheet.rows[0].cells == {"name": FIRST[0], "street": "湖墅", "sales_2023": "1", "sales_2024": "2"}
    assert sheet.columns[2].heading == "销售收入（万元） 2023年"


def test_macros_are_data() -> None:
    """An .xlsm is a workbook with a program beside its sheets; the program is not looked at."""
    macro = rewritten(
        book(TITLES, FIRST), xl__vbaProject_dot_bin=lambda _old: b"\xd0\xcf\x11\xe0" + b"\0" * 900
    )
    assert [row.number for row in load(macro, "名册.xlsm", "firms").rows] == [2]


def test_formulas_are_text_or_what_they_came_to() -> None:
    sheet = load(book(TITLES, ["=1+1", FIRST[1], "=cmd|' /C calc'!A0", 1]), "a.xlsx", "firms")
    assert (sheet.rows[0].cells["name"], sheet.rows[0].cells["street"]) == ("=1+1", "=cmd|' /C calc'!A0")


def test_codes_as_floats_show_as_ruined() -> None:
    ruined = load(book(TITLES, [FIRST[0], 9.1330105e17, "湖墅", 1]), "a.xlsx", "firms").rows[0].cells["uscc"]
    assert "e+17" in str(ruined).lower()


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "C:\\boot.ini", "a/../../b"])
def test_names_that_climb_out_of_the_archive_go_nowhere(name: str) -> None:
    """Nothing is ever unpacked to the disk, so such a part is only one that nobody reads."""
    target = io.BytesIO(book(TITLES, FIRST))
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr(name, b"x")
    assert len(load(target.getvalue(), "a.xlsx", "firms").rows) == 1


def test_entities_that_explode_in_a_workbook() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + b"".join(
        f'<!ENTITY {after} "{f"&{before};" * 10}">'.encode()
        for before, after in zip("abcdefghi", "bcdefghij", strict=True)
    )

    def explode(old: bytes) -> bytes:
        assert FIRST[1].encode() in old
        return bomb + b"]>" + old.split(b"?>", 1)[-1].replace(FIRST[1].encode(), b"&j;")

    content = rewritten(book(TITLES, FIRST), xl__worksheets__sheet1_dot_xml=explode)
    with pytest.raises((FileUnreadable, NoKnownColumn)):
        load(content, "a.xlsx", "firms")


def test_entities_that_explode_in_the_list_of_sheets() -> None:
    def explode(old: bytes) -> bytes:
        head = (
            b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "'
            + b"a" * 1000
            + b'"><!ENTITY b "'
            + b"&a;" * 5000
        )
        assert b'name="Sheet"' in old
        return head + b'">]>' + old.split(b"?>", 1)[-1].replace(b'name="Sheet"', b'name="&b;"')

    content = rewritten(book(TITLES, FIRST), xl__workbook_dot_xml=explode)
    with pytest.raises((FileUnreadable, NoKnownColumn)):
        load(content, "a.xlsx", "firms")


def test_empty_sheets() -> None:
    with pytest.raises(FileUnreadable):
        load(book(), "a.xlsx", "firms")
    sheet = load(book(TITLES, FIRST, change=lambda made: made.create_sheet("空", 0)), "a.xlsx", "firms")
    assert len(sheet.rows) == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_encodings_of_the_office(encoding: str) -> None:
    text = "\r\n".join([",".join(TITLES), ",".join(map(str, FIRST))])
    assert load(text.encode(encoding), "a.csv", "firms").rows[0].cells["name"] == FIRST[0]


@pytest.mark.parametrize("encoding", ["big5", "shift-jis", "euc-kr"])
def test_other_encodings_are_never_taken_for_names(encoding: str) -> None:
    """Whatever such bytes look like in GB18030, no column of it is known."""
    text = "企業名稱,信用\r\n甲,1\r\n" if encoding == "big5" else "会社名,番号\r\n株式会社,1\r\n"
    with pytest.raises((FileUnreadable, NoKnownColumn)):
        load(text.encode(encoding, "replace"), "a.csv", "firms")


@pytest.mark.parametrize("at", [0, 3])
def test_a_quotation_mark_that_is_not_closed_swallows_no_firm(at: int) -> None:
    rows = [[*map(str, FIRST)], [*map(str, SECOND)], ["丙公司", "", "湖墅", "14"]]
    rows[0][at] = f'"{rows[0][at]}'
    text = "\n".join(",".join(row) for row in [TITLES, *rows])
    with pytest.raises(FileUnreadable, match="row 2 a quotation mark"):
        load(text.encode(), "a.csv", "firms")


def test_a_cell_of_several_lines_stays_one_cell() -> None:
    text = '企业名称,街道,备注\n甲公司,湖墅,"电话, 微信\n都可以"\n"杭州\n乙公司",湖墅,\n'
    assert [row.cells["note"] for row in load(text.encode(), "a.csv", "firms").rows] == [
        "电话, 微信\n都可以",
        "",
    ]


def test_a_reading_by_hand_counts_against_the_titles() -> None:
    content = book(TITLES, FIRST)
    sheet = load(
        content, "a.xlsx", "firms", Reading(0, 1, {0: "former_name", 1: "", 2: "name", 3: "sales_2024"})
    )
    assert sheet.rows[0].cells == {"former_name": FIRST[0], "name": "湖墅", "sales_2024": "12"}


@pytest.mark.parametrize("title", ["甲（元）", "金额(元)"])
def test_the_unit_of_a_title_holds_whatever_a_person_says_it_is(title: str) -> None:
    sheet = load(
        book(["企业名称", title], [FIRST[0], "5000"]), "a.xlsx", "firms", Reading(0, 1, {1: "rd_2024"})
    )
    assert sheet.rows[0].cells["rd_2024"] == "5000元"


def test_a_sheet_or_a_row_that_is_not_there() -> None:
    content = book(TITLES, FIRST)
    assert len(load(content, "a.xlsx", "firms", Reading(9)).rows) == 1
    with pytest.raises(NoKnownColumn):
        load(content, "a.xlsx", "firms", Reading(0, 999))
    with pytest.raises(NoKnownColumn):
        load(content, "a.xlsx", "firms", Reading(0, -1))


def test_a_layout_is_known_again_wherever_its_titles_stand() -> None:
    seen = {found for found, _, _ in signatures(read_tables(book(TITLES, FIRST), "a.xlsx")) if found}
    moved = book(["七月"], [], [" 企业名称 ", "统一社会 信用代码", "街道", "职工总数"], SECOND)
    again = {found: row for found, _, row in signatures(read_tables(moved, "b.xlsx")) if found}
    assert {again[each] for each in seen & set(again)} == {3}


def test_content_is_guessed_once_and_only_what_the_kind_reads() -> None:
    rows = [
        [FIRST[0], FIRST[1], "13800000000", "2020-01-02"],
        [SECOND[0], SECOND[1], "13800000001", "2021-03-04"],
    ]
    table = read_tables(book(["a", "b", "c", "d"], *rows), "a.xlsx")[0]
    header = header_at(table, 1, "firms")
    assert guess_columns(header, table, "firms", {}) == {
        0: "name",
        1: "uscc",
        2: "contact_phone",
        3: "established_on",
    }
    assert guess_columns(header, table, "certificates", {}) == {0: "name", 1: "uscc", 3: "issued_on"}
