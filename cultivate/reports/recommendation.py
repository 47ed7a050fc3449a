"""The list and the summary with which a district hands its firms up, as offices lay them out.

One source of rows for the workbook and the PDF. Titles are part of the form and the same in every language.
"""

import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter

from cultivate import clock
from cultivate.queries.batch_documents import Recommended
from cultivate.reports.pdf.blocks import Align, Column, Paper, Seal, Table

Cell = str | int | Decimal | date | None


@dataclass(frozen=True, slots=True)
class _Column:
    """A column: its width in a sheet, and its share of a printed line (0: no room for it there)."""

    title: str
    width: int
    kind: str
    share: int


_LIST = (
    _Column("序号", 5, "number", 5),
    _Column("企业名称", 30, "text", 27),
    _Column("统一社会信用代码", 21, "text", 26),
    _Column("所属街道", 12, "text", 13),
    _Column("技术领域", 16, "text", 15),
    _Column("成立日期", 12, "day", 15),
    _Column("申报类型", 10, "text", 12),
    _Column("职工总数", 8, "number", 8),
    _Column("科技人员", 8, "number", 8),
    _Column("Ⅰ类知识产权", 8, "number", 0),
    _Column("Ⅱ类知识产权", 8, "number", 0),
    _Column("上年销售收入（万元）", 13, "amount", 15),
    _Column("近三年研发费用（万元）", 13, "amount", 15),
    _Column("联系人", 9, "text", 10),
    _Column("联系电话", 15, "text", 19),
)
_SUMMARY = (
    _Column("序号", 6, "number", 6),
    _Column("所属街道", 24, "text", 24),
    _Column("推荐企业数", 12, "number", 12),
    _Column("其中：首次认定", 14, "number", 14),
    _Column("其中：重新认定", 14, "number", 14),
    _Column("上年销售收入合计（万元）", 20, "amount", 20),
    _Column("近三年研发费用合计（万元）", 20, "amount", 20),
)
_SIGNERS = ("审核人", "填表人", "联系电话")
_FONT = "宋体"
_SPACE = "\u3000" * 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """What both forms are made of."""

    batch: str
    unit: str
    day: date
    firms: Sequence[Recommended]

    @property
    def title(self) -> str:
        """Of the list."""
        return f"{self.batch}推荐名单"

    @property
    def summary_title(self) -> str:
        """Of the summary."""
        return f"{self.batch}推荐企业汇总表"

    @property
    def lines(self) -> list[list[Cell]]:
        """The list."""
        return [
            [
                number,
                firm.name,
                firm.uscc or "",
                firm.street,
                firm.field or "",
                firm.established_on,
                "重新认定" if firm.renewal else "首次认定",
                firm.staff,
                firm.rd_staff,
                *firm.rights,
                firm.sales,
                firm.rd,
                firm.contact or "",
                firm.phone or "",
            ]
            for number, firm in enumerate(self.firms, start=1)
        ]

    @property
    def summary(self) -> tuple[list[list[Cell]], list[Cell]]:
        """By street in the order of the list, and the sum of all."""
        names: dict[int, str] = {}
        firms, renewals = Counter[int](), Counter[int]()
        sales, rd = dict[int, Decimal](), dict[int, Decimal]()
        for firm in self.firms:
            street = firm.street_id
            names[street] = firm.street
            firms[street] += 1
            renewals[street] += firm.renewal
            sales[street] = sales.get(street, Decimal(0)) + (firm.sales or 0)
            rd[street] = rd.get(street, Decimal(0)) + (firm.rd or 0)
        rows: list[list[Cell]] = [
            [
                number,
                name,
                firms[street],
                firms[street] - renewals[street],
                renewals[street],
                sales[street],
                rd[street],
            ]
            for number, (street, name) in enumerate(names.items(), start=1)
        ]
        again = renewals.total()
        total: list[Cell] = [
            "合计",
            "",
            firms.total(),
            firms.total() - again,
            again,
            sum(sales.values(), Decimal(0)),
            sum(rd.values(), Decimal(0)),
        ]
        return rows, total


def to_xlsx(what: Recommendation) -> bytes:
    """Two sheets: the list, and the summary by street."""
    target = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(target, {"in_memory": True, **options}) as book:
        book.set_properties({"created": clock.now().replace(tzinfo=None)})
        formats = {name: book.add_format({"font_name": _FONT, **spec}) for name, spec in _FORMATS.items()}
        rows, total = what.summary
        _sheet(book.add_worksheet("推荐名单"), what, _LIST, what.lines, None, formats)
        _sheet(book.add_worksheet("汇总表"), what, _SUMMARY, rows, total, formats)
    return target.getvalue()


_CELL = {"border": 1, "valign": "vcenter", "font_size": 10}
_FORMATS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"},
    "line": {"font_size": 10, "valign": "vcenter"},
    "right": {"font_size": 10, "valign": "vcenter", "align": "right"},
    "head": {**_CELL, "bold": True, "align": "center", "text_wrap": True},
    "text": {**_CELL, "text_wrap": True},
    "number": {**_CELL, "align": "center", "num_format": "0"},
    "amount": {**_CELL, "num_format": "#,##0.00"},
    "day": {**_CELL, "align": "center", "num_format": "yyyy-mm-dd"},
}


def _sheet(
    page: Any,
    what: Recommendation,
    columns: Sequence[_Column],
    rows: Sequence[Sequence[Cell]],
    total: Sequence[Cell] | None,
    formats: dict[str, Any],
) -> None:
    last, half = len(columns) - 1, len(columns) // 2
    name = what.title if total is None else what.summary_title
    page.merge_range(0, 0, 0, last, name, formats["title"])
    page.set_row(0, 30)
    page.merge_range(1, 0, 1, half, f"填报单位（盖章）：{what.unit}", formats["line"])
    page.merge_range(1, half + 1, 1, last, f"填报日期：{_day(what.day)}", formats["right"])
    page.set_row(1, 22)
    for place, column in enumerate(columns):
        page.set_column(place, place, column.width)
        page.write_string(2, place, column.title, formats["head"])
    page.set_row(2, 30)
    for line, row in enumerate([*rows, *([total] if total else [])], start=3):
        for place, value in enumerate(row):
            _cell(page, line, place, value, formats[columns[place].kind])
    foot = 4 + len(rows) + bool(total)
    signers = _SPACE.join(f"{each}：" for each in _SIGNERS)
    page.merge_range(foot, 0, foot, last, signers, formats["line"])
    page.freeze_panes(3, 2)
    page.set_paper(9)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(2)
    page.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    page.set_footer("&C第 &P 页，共 &N 页")


def _cell(page: Any, line: int, place: int, value: Cell, style: Any) -> None:
    """By type; a name that begins with ``=`` is no formula."""
    if value is None or value == "":
        page.write_blank(line, place, None, style)
    elif isinstance(value, str):
        page.write_string(line, place, value, style)
    elif isinstance(value, date):
        page.write_datetime(line, place, datetime(value.year, value.month, value.day), style)  # noqa: DTZ001 sheets know no zones
    else:
        page.write_number(line, place, float(value), style)


def to_pdf(what: Recommendation) -> bytes:
    """The same rows on A4 across, the summary from a new page on, each with room for the seal."""
    # 20 MB that only those wait for who need it
    from cultivate.reports.pdf import document

    rows, total = what.summary
    seal = Seal(what.unit, _SIGNERS)
    listed = _table(_LIST, what.lines, None)
    papers = [
        Paper(
            title=what.title,
            unit=what.unit,
            day=what.day,
            blocks=[listed, seal],
            landscape=True,
            centred=True,
        ),
        Paper(
            title=what.summary_title,
            unit=what.unit,
            day=what.day,
            blocks=[_table(_SUMMARY, rows, total), seal],
            landscape=True,
            centred=True,
        ),
    ]
    return document.render(papers, what.title)


def _table(columns: Sequence[_Column], rows: Sequence[Sequence[Cell]], total: Sequence[Cell] | None) -> Table:
    aligned: dict[str, Align] = {"amount": "right", "number": "right"}
    return Table(
        [Column(each.title, each.share, aligned.get(each.kind, "left")) for each in columns if each.share],
        [_printed(columns, row) for row in rows],
        empty="本批还没有企业。",
        total=_printed(columns, total) if total else None,
    )


def _printed(columns: Sequence[_Column], row: Sequence[Cell]) -> list[str]:
    return [_said(value) for column, value in zip(columns, row, strict=True) if column.share]


def _said(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    return value.isoformat() if isinstance(value, date) else str(value)


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
