"""What a layout is known again by: the titles of its header, wherever the header stands."""

import hashlib
from collections.abc import Iterator, Sequence

from cultivate.spreadsheets import titles
from cultivate.spreadsheets.header import Header, headings
from cultivate.spreadsheets.table import Line, Table

_SEARCHED_LINES = 60
_FEWEST_TITLES = 2


def signature(table: Table, header: Header) -> str:
    """Digest of the titles; empty for a table without a header: nothing tells it from others."""
    if header.first < 0:
        return ""
    return _digest(table.lines[header.first : header.last + 1])


def signatures(tables: Sequence[Table]) -> Iterator[tuple[str, int, int]]:
    """Digest, table and row number of every line, and pair of lines, that may be a header that was seen before."""
    for index, table in enumerate(tables):
        for position, line in enumerate(table.lines[:_SEARCHED_LINES]):
            yield _digest([line]), index, line.number
            if position + 1 < len(table.lines):
                below = table.lines[position + 1]
                yield _digest([line, below]), index, below.number


def _digest(lines: Sequence[Line]) -> str:
    folded = [titles.fold(text) for text in headings(lines)]
    if sum(1 for text in folded if text) < _FEWEST_TITLES:
        return ""
    return hashlib.sha256("\n".join(folded).encode()).hexdigest()
