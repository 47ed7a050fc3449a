"""Reading .csv and .tsv: encodings tried in a fixed order, because predictable beats guessed."""

import csv
import io
from collections.abc import Sequence
from itertools import islice

from cultivate.domain.values import Cell
from cultivate.errors import N_, FileUnreadable
from cultivate.spreadsheets.limits import MAX_COLUMNS, MAX_LINES, too_many_lines
from cultivate.spreadsheets.table import Line, Table

_DELIMITERS = ",\t;|"
_SAMPLE_LINES = 20
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_LONGEST_CELL = 1_000_000
# a note of two lines may hold a comma
_FEWEST_MARKS = 2


def read(content: bytes) -> list[Table]:
    """One table; a line is a record: a cell with a line break inside is in one row, as in Excel."""
    text = decode(content)
    csv.field_size_limit(_LONGEST_CELL)
    delimiter = _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        lines = [
            Line(number, [unescape(cell) for cell in record[:MAX_COLUMNS]])
            for number, record in enumerate(islice(reader, MAX_LINES + 1), start=1)
        ]
    except csv.Error as error:
        raise FileUnreadable(
            N_("The file is damaged: its lines cannot be told apart."), field="file"
        ) from error
    if len(lines) > MAX_LINES:
        raise too_many_lines()
    _refuse_swallowed(lines, delimiter)
    return [Table("", lines)]


def decode(content: bytes) -> str:
    """Byte order mark, else strict UTF-8, else GB18030; what is none of them is no text."""
    encodings = ["utf-8-sig", "gb18030"]
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _is_noise(text):
            return text
    raise FileUnreadable(N_("The file is no text in UTF-8 or GB18030."), field="file")


def unescape(cell: str) -> Cell:
    """Take off the apostrophe that our own export puts before a text that looks like a formula."""
    if cell.startswith("'") and cell[1:].startswith(_FORMULA_STARTS):
        return cell[1:]
    return cell


def _refuse_swallowed(lines: Sequence[Line], delimiter: str) -> None:
    """A quotation mark that is never closed takes whole lines into one cell: firms would be missed in silence."""
    width = max((len(line.cells) for line in lines[:_SAMPLE_LINES]), default=0)
    enough = max(width - 1, _FEWEST_MARKS)
    for line in lines:
        for cell in filter(_has_lines, line.cells):
            if any(part.count(delimiter) >= enough for part in str(cell).splitlines()):
                raise FileUnreadable(
                    N_(
                        "In row %(row)s a quotation mark is opened and not closed, so the lines behind it cannot be "
                        "told apart. Close it or take it out, and upload the file again."
                    ),
                    field="file",
                    row=line.number,
                )


def _has_lines(cell: Cell) -> bool:
    return isinstance(cell, str) and "\n" in cell


def _is_noise(text: str) -> bool:
    controls = sum(1 for character in text[:10_000] if character < " " and character not in "\r\n\t\f\v")
    return controls * 50 > len(text[:10_000])


def _delimiter(text: str) -> str:
    """The mark that stands most evenly in the first lines; a comma where none does."""
    lines = [line for line in islice(io.StringIO(text), _SAMPLE_LINES) if line.strip()]
    counts = {mark: sorted(line.count(mark) for line in lines) for mark in _DELIMITERS}
    best = max(_DELIMITERS, key=lambda mark: counts[mark][len(lines) // 2] if lines else 0)
    return best if lines and counts[best][-1] else ","
