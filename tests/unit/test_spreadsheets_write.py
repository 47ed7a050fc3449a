"""Written files: texts stay texts, and what was exported can be read again."""

import csv
import datetime as dt
import io
from decimal import Decimal
from pathlib import Path

import openpyxl
import openpyxl.utils.escape
import pytest
import python_calamine

from cultivate.spreadsheets import SheetSpec, load, write_csv, write_xlsx

DANGEROUS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "http://127.0.0.1/",
    '=HYPERLINK("http://127.0.0.1/","x")',
]


def test_a_workbook_holds_texts_numbers_and_days(tmp_path: Path) -> None:
    target = tmp_path / "a.xlsx"
    columns = [
        ("企业名称", "text", 30),
        ("职工总数", "integer", 8),
        ("备注", "text", 20),
        ("成立日期", "date", 12),
    ]
    rows = [(f"甲{i}有限公司", i, note, dt.date(2020, 1, 2)) for i, note in enumerate(DANGEROUS)]
    write_xlsx(target, [SheetSpec("名单/2026", columns, iter(rows)), SheetSpec("空", columns, [])])
    sheet = openpyxl.load_workbook(target)["名单-2026"]
    assert [sheet.cell(row, 3).value for row in range(2, 2 + len(DANGEROUS))] == DANGEROUS
    assert {sheet.cell(row, 3).data_type for row in range(2, 2 + len(DANGEROUS))} == {"s"}
    assert sheet.cell(2, 4).value.date() == dt.date(2020, 1, 2)
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:D8")
    assert (sheet.page_setup.orientation, sheet.print_title_rows) == ("landscape", "$1:$1")
    assert sheet.cell(2, 3).hyperlink is None


def test_a_workbook_is_read_again_as_it_was_written() -> None:
    stream = io.BytesIO()
    columns = [
        ("企业名称", "text", 30),
        ("统一社会信用代码", "text", 20),
        ("2024年销售收入（万元）", "number", 12),
    ]
    write_xlsx(
        stream,
        [
            SheetSpec(
                "登记企业",
                columns,
                [("甲有限公司", "913301053281951475", Decimal("12.50")), ("乙", None, None)],
            )
        ],
    )
    rows = load(stream.getvalue(), "a.xlsx", "firms").rows
    assert rows[0].cells == {"name": "甲有限公司", "uscc": "913301053281951475", "sales_2024": "12.5"}
    assert rows[1].cells == {"name": "乙", "uscc": "", "sales_2024": ""}


def test_csv_guards_texts_only_and_our_reader_takes_the_guard_off() -> None:
    stream = io.BytesIO()
    write_csv(stream, ["企业名称", "备注", "净资产"], [("甲", note, Decimal(-5)) for note in DANGEROUS])
    content = stream.getvalue()
    assert content.startswith(b"\xef\xbb\xbf")
    written = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))[1:]
    assert all(not row[1].startswith(("=", "+", "-", "@", "\t")) for row in written)
    assert {row[2] for row in written} == {"-5"}
    assert [row.cells["note"] for row in load(content, "a.csv", "firms").rows] == DANGEROUS


@pytest.mark.parametrize("name", ["a.csv", "b.csv"])
def test_csv_to_a_path(tmp_path: Path, name: str) -> None:
    write_csv(tmp_path / name, ["企业名称"], [("甲",), (None,), (dt.date(2020, 1, 2),)])
    assert (tmp_path / name).read_bytes() == '\ufeff企业名称\r\n甲\r\n""\r\n2020-01-02\r\n'.encode()


def test_a_text_is_the_same_after_the_way_through_a_workbook() -> None:
    """Marks of XML, blanks at the ends, line breaks, control characters and what looks like their replacement."""
    texts = [
        "<r><t>甲</t></r>",
        "A&B <b>",
        " 两边有空格 ",
        "一行\n两行",
        "响\x07铃",
        "_x0041_",
        "𠮷" * 3,
        "甲" * 40_000,
    ]
    stream = io.BytesIO()
    write_xlsx(
        stream, [SheetSpec("甲&乙", [("a", "text", 9), ("b", "number", 9)], [(text, 1) for text in texts])]
    )
    for read in (_by_openpyxl, _by_calamine):
        assert read(stream.getvalue()) == [*texts[:-1], "甲" * 32_767], read


def _by_openpyxl(content: bytes) -> list[object]:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    return [
        openpyxl.utils.escape.unescape(str(value))
        for (value,) in sheet.iter_rows(2, None, 1, 1, values_only=True)
    ]


def _by_calamine(content: bytes) -> list[object]:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    return [row[0] for row in book.get_sheet_by_index(0).to_python()[1:]]
