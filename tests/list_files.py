"""Official lists in the layouts that authorities send: Word tables with merged cells, workbooks, text."""

import io
from collections.abc import Sequence

import openpyxl
from docx import Document

Row = Sequence[str]


def docx(title: str, header: Row, *rows: Row, repeat_every: int = 0, note: str = "") -> bytes:
    """A Word document: a title, one table, its header repeated as on each page, a merged heading for a lone cell."""
    document = Document()
    document.add_heading(title, level=1)
    table = document.add_table(rows=0, cols=len(header))
    _line(table, header)
    for count, row in enumerate(rows):
        if repeat_every and count and count % repeat_every == 0:
            _line(table, header)
        _line(table, row)
    if note:
        document.add_paragraph(note)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def _line(table: object, cells: Row) -> None:
    made = table.add_row().cells  # type: ignore[attr-defined]  # python-docx has no public name for it
    if len(cells) == 1:
        made[0].merge(made[-1])
        made[0].text = cells[0]
        return
    for cell, text in zip(made, cells, strict=True):
        cell.text = text


def xlsx(title: str, header: Row, *rows: Row) -> bytes:
    """A workbook with a merged title above the header and a note below the rows."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "名单"
    sheet.append([title])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(header))
    sheet.append(list(header))
    for row in rows:
        sheet.append(list(row))
    sheet.append(["注：以上名单按收件顺序排列。"])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()
