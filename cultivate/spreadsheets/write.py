"""Writing workbooks and CSV files in constant memory.

Nothing that was typed into the register becomes a formula or a link in the reader's program: workbooks hold
such texts as texts, and a CSV puts an apostrophe before them, which our own reader takes off again.
"""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import IO, Literal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from cultivate.spreadsheets.sheet_rows import RowsSheet

CellKind = Literal["text", "integer", "number", "percent", "date"]
Value = str | int | float | Decimal | dt.date | None

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_NUMBER_FORMATS: dict[CellKind, str] = {
    "text": "@",
    "integer": "0",
    "number": "#,##0.00",
    "percent": "0.0%",
    "date": "yyyy-mm-dd",
}
_HEADER = {"bold": True, "bg_color": "#DDE7F3", "border": 1, "text_wrap": True, "valign": "vcenter"}
_PAPER_A4 = 9
_BEFORE_EXCEL = dt.date(1899, 12, 30).toordinal()
_LEAP_THAT_NEVER_WAS = 60
_LONGEST_SHEET_NAME = 31


@dataclass(frozen=True)
class SheetSpec:
    """A sheet to write: columns as (title, kind, width in characters), rows as values in that order."""

    name: str
    columns: Sequence[tuple[str, CellKind, int]]
    rows: Iterable[Sequence[Value]]


def write_xlsx(target: Path | IO[bytes], sheets: Iterable[SheetSpec]) -> None:
    """Write sheets with a frozen, filtered header that repeats on each page printed."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": _NUMBER_FORMATS["date"],
    }
    destination = str(target) if isinstance(target, Path) else target
    with xlsxwriter.Workbook(destination, options) as book:
        styles = {kind: book.add_format({"num_format": code}) for kind, code in _NUMBER_FORMATS.items()}
        header = book.add_format(_HEADER)
        for spec in sheets:
            _write_sheet(book.add_worksheet(_sheet_name(spec.name), RowsSheet), spec, styles, header)


def write_csv(target: Path | IO[bytes], columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
    """Write UTF-8 with a byte order mark, so that Excel shows Chinese."""
    if isinstance(target, Path):
        with target.open("wb") as stream:
            write_csv(stream, columns, rows)
        return
    text = io.TextIOWrapper(target, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow([escape(column) for column in columns])
    for row in rows:
        writer.writerow([_csv_cell(value) for value in row])
    text.flush()
    text.detach()


def escape(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet program would run as a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _csv_cell(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return escape(value)
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _write_sheet(sheet: RowsSheet, spec: SheetSpec, styles: dict[CellKind, Format], header: Format) -> None:
    formats = [styles[kind] for _, kind, _ in spec.columns]
    for index, (_title, _kind, width) in enumerate(spec.columns):
        sheet.set_column(index, index, width, formats[index])
    sheet.formats_of_columns(formats)
    sheet.put(0, [title for title, _kind, _width in spec.columns], header)
    last = 0
    for last, row in enumerate(spec.rows, start=1):
        sheet.put(last, [_cell(value) for value in row])
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, last, max(len(formats) - 1, 0))
    _set_up_page(sheet)


def _cell(value: Value) -> str | float | None:
    if value is None or isinstance(value, str | float | int):
        return value
    return _serial(value) if isinstance(value, dt.date) else float(value)


def _serial(day: dt.date) -> int:
    """A day as Excel counts them; before March of 1900 it counts one that never was."""
    serial = day.toordinal() - _BEFORE_EXCEL
    return serial if serial > _LEAP_THAT_NEVER_WAS else serial - 1


def _set_up_page(sheet: Worksheet) -> None:
    sheet.set_landscape()
    sheet.set_paper(_PAPER_A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.set_footer("&C&P / &N")


def _sheet_name(name: str) -> str:
    """A name that Excel takes: no brackets and slashes, at most 31 characters."""
    cleaned = "".join("-" if character in "[]:*?/\\" else character for character in name).strip("'")
    return cleaned[:_LONGEST_SHEET_NAME] or "Sheet1"
