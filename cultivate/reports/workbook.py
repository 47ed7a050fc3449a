"""Workbooks as offices like them: real numbers, a heading that stays, widths that fit, ready to print."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd
import xlsxwriter

from cultivate import clock
from cultivate.reports.widths import display_width

WIDEST = 48
NARROWEST = 8
_HEAD = {"bold": True, "bg_color": "#f6f7f9", "bottom": 1, "text_wrap": True, "valign": "vcenter"}
FORMATS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 13},
    "note": {"font_color": "#5d6877", "font_size": 9},
    "head": _HEAD,
    "number-head": _HEAD | {"align": "right"},
    "text": {"valign": "top"},
    "number": {"num_format": "#,##0", "valign": "top"},
    "change": {"num_format": "+#,##0;[Red]-#,##0;0", "valign": "top"},
    "share": {"num_format": "0.0%", "valign": "top"},
    "day": {"num_format": "yyyy-mm-dd", "align": "left", "valign": "top"},
    "time": {"num_format": "yyyy-mm-dd hh:mm", "align": "left", "valign": "top"},
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with its title; ``changes`` names the columns whose numbers carry a sign."""

    name: str
    title: str
    note: str
    table: pd.DataFrame
    changes: frozenset[str] = frozenset()


def build(sheets: Sequence[Sheet], footer: str) -> bytes:
    """The workbook as a file's content. Text stays text: a name that begins with ``=`` is no formula."""
    target = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"created": clock.now().replace(tzinfo=None)})
        formats = {
            name: book.add_format({"font_name": "Microsoft YaHei", **spec}) for name, spec in FORMATS.items()
        }
        for sheet in sheets:
            _write(book.add_worksheet(sheet.name), sheet, formats, footer)
    return target.getvalue()


def _write(page: Any, sheet: Sheet, formats: dict[str, Any], footer: str) -> None:
    columns = [str(name) for name in sheet.table.columns]
    page.write_string(0, 0, sheet.title, formats["title"])
    page.write_string(1, 0, sheet.note, formats["note"])
    for place, name in enumerate(columns):
        numbers = pd.api.types.is_numeric_dtype(sheet.table.iloc[:, place])
        page.write_string(2, place, name, formats["number-head" if numbers else "head"])
    for line, row in enumerate(sheet.table.itertuples(index=False), start=3):
        for place, value in enumerate(row):
            _cell(page, line, place, value, formats, signed=columns[place] in sheet.changes)
    for place, name in enumerate(columns):
        page.set_column(place, place, _width(name, sheet.table.iloc[:, place]))
    page.freeze_panes(3, 1)
    if len(sheet.table):
        page.autofilter(2, 0, 2 + len(sheet.table), len(columns) - 1)
    page.set_paper(9)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(2)
    page.set_footer(f"&L{footer.replace('&', '&&')}&R&P / &N")


def _cell(page: Any, line: int, place: int, value: Any, formats: dict[str, Any], *, signed: bool) -> None:
    """By type; nothing is left of a missing value."""
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and value != value):  # noqa: PLR0124 NaN
        return
    if isinstance(value, datetime):
        page.write_datetime(line, place, value.astimezone(clock.zone()).replace(tzinfo=None), formats["time"])
    elif isinstance(value, date):
        page.write_datetime(line, place, datetime(value.year, value.month, value.day), formats["day"])  # noqa: DTZ001 sheets know no zones
    elif isinstance(value, str):
        page.write_string(line, place, value, formats["text"])
    elif isinstance(value, float):
        page.write_number(line, place, value, formats["share"])
    else:
        page.write_number(line, place, value, formats["change" if signed else "number"])


def _width(name: str, values: pd.Series) -> int:
    """Columns as wide as their widest cell; a Chinese character takes two."""
    widths = [display_width(name), *(display_width(_shown(value)) for value in values)]
    return min(max(*widths, NARROWEST) + 2, WIDEST)


def _shown(value: Any) -> str:
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)
