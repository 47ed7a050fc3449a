"""A person's own workbook given back with remarks beside their rows, its layout kept."""

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openpyxl.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

#: openpyxl holds some fifty times the file in memory; what is larger is given back as a plain table
LARGEST = 4 * 1024 * 1024
_WIDTHS = (12, 60)


def annotate(
    content: bytes, sheet: str, header_row: int, titles: Sequence[str], remarks: Mapping[int, Sequence[str]]
) -> bytes | None:
    """The .xlsx with columns behind the last one used; ``remarks`` by row number as the person sees it.

    ``None`` where the file is of another kind, too large, or not to be opened for writing.
    """
    if not content.startswith(b"PK") or len(content) > LARGEST:
        return None
    from openpyxl import load_workbook  # a quarter of a second that nobody else waits for

    try:
        book = load_workbook(io.BytesIO(content))
        page = book[sheet]
        _write(page, header_row, titles, remarks)
        target = io.BytesIO()
        book.save(target)
    except Exception:  # noqa: BLE001 whatever a stranger's file does to openpyxl, there is the plain table
        return None
    return target.getvalue()


def _write(
    page: "Worksheet", header_row: int, titles: Sequence[str], remarks: Mapping[int, Sequence[str]]
) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    wrapped = Alignment(wrap_text=True, vertical="top")
    first = _last_column(page, {header_row, *remarks}) + 1
    for offset, title in enumerate(titles):
        head = page.cell(header_row, first + offset, title)
        head.font = Font(bold=True)
        page.column_dimensions[get_column_letter(first + offset)].width = _WIDTHS[min(offset, 1)]
    for row, texts in remarks.items():
        for offset, text in enumerate(texts):
            cell: Cell = page.cell(row, first + offset)
            cell.value = text
            cell.data_type = "s"  # a text stays one, whatever it begins with
            cell.alignment = wrapped


def _last_column(page: "Worksheet", rows: set[int]) -> int:
    """The last column with something in it: formats alone may reach to the end of the sheet."""
    used = [
        cell.column
        for line in page.iter_rows(min_row=min(rows), max_row=max(rows))
        for cell in line
        if cell.value is not None
    ]
    return max(used, default=0)
