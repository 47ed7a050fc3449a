"""Reading a file's tables as found, or as a person (or the memory of one) says."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from cultivate.errors import N_, NoKnownColumn
from cultivate.spreadsheets import titles
from cultivate.spreadsheets.guess import guess_columns
from cultivate.spreadsheets.header import Column, Header, find_header, header_at, with_columns
from cultivate.spreadsheets.layout import signature
from cultivate.spreadsheets.rows import Note, RawRow, data_rows, resolve_codes
from cultivate.spreadsheets.table import Table
from cultivate.spreadsheets.wanted import WANTED

Recognisers = Mapping[str, Callable[[str], bool]]
"""Field -> whether a text is one of its values, for what only the register knows (streets, parks)."""

_SAMPLE = 200
_HEADER_LINES = 2
_FEW_LINES = 2
_HIDDEN_ROWS = N_("%(count)s rows are hidden in the file; they are read like the others.")
_HIDDEN_COLUMNS = N_("Columns hidden in the file are read like the others: %(titles)s.")
_OTHER_SHEETS = N_("Other sheets of the file were not read: %(sheets)s.")


@dataclass(frozen=True, slots=True)
class Reading:
    """What is said of how to read a file; ``None`` is left to be found.

    ``sheet`` counts the tables from 0; ``header_row`` is the number that the person sees, 0 for none;
    ``columns`` are keys by index from 0, an empty key leaves the column out.
    """

    sheet: int | None = None
    header_row: int | None = None
    columns: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sheet:
    """The list in a file; ``header_row`` as the person sees it, ``name`` empty without sheets."""

    name: str
    header_row: int
    columns: tuple[Column, ...]
    rows: list[RawRow]
    position: int = 0
    signature: str = ""
    notes: tuple[Note, ...] = ()

    def title_of(self, key: str) -> str | None:
        """The title in the file of the column with a key such as ``uscc`` or ``sales_2024``."""
        return next((column.title for column in self.columns if column.key == key), None)

    @property
    def left_out(self) -> list[Column]:
        """Columns with a title of which nothing was understood; the numbering is none."""
        return [column for column in self.columns if column.field is None and column.heading]


@dataclass(frozen=True, slots=True)
class Found:
    """A table with the header in it, columns guessed by title and, where that says nothing, by content."""

    position: int
    table: Table
    header: Header
    guesses: Mapping[int, str]
    """Keys by index that the content speaks for; not used unless a person agrees."""


def interpret(tables: Sequence[Table], kind: str, reading: Reading | None = None) -> Sheet:
    """The rows of the list. What is not said is found: the visible sheet that most is known of.

    Raises ``NoKnownColumn``.
    """
    reading = reading or Reading()
    if reading.sheet is not None and reading.sheet < len(tables):
        chosen = _sheet(tables, reading.sheet, _header(tables[reading.sheet], kind, reading), kind)
        _refuse_missing(chosen, kind)
        return chosen
    sheets = [
        _sheet(tables, position, header, kind)
        for position in visible(tables)
        if (header := find_header(tables[position], kind))
    ]
    if not sheets:
        raise NoKnownColumn(N_("No column of the file is known. Put the titles of the columns in one row."))
    identified = [sheet for sheet in sheets if missing(sheet.columns, kind) is None]
    if not identified:
        _refuse_missing(sheets[0], kind)
    best = max(identified, key=lambda sheet: (bool(sheet.rows), _known(sheet, kind), len(sheet.rows)))
    return _with_others(best, tables)


def find(tables: Sequence[Table], kind: str, reading: Reading, recognisers: Recognisers) -> Found:
    """Where the list seems to stand, for a person to look at; never refuses."""
    position = reading.sheet if reading.sheet is not None and reading.sheet < len(tables) else None
    if position is None:
        try:
            position = interpret(tables, kind).position
        except NoKnownColumn:
            position = max(visible(tables), key=lambda at: (len(tables[at].lines), -at))
    table = tables[position]
    header = resolve_codes(_header(table, kind, reading), table)
    return Found(position, table, header, guess_columns(header, table, kind, recognisers))


def promises(tables: Sequence[Table], kind: str, recognisers: Recognisers) -> bool:
    """Whether any title or any content speaks of what the kind reads."""
    wanted = WANTED[kind].fields
    found = [find(tables, kind, Reading(position), recognisers) for position in visible(tables)]
    return any(
        each.guesses or any(column.field in wanted for column in each.header.columns) for each in found
    )


def visible(tables: Sequence[Table]) -> list[int]:
    """Positions of the tables that are not hidden; of all where there is no other."""
    return [position for position, table in enumerate(tables) if not table.hidden] or list(range(len(tables)))


def missing(columns: Iterable[Column], kind: str) -> str | None:
    """What the list cannot do without and does not have, as an English msgid."""
    fields = {column.field for column in columns}
    return next((message for needed, message in WANTED[kind].needed if not needed & fields), None)


def said_twice(table: Table, columns: Sequence[Column], kind: str) -> list[str]:
    """Titles that mean what another column means already, of what the list cannot do without."""
    needed = frozenset[str]().union(*(fields for fields, _ in WANTED[kind].needed))
    codes = next((column for column in columns if column.field == "uscc"), None)
    found = []
    for column in columns:
        meaning = None if column.field else titles.understand(titles.fold(column.heading), kind)
        second_half = codes is not None and column.index == codes.index + 1 and column.title == codes.title
        if meaning and meaning.field in needed and not second_half and _is_filled(table, column.index):
            found.append(column.heading)
    return found


def _is_filled(table: Table, index: int) -> bool:
    """Whether something stands below the title."""
    lines = table.lines[:_SAMPLE]
    return sum(1 for line in lines if index < len(line.cells) and line.cells[index]) > _HEADER_LINES


def _header(table: Table, kind: str, reading: Reading) -> Header:
    """As said; else as found; else the first line that might be one."""
    found = header_at(table, reading.header_row, kind) if reading.header_row is not None else None
    found = found or find_header(table, kind) or header_at(table, _first_titles(table), kind)
    return with_columns(found, table, reading.columns)


def _first_titles(table: Table) -> int:
    """The first line with more than one text, by its number."""
    return next(
        (line.number for line in table.lines if sum(1 for cell in line.cells if cell) > 1),
        table.lines[0].number,
    )


def _sheet(tables: Sequence[Table], position: int, header: Header, kind: str) -> Sheet:
    table = tables[position]
    header = resolve_codes(header, table)
    notes: list[Note] = []
    rows = list(data_rows(header, table, kind, notes))
    notes += _hidden(table, header, rows)
    return Sheet(
        table.name, header.number, header.columns, rows, position, signature(table, header), tuple(notes)
    )


def _hidden(table: Table, header: Header, rows: Sequence[RawRow]) -> Iterable[Note]:
    count = sum(1 for row in rows if row.number in table.hidden_rows) if table.hidden_rows else 0
    if count:
        yield Note(_HIDDEN_ROWS, {"count": count})
    unseen = [column for column in header.columns if column.key and column.index in table.hidden_columns]
    if unseen:
        yield Note(_HIDDEN_COLUMNS, {"titles": "、".join(column.title for column in unseen)})


def _with_others(best: Sheet, tables: Sequence[Table]) -> Sheet:
    """The sheet with a word on the others that a person might have meant."""
    others = [
        tables[position].name
        for position in visible(tables)
        if position != best.position and tables[position].name and len(tables[position].lines) > _FEW_LINES
    ]
    if not others:
        return best
    note = Note(_OTHER_SHEETS, {"sheets": "、".join(others)})
    return replace(best, notes=(*best.notes, note))


def _refuse_missing(sheet: Sheet, kind: str) -> None:
    message = missing(sheet.columns, kind)
    if message is not None:
        raise NoKnownColumn(message)


def _known(sheet: Sheet, kind: str) -> int:
    """How many columns are known that matter for this kind of list."""
    return len({column.key for column in sheet.columns if column.field in WANTED[kind].fields})
