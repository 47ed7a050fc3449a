"""A look at the raw sheets of an .xlsx before it is parsed, for what the parser does not give.

Three things: formulas that carry no calculated value, what is hidden, and how far the sheet reaches. The parser lays a
sheet out as one rectangle, so that a single stray cell in the last row could take all the memory there is.
"""

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from typing import IO, NamedTuple
from xml.sax.saxutils import unescape

from lxml import etree

from cultivate.errors import N_, FileUnreadable
from cultivate.spreadsheets.limits import MAX_CELLS, MAX_COLUMNS

Formulas = dict[tuple[int, int], str]
"""Formula texts by (row from 1, column from 0)."""


class Facts(NamedTuple):
    """``hidden_columns`` are counted from 0, ``hidden_rows`` from 1 as the person sees them."""

    formulas: Formulas
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()


_CHUNK = 4 * 1024 * 1024
# No cell is longer than 32,767 characters; chunks overlap by more than that, so none is cut in two unseen.
_OVERLAP = 256 * 1024
_FORMULA_CELL = re.compile(rb"<(?:\w+:)?c\b([^<>]*[^<>/])>\s*<(?:\w+:)?f\b")
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
# All the cells of a sheet by one pattern each: a loop over the matches takes as long as reading the workbook.
_PLACED = re.compile(
    rb'<(?:\w+:)?c\b[^<>]*?\br="([A-Z]{1,3})(\d{1,7})"(?:|[^<>]*[^<>/])>\s*<(?:\w+:)?(?:f|v|is)\b'
)
_UNPLACED = re.compile(
    rb'<(?:\w+:)?c\b(?![^<>]*\br="[A-Z]{1,3}\d{1,7}")(?:|[^<>]*[^<>/])>\s*<(?:\w+:)?(?:f|v|is)\b'
)
_ROW = re.compile(rb'<(?:\w+:)?row\b[^<>]*?\br="(\d{1,7})"')
_HIDDEN_ROW = re.compile(rb'<(?:\w+:)?row\b([^<>]*\bhidden="(?:1|true)"[^<>]*)>')
_HIDDEN_COLUMNS = re.compile(rb'<(?:\w+:)?col\b([^<>]*\bhidden="(?:1|true)"[^<>]*)>')
_FORMULA = re.compile(rb"<(?:\w+:)?f\b[^<>]*>([^<]*)</(?:\w+:)?f>\s*(<(?:\w+:)?v\b[^<>/]*>[^<])?")
_NUMBER = re.compile(rb'\br="(\d{1,7})"')
_FIRST = re.compile(rb'\bmin="(\d{1,5})"')
_LAST = re.compile(rb'\bmax="(\d{1,5})"')
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def scan(content: bytes) -> dict[str, Facts]:
    """Formulas without a value and what is hidden, by sheet name; refuses a sheet that reaches too far."""
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


def _scan_sheet(stream: IO[bytes], name: str) -> Facts:
    formulas: Formulas = {}
    rows, columns, unplaced = 1, 1, False
    hidden_rows: set[int] = set()
    hidden_columns: set[int] = set()
    with stream:
        for text in _overlapping(stream):
            places = _PLACED.findall(text)
            rows = max(rows, *map(int, {row for _letters, row in places}), 1)
            columns = max(columns, *(_column_index(each) + 1 for each in {place[0] for place in places}), 1)
            unplaced = unplaced or _UNPLACED.search(text) is not None
            formulas.update(_formulas(text))
            hidden_rows.update(_hidden_rows(text))
            hidden_columns.update(_hidden_columns(text))
            if unplaced:
                rows = max(rows, *(int(row[1]) for row in _ROW.finditer(text)), 1)
    if rows * columns > MAX_CELLS:
        raise FileUnreadable(
            N_("Sheet “%(sheet)s” reaches to row %(row)s. Delete the rows below the list and save it again."),
            field="file",
            sheet=name,
            row=rows,
        )
    return Facts(formulas, frozenset(hidden_rows), frozenset(hidden_columns))


def _formulas(text: bytes) -> Iterator[tuple[tuple[int, int], str]]:
    """Those without a calculated value."""
    for match in _FORMULA_CELL.finditer(text):
        place = _REFERENCE.search(match[1])
        if place and (formula := _uncalculated(text, match.end() - 1)):
            yield (int(place[2]), _column_index(place[1])), formula


def _hidden_rows(text: bytes) -> Iterator[int]:
    for match in _HIDDEN_ROW.finditer(text):
        number = _NUMBER.search(match[1])
        if number:
            yield int(number[1])


def _hidden_columns(text: bytes) -> Iterator[int]:
    for match in _HIDDEN_COLUMNS.finditer(text):
        first, last = _FIRST.search(match[1]), _LAST.search(match[1])
        if first and last:
            yield from range(int(first[1]) - 1, min(int(last[1]), MAX_COLUMNS))


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
