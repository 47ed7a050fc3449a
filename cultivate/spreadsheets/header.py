"""Finding the header of a table and what its columns mean."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from cultivate.domain.values import Cell, text_of
from cultivate.spreadsheets import titles
from cultivate.spreadsheets.table import Line, Table

_SEARCHED_LINES = 60
_DATA_LIKE = re.compile(r"^(?!20\d{2}(?:年度?)?$)[\d.,\-/]+$|[0-9a-z]{15,}")


@dataclass(frozen=True)
class Column:
    """A column of the table. ``index`` counts from 0; ``field`` is ``None`` where the title is not known."""

    index: int
    title: str
    field: str | None = None
    year: int | None = None
    unit: str | None = None
    heading: str = ""
    """All that stands above the column, both lines of a header of two."""

    @property
    def key(self) -> str | None:
        """The name of the cell in a row: the field, with its year where it has one (``sales_2024``)."""
        return f"{self.field}_{self.year}" if self.year else self.field


@dataclass(frozen=True)
class Header:
    """Where the header stands (``first`` and ``last`` position among the table's lines) and what it says."""

    first: int
    last: int
    number: int
    columns: tuple[Column, ...]

    def index_of(self, field: str) -> int | None:
        """The column that holds a field, if any."""
        return next((column.index for column in self.columns if column.field == field), None)

    @property
    def fields(self) -> frozenset[str]:
        """Keys of the known columns."""
        return frozenset(column.key for column in self.columns if column.key)

    @property
    def identifies(self) -> bool:
        """Whether a firm can be told from the columns."""
        return not {"name", "uscc", "code_or_number"}.isdisjoint(self.fields)


def find_header(table: Table, kind: str = "firms") -> Header | None:
    """The line, or pair of lines, in which most columns are known; the first of equals."""
    best: Header | None = None
    for position, line in enumerate(table.lines[:_SEARCHED_LINES]):
        for candidate in _candidates(table.lines, position, line, kind):
            if candidate.fields and (best is None or _rank(candidate) > _rank(best)):
                best = candidate
    return _with_unit(_with_upper_line(best, table), table) if best else None


def header_at(table: Table, number: int, kind: str) -> Header:
    """The header that ends in the row of that number, because a person says so; 0: the table has none."""
    position = next((at for at, line in enumerate(table.lines) if line.number == number and number), None)
    if position is None:
        widest = max((len(line.cells) for line in table.lines), default=0)
        return Header(-1, -1, 0, tuple(Column(index, "") for index in range(widest)))
    found = _candidates(table.lines, position, table.lines[position], kind)[:1]
    if position:
        found += _candidates(table.lines, position - 1, table.lines[position - 1], kind)[1:]
    return _with_unit(_with_upper_line(max(found, key=_rank), table), table)


def with_columns(header: Header, table: Table, keys: Mapping[int, str]) -> Header:
    """The header with columns meaning what a person says: a key by index; an empty one leaves the column out."""
    columns = (
        _meaning(column, keys[column.index]) if column.index in keys else column for column in header.columns
    )
    return _with_unit(replace(header, columns=tuple(columns)), table)


def _meaning(column: Column, key: str) -> Column:
    field, year = titles.split_key(key)
    unit = titles.unit_in(column.heading) if field and titles.is_money(field) else None
    return replace(column, field=field, year=year, unit=unit)


def headings(lines: Sequence[Line]) -> tuple[str, ...]:
    """What stands above each column in the lines of a header; an upper title spans the empty cells to its right."""
    if len(lines) == 1:
        found = [text_of(cell) for cell in lines[0].cells]
    else:
        found = [_heading(*pair) for pair in _spanned(lines[0].cells, lines[1].cells)]
    while found and not found[-1]:
        found.pop()
    return tuple(found)


def _heading(above: str, below: str, _own: str) -> str:
    return below if above == below else f"{above} {below}".strip()


def _with_upper_line(header: Header, table: Table) -> Header:
    """Count the line above to the header if a title is merged down from it."""
    if not header.first:
        return header
    upper, lower = table.lines[header.first - 1].cells, table.lines[header.first].cells
    merged = any(text_of(above) and above == below for above, below in zip(upper, lower, strict=False))
    return _titled(replace(header, first=header.first - 1), table.lines) if merged else header


def _titled(header: Header, lines: Sequence[Line]) -> Header:
    """The header with all that stands above each column."""
    above = headings(lines[header.first : header.last + 1])
    columns = tuple(
        replace(column, heading=above[column.index] if column.index < len(above) else "")
        for column in header.columns
    )
    return replace(header, columns=columns)


def _rank(header: Header) -> tuple[bool, int, int]:
    """One line is better than two that say no more: the upper would be a title or a heading."""
    return header.identifies, len(header.fields), header.first - header.last


def _candidates(lines: Sequence[Line], position: int, line: Line, kind: str) -> list[Header]:
    own = [[text_of(cell)] for cell in line.cells]
    found = [_titled(Header(position, position, line.number, _columns(own, kind)), lines)]
    if position + 1 < len(lines) and _may_be_titles(lines[position + 1]):
        below = lines[position + 1]
        pairs = _pairs(line.cells, below.cells)
        header = Header(position, position + 1, below.number, _columns(pairs, kind))
        found.append(_titled(header, lines))
    return found


def _may_be_titles(line: Line) -> bool:
    texts = [titles.fold(cell) for cell in line.cells if text_of(cell)]
    return bool(texts) and not any(_DATA_LIKE.search(text) for text in texts)


def _pairs(upper: Sequence[Cell], lower: Sequence[Cell]) -> list[list[str]]:
    """The ways to read two title cells above each other: the lower, both together, the upper.

    An upper title spans the empty cells to its right, as a merged one does.
    """
    pairs = []
    for spanning, below, above in _spanned(upper, lower):
        readings = [below, spanning + below, below + spanning] if below != spanning else []
        pairs.append([*readings, above])
    return pairs


def _spanned(upper: Sequence[Cell], lower: Sequence[Cell]) -> Iterator[tuple[str, str, str]]:
    """For each column the upper title that spans it, the lower one, and the upper cell itself."""
    spanning = ""
    for index in range(max(len(upper), len(lower))):
        above = text_of(upper[index]) if index < len(upper) else ""
        below = text_of(lower[index]) if index < len(lower) else ""
        spanning = above or (spanning if below else "")
        yield spanning, below, above


def _columns(readings: list[list[str]], kind: str) -> tuple[Column, ...]:
    """Columns with the first reading that is known; of two with one meaning the first counts."""
    columns: list[Column] = []
    taken: set[tuple[str, int | None]] = set()
    for index, texts in enumerate(readings):
        column = Column(index, next((text for text in texts if text), ""))
        for text in texts:
            meaning = titles.understand(titles.fold(text), kind)
            if meaning and (meaning.field, meaning.year) not in taken:
                taken.add((meaning.field, meaning.year))
                column = Column(index, text, meaning.field, meaning.year, meaning.unit)
                break
        columns.append(column)
    return tuple(columns)


def columns_of(line: Line, kind: str) -> tuple[Column, ...]:
    """The columns of a header of one line."""
    return _columns([[text_of(cell)] for cell in line.cells], kind)


def _with_unit(header: Header, table: Table) -> Header:
    """Give amounts without a unit of their own the one that a line above the table sets."""
    above = [text_of(cell) for line in table.lines[: header.first] for cell in line.cells]
    unit = next((found for text in above if (found := titles.unit_note(text))), None)
    columns = tuple(
        replace(column, unit=unit)
        if column.field and titles.is_money(column.field) and not column.unit
        else column
        for column in header.columns
    )
    return replace(header, columns=columns)
