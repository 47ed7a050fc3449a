"""Reading the tables of a PDF: ruled ones, else those that only the spacing shows."""

import io
from typing import Any

import pdfplumber

from cultivate.domain.values import Cell
from cultivate.errors import N_, FileUnreadable
from cultivate.spreadsheets.limits import MAX_LINES, MAX_PAGES, too_many_lines
from cultivate.spreadsheets.sniff import protected
from cultivate.spreadsheets.table import Line, Table

_BY_SPACING = {"vertical_strategy": "text", "horizontal_strategy": "text"}


def read(content: bytes) -> list[Table]:
    """One table for the whole document, lines counted through; a row cut by a page's end is put together."""
    try:
        with pdfplumber.open(io.BytesIO(content)) as document:
            return [_read_pages(document)]
    except FileUnreadable:
        raise
    except Exception as error:  # pdfminer raises whatever a broken file makes its code trip over
        raise _refusal(error) from error


def _refusal(error: Exception) -> FileUnreadable:
    causes = (error, *error.args)
    if any(type(cause).__name__ == "PDFPasswordIncorrect" for cause in causes):
        return protected()
    return FileUnreadable(N_("The PDF is damaged and cannot be read."), field="file")


def _read_pages(document: Any) -> Table:
    if len(document.pages) > MAX_PAGES:
        raise FileUnreadable(N_("The PDF has more than %(pages)s pages."), field="file", pages=MAX_PAGES)
    table = Table("")
    has_text, has_picture = False, False
    for page in document.pages:
        has_text = has_text or bool(page.chars)
        has_picture = has_picture or bool(page.images)
        _append(table, _page_rows(page))
        page.close()
        if len(table.lines) > MAX_LINES:
            raise too_many_lines()
    if not has_text and has_picture:
        raise FileUnreadable(
            N_("The PDF is a scanned picture without text. Ask the sender for the workbook."), field="file"
        )
    if not table.lines:
        raise FileUnreadable(N_("There is no table in the PDF."), field="file")
    return table


def _page_rows(page: Any) -> list[list[Cell]]:
    if not page.chars:
        return []
    tables = page.extract_tables() or page.extract_tables(_BY_SPACING)
    return [[cell or "" for cell in row] for rows in tables for row in rows if any(row)]


def _append(table: Table, rows: list[list[Cell]]) -> None:
    """Add a page's rows; a first row whose first cell is empty goes on with the page before."""
    start = 1 if rows and table.lines and rows[0] == table.lines[0].cells else 0
    if len(rows) > start and table.lines and _goes_on(table.lines[-1].cells, rows[start]):
        last = table.lines[-1].cells
        for column, cell in enumerate(rows.pop(start)):
            last[column] = f"{last[column]}{cell}"
    for cells in rows:
        table.lines.append(Line(len(table.lines) + 1, cells))


def _goes_on(last: list[Cell], first: list[Cell]) -> bool:
    return len(last) == len(first) > 1 and bool(last[0]) and not first[0]
