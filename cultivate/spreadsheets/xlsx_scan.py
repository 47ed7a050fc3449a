"""A look at the raw sheets of an .xlsx before it is parsed, for what the parser does not give.

Two things: formulas that carry no calculated value, and how far the sheet reaches. The parser lays a
sheet out as one rectangle, so that a single stray cell in the last row could take all the memory there is.
"""

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from typing import IO
from xml.sax.saxutils import unescape

from lxml import etree

from cultivate.errors import N_, FileUnreadable
from cultivate.spreadsheets.limits import MAX_CELLS

Formulas = dict[tuple[int, int], str]
"""Formula texts by (row from 1, column from 0)."""

_CHUNK = 4 * 1024 * 1024
# No cell is longer than 32,767 characters; chunks overlap by more than that, so none is cut in two unseen.
_OVERLAP = 256 * 1024
_FILLED = re.compile(rb"<(?:\w+:)?c\b([^<>]*[^<>/])>\s*<(?:\w+:)?(f|v|is)\b")
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_ROW = re.compile(rb'<(?:\w+:)?row\b[^<>]*?\br="(\d{1,7})"')
_FORMULA = re.compile(rb"<(?:\w+:)?f\b[^<>]*>([^<]*)</(?:\w+:)?f>\s*(<(?:\w+:)?v\b[^<>/]*>[^<])?")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def scan(content: bytes) -> dict[str, Formulas]:
    """Formulas without a value, by sheet name; refuses a sheet that reaches too far."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {name: _scan_sheet(archive.open(part), name) for name, part in _sheets(archive)}
    except (zipfile.BadZipFile, etree.LxmlError, KeyError) as error:
        raise FileUnreadable(N_("The workbook is damaged and cannot be read."), field="file") from error


def _sheets(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Names of sheets with the parts that hold them; binary workbooks (.xlsb) have none of these."""
    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    relations = etree.fromstring(archive.read("xl/_rels/workbook.xml.rels"), parser)
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    for sheet in etree.fromstring(archive.read("xl/workbook.xml"), parser).iter("{*}sheet"):
        part = posixpath.normpath(posixpath.join("/xl", targets.get(sheet.get(_RELATION)) or "")).lstrip("/")
        if part in names:
            yield sheet.get("name", ""), part


def _scan_sheet(stream: IO[bytes], name: str) -> Formulas:
    formulas: Formulas = {}
    rows, columns, unplaced = 1, 1, False
    with stream:
        for text in _overlapping(stream):
            for match in _FILLED.finditer(text):
                place = _REFERENCE.search(match[1])
                if place is None:
                    unplaced = True
                    continue
                row, column = int(place[2]), _column_index(place[1])
                rows, columns = max(rows, row), max(columns, column + 1)
                if match[2] == b"f" and (formula := _uncalculated(text, match.start(2))):
                    formulas[row, column] = formula
            if unplaced:
                rows = max(rows, *(int(row[1]) for row in _ROW.finditer(text)), 1)
    if rows * columns > MAX_CELLS:
        raise FileUnreadable(
            N_("Sheet “%(sheet)s” reaches to row %(row)s. Delete the rows below the list and save it again."),
            field="file",
            sheet=name,
            row=rows,
        )
    return formulas


def _overlapping(stream: IO[bytes]) -> Iterator[bytes]:
    tail = b""
    while chunk := stream.read(_CHUNK):
        text = tail + chunk
        yield text
        tail = text[-_OVERLAP:]


def _uncalculated(text: bytes, start: int) -> str | None:
    """The text of the formula that begins at the tag's name, if no value follows it."""
    match = _FORMULA.match(text, text.rfind(b"<", 0, start + 1))
    if match is None or match[2] or not match[1]:
        return None
    return unescape(match[1].decode("utf-8", "replace"), {"&quot;": '"', "&apos;": "'"})


def _column_index(letters: bytes) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + letter - ord("A") + 1
    return index - 1
