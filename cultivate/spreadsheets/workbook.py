"""Reading .xlsx, .xlsm, .xls and .ods with calamine.

A formula counts as the value that was last calculated, which is what the person sees; one that never
was is kept as its text. Hidden rows are read like others (a filter hides rows, it does not strike them);
hidden sheets are marked and only looked at where there is no other.
"""

import io
from itertools import islice

import python_calamine as calamine

from cultivate.domain.values import Cell
from cultivate.errors import N_, FileUnreadable
from cultivate.spreadsheets.cells import to_cell
from cultivate.spreadsheets.limits import MAX_CELLS, MAX_COLUMNS, MAX_LINES, too_many_lines
from cultivate.spreadsheets.sniff import protected
from cultivate.spreadsheets.table import Line, Table
from cultivate.spreadsheets.xlsx_scan import Facts, Formulas, scan

_VISIBLE = calamine.SheetVisibleEnum.Visible
_WORKSHEET = calamine.SheetTypeEnum.WorkSheet
_NOTHING = Facts({})
_MAX_MERGES = 50_000


def read(content: bytes, *, is_xlsx: bool) -> list[Table]:
    """Every worksheet that has something in it."""
    facts = scan(content) if is_xlsx else {}
    try:
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            return [
                _read_sheet(
                    book.get_sheet_by_name(meta.name),
                    facts.get(meta.name, _NOTHING),
                    hidden=meta.visible != _VISIBLE,
                )
                for meta in book.sheets_metadata
                if meta.typ == _WORKSHEET
            ]
    except calamine.PasswordError as error:
        raise protected() from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        if "password" in str(error).lower() or "encrypt" in str(error).lower():
            raise protected() from error
        raise FileUnreadable(N_("The workbook is damaged and cannot be read."), field="file") from error


def _read_sheet(sheet: calamine.CalamineSheet, facts: Facts, *, hidden: bool) -> Table:
    table = Table(
        sheet.name, hidden=hidden, hidden_rows=facts.hidden_rows, hidden_columns=facts.hidden_columns
    )
    if sheet.start is None:
        return table
    first_row, first_column = sheet.start
    if sheet.height * sheet.width > MAX_CELLS:
        raise too_many_lines()
    padding: list[Cell] = [""] * min(first_column, MAX_COLUMNS)
    # one row at a time; unlike ``to_python`` this begins with the sheet, not with what is filled
    filled = islice(sheet.iter_rows(), first_row, None)
    for number, values in enumerate(filled, start=first_row + 1):
        if any(value not in {"", None} for value in values):
            # texts, as most are, are cells already
            cells = [value if isinstance(value, str) else to_cell(value) for value in values[:MAX_COLUMNS]]
            cells = padding + cells if padding else cells
            table.lines.append(Line(number, cells))
        if len(table.lines) > MAX_LINES:
            raise too_many_lines()
    _put_formulas(table, facts.formulas)
    _fill_merged(table, sheet.merged_cell_ranges or [])
    return table


def _put_formulas(table: Table, formulas: Formulas) -> None:
    """Formulas without a calculated value, as text."""
    lines = {line.number: line for line in table.lines}
    for (row, column), formula in formulas.items():
        line = lines.get(row)
        if line is None or column >= MAX_COLUMNS:
            continue
        line.cells.extend([""] * (column + 1 - len(line.cells)))
        line.cells[column] = line.cells[column] or f"={formula}"


def _fill_merged(table: Table, ranges: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    """Fill merged areas: a street merged down beside its firms is each one's."""
    lines = {line.number: line for line in table.lines}
    for (top, left), (bottom, right) in ranges[:_MAX_MERGES]:
        origin = lines.get(top + 1)
        if origin is None or left >= len(origin.cells):
            continue
        covered = range(top + 1, bottom + 2)
        numbers = covered if len(covered) < len(lines) else [number for number in lines if number in covered]
        for number in numbers:
            line = lines.get(number)
            if line is not None:
                _fill(line, left, min(right, len(origin.cells) - 1), origin.cells[left])


def _fill(line: Line, left: int, right: int, value: Cell) -> None:
    line.cells.extend([""] * (right + 1 - len(line.cells)))
    for column in range(left, right + 1):
        line.cells[column] = line.cells[column] or value
