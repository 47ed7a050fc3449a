"""Reading a file and judging its rows; nothing is written here.

How a file is read: as a person says; else as somebody set the columns of this layout before; else by the titles.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from cultivate.domain.actor import Actor
from cultivate.domain.values import text_of
from cultivate.errors import N_, FileUnreadable, NoKnownColumn
from cultivate.services import long_work
from cultivate.services.imports.kinds import get_kind
from cultivate.services.imports.layouts import recall
from cultivate.services.imports.options import ImportOptions
from cultivate.services.imports.recognise import recognisers
from cultivate.services.imports.verdict import InputRow, Verdict
from cultivate.spreadsheets import RawRow, Reading, Sheet, Table, interpret, read_tables
from cultivate.spreadsheets.reading import promises, said_twice

BY_HAND, BY_LAYOUT, BY_TITLES = "hand", "layout", "titles"
_MOST_LEFT_OUT = 40


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came, with what the uploader says of it."""

    kind: str
    filename: str
    content: bytes
    options: ImportOptions


@dataclass(slots=True)
class Taken:
    """A file that was read and judged. Without a sheet a person must first say which columns are which."""

    upload: Upload
    sheet: Sheet | None = None
    how: dict[str, Any] = field(default_factory=dict)
    """How it was read, as it is kept with the batch."""
    rows: list[InputRow] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)


@long_work.seldom_collecting()
def open_file(upload: Upload) -> list[Table]:
    """The tables of the file; asks the database nothing. Raises ``FileUnreadable``."""
    long_work.say(long_work.READING)
    return read_tables(upload.content, upload.filename)


def check_upload(session: Session, actor: Actor, upload: Upload) -> None:
    """Whether this person may import that, with these options."""
    kind = get_kind(upload.kind)
    actor.require(kind.act)
    kind.check_options(session, actor, upload.options)


def read(session: Session, actor: Actor, upload: Upload, tables: Sequence[Table]) -> Taken:
    """Rows with their verdicts; the tables are emptied.

    Raises ``FileUnreadable`` or ``NoKnownColumn`` with a message for the person.
    """
    check_upload(session, actor, upload)
    sheet, how = _recalled(session, upload, tables) or (interpret(tables, upload.kind), {"source": BY_TITLES})
    _let_go(tables)
    return judged(session, actor, upload, sheet, how)


def read_or_ask(
    session: Session, actor: Actor, upload: Upload, tables: Sequence[Table], *, by_memory: bool = True
) -> Taken:
    """As ``read``; but where the columns are not known, or not beyond doubt, a person is asked.

    A file of which neither a title nor the content says anything is no list: it is refused as ``read`` does.
    """
    check_upload(session, actor, upload)
    found = _recalled(session, upload, tables) if by_memory else None
    if found is None:
        try:
            sheet = interpret(tables, upload.kind)
        except NoKnownColumn:
            if not promises(tables, upload.kind, recognisers(session)):
                raise
            return Taken(upload)
        if said_twice(tables[sheet.position], sheet.columns, upload.kind):
            return Taken(upload)
        found = sheet, {"source": BY_TITLES}
    _let_go(tables)
    return judged(session, actor, upload, *found)


def read_by_hand(session: Session, actor: Actor, upload: Upload, reading: Reading) -> Taken:
    """As a person set sheet, header and columns."""
    sheet = interpret(open_file(upload), upload.kind, reading)
    return judged(session, actor, upload, sheet, {"source": BY_HAND})


@long_work.seldom_collecting()
def judged(session: Session, actor: Actor, upload: Upload, sheet: Sheet, how: Mapping[str, Any]) -> Taken:
    """Every row with its verdict; the sheet keeps its columns and gives its rows away."""
    if not sheet.rows:
        raise FileUnreadable(N_("There are columns in the file, but no row of data."), field="file")
    rows = [InputRow(row.number, _cells(row)) for row in sheet.rows]
    # a hundred thousand rows are kept once, not in each form that they pass through
    sheet.rows.clear()
    long_work.say(long_work.CHECKING, 0, len(rows))
    verdicts = get_kind(upload.kind).judge(session, actor, upload.options, rows)
    return Taken(upload, sheet, dict(how) | _read_as(sheet), rows, verdicts)


def _let_go(tables: Sequence[Table]) -> None:
    """Give the memory of a large file back: its rows have been taken out of it."""
    for table in tables:
        table.lines.clear()


def _recalled(
    session: Session, upload: Upload, tables: Sequence[Table]
) -> tuple[Sheet, dict[str, Any]] | None:
    """By the memory of the layout, unless it no longer fits."""
    remembered = recall(session, upload.kind, tables)
    if remembered is None:
        return None
    try:
        sheet = interpret(tables, upload.kind, remembered.reading)
    except NoKnownColumn:
        return None
    return sheet, {"source": BY_LAYOUT, "by": remembered.by, "at": remembered.at.isoformat()}


def _read_as(sheet: Sheet) -> dict[str, Any]:
    return {
        "sheet": sheet.position,
        "header_row": sheet.header_row,
        "columns": {str(column.index): column.key or "" for column in sheet.columns},
        "left_out": [column.heading[:60] for column in sheet.left_out][:_MOST_LEFT_OUT],
        "notes": [{"msgid": note.msgid, "params": dict(note.params)} for note in sheet.notes],
    }


def _cells(row: RawRow) -> dict[str, str]:
    """Cells that say something, as texts; a day in ISO form reads the same as the day itself.

    NUL is a character to Python and an error to PostgreSQL; ``text_of`` has taken it out.
    """
    texts = {key: text for key, cell in row.cells.items() if (text := text_of(cell))}
    return texts | ({"region": row.region} if row.region else {})
