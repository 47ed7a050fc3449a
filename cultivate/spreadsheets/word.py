"""Reading the tables of a .docx, straight from its XML: python-docx takes minutes for a thousand rows."""

import io
import re
import zipfile

from lxml import etree

from cultivate.domain.values import Cell
from cultivate.errors import N_, FileUnreadable
from cultivate.spreadsheets.limits import MAX_COLUMNS, MAX_LINES, too_many_lines
from cultivate.spreadsheets.table import Line, Table

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_BREAKS = {f"{_W}br", f"{_W}cr"}
_NAME = re.compile(r"\s+")


def read(content: bytes) -> list[Table]:
    """The tables, those of one width that follow each other as one, with the paragraphs between as lines.

    Paragraphs carry headings such as 「杭州市（20家）」; they have the number 0 and are no lines to count.
    """
    tables: list[Table] = []
    pending: list[Line] = []
    number = 0
    for element in _body(content):
        if element.tag == f"{_W}p":
            text = _text(element)
            if text:
                pending.append(Line(0, [text]))
        elif element.tag == f"{_W}tbl":
            rows = _rows(element)
            if not tables or _width(tables[-1]) != _widest(rows):
                tables.append(Table(_NAME.sub(" ", str(pending[-1].cells[0]))[:60] if pending else ""))
            tables[-1].lines += pending
            pending = []
            for cells in rows:
                number += 1
                tables[-1].lines.append(Line(number, cells))
            if number > MAX_LINES:
                raise too_many_lines()
    return tables


def _body(content: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            root = etree.fromstring(archive.read("word/document.xml"), parser)
    except (zipfile.BadZipFile, KeyError, etree.LxmlError) as error:
        raise FileUnreadable(N_("The Word document is damaged and cannot be read."), field="file") from error
    body = root.find(f"{_W}body")
    if body is None:
        raise FileUnreadable(N_("The Word document is damaged and cannot be read."), field="file")
    return body


def _rows(table: etree._Element) -> list[list[Cell]]:
    """Rows with merged cells filled: merged down repeats the text, merged across fills the width."""
    rows: list[list[Cell]] = []
    for row in table.iterchildren(f"{_W}tr"):
        cells: list[Cell] = [""] * _number(row.find(f"{_W}trPr/{_W}gridBefore"))
        for cell in _cells(row):
            above = rows[-1][len(cells)] if rows and len(cells) < len(rows[-1]) else ""
            text = above if _continues(cell) else _cell_text(cell)
            cells += [text] * max(1, _number(cell.find(f"{_W}tcPr/{_W}gridSpan")))
        rows.append(cells[:MAX_COLUMNS])
    return rows


def _cells(row: etree._Element) -> list[etree._Element]:
    """The row's own cells, also those in content controls, but not those of a table inside a cell."""
    own = []
    for child in row.iterchildren():
        if child.tag == f"{_W}tc":
            own.append(child)
        elif child.tag == f"{_W}sdt":
            own += child.iterfind(f"{_W}sdtContent/{_W}tc")
    return own


def _continues(cell: etree._Element) -> bool:
    """Whether the cell is the lower part of one merged down."""
    merge = cell.find(f"{_W}tcPr/{_W}vMerge")
    return merge is not None and merge.get(f"{_W}val", "continue") == "continue"


def _number(element: etree._Element | None) -> int:
    value = element.get(f"{_W}val", "0") if element is not None else "0"
    return min(int(value), MAX_COLUMNS) if value.isdigit() else 0


def _cell_text(cell: etree._Element) -> str:
    return "\n".join(_text(paragraph) for paragraph in cell.iter(f"{_W}p")).strip()


def _text(paragraph: etree._Element) -> str:
    parts = []
    for element in paragraph.iter():
        if element.tag == f"{_W}t":
            parts.append(element.text or "")
        elif element.tag == f"{_W}tab":
            parts.append(" ")
        elif element.tag in _BREAKS:
            parts.append("\n")
    return "".join(parts).strip()


def _widest(rows: list[list[Cell]]) -> int:
    return max((len(cells) for cells in rows), default=0)


def _width(table: Table) -> int:
    return _widest([line.cells for line in table.lines if line.number])
