"""A person says which sheet, which header and which columns: looking at the file, and reading it anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, cast, or_, select, update
from sqlalchemy.orm import Session

from cultivate.domain.actor import Actor
from cultivate.domain.values import text_of
from cultivate.errors import N_, Invalid, NotFound
from cultivate.models import ImportBatch, ImportRow
from cultivate.queries import imports
from cultivate.queries.imports import BatchRow
from cultivate.services import audit
from cultivate.services.imports import layouts
from cultivate.services.imports.batches import batch_for_update
from cultivate.services.imports.intake import (
    BY_HAND,
    BY_TITLES,
    Taken,
    Upload,
    open_file,
    read_by_hand,
    read_or_ask,
)
from cultivate.services.imports.options import ImportOptions
from cultivate.services.imports.recognise import recognisers
from cultivate.services.imports.rows import refresh
from cultivate.services.imports.upload import MAPPING, WAITING, clear_rows, fill
from cultivate.services.imports.verdict import accepted_of
from cultivate.spreadsheets import Reading, Table
from cultivate.spreadsheets.guess import is_numeric
from cultivate.spreadsheets.reading import Found, find, said_twice
from cultivate.spreadsheets.titles import split_key
from cultivate.spreadsheets.wanted import WANTED

LINES_SHOWN = 12
HEADERS_OFFERED = 40
SAMPLES = 3
WIDEST = 60

TITLE, CONTENT, HAND = "title", "content", "hand"


@dataclass(frozen=True, slots=True)
class SheetChoice:
    """A sheet to choose."""

    position: int
    name: str
    lines: int
    hidden: bool


@dataclass(frozen=True, slots=True)
class ColumnView:
    """A column of the file with what it is taken for; ``basis`` says why."""

    index: int
    heading: str
    key: str
    basis: str | None
    numeric: bool
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileView:
    """The file as far as a person needs it to say what its columns are."""

    batch: BatchRow
    sheets: tuple[SheetChoice, ...]
    sheet: int
    header_row: int
    headers: tuple[tuple[int, str], ...]
    """Rows that may be the header, with what stands in them."""
    columns: tuple[ColumnView, ...]
    lines: tuple[tuple[int, bool, tuple[str, ...]], ...]
    """The first rows as they are: number, whether of the header, cells."""
    missing: str | None
    twice: tuple[str, ...]


def look(
    session: Session, actor: Actor, batch_id: int, sheet: int | None = None, header_row: int | None = None
) -> FileView:
    """The file of a waiting import, with another sheet or header if that is asked for. Writes nothing."""
    batch = imports.get_batch(session, actor, batch_id)
    content = imports.file_of(session, actor, batch_id)
    if batch.status not in WAITING or not content:
        raise NotFound
    tables = open_file(Upload(batch.kind, batch.file_name, content, ImportOptions()))
    kept = _kept(batch, sheet, header_row)
    found = find(tables, batch.kind, kept or Reading(sheet, header_row), recognisers(session))
    by_hand = batch.options.get("reading", {}).get("source") != BY_TITLES if kept else False
    columns = tuple(_column(found, batch.kind, index, by_hand=by_hand) for index in _filled(found))
    fields = {split_key(column.key)[0] for column in columns if column.key}
    return FileView(
        batch=batch,
        sheets=tuple(
            SheetChoice(position, table.name, len(table.lines), table.hidden)
            for position, table in enumerate(tables)
        ),
        sheet=found.position,
        header_row=found.header.number,
        headers=_headers(found.table),
        columns=columns,
        lines=_lines(found, columns),
        missing=_missing(fields, batch.kind),
        twice=() if by_hand else tuple(said_twice(found.table, found.header.columns, batch.kind)),
    )


def read_again(session: Session, actor: Actor, batch_id: int, reading: Reading | None) -> Taken:
    """The file read as a person says, or by its titles (``None``), its rows judged anew. Writes nothing.

    What was decided about rows is told them by ``remap``. Raises ``Invalid`` for columns that cannot be,
    ``NoKnownColumn`` where no firm can be told.
    """
    batch = session.scalar(select(ImportBatch).where(ImportBatch.id == batch_id, imports.visible(actor)))
    if batch is None:
        raise NotFound
    _refuse_closed(batch)
    options = ImportOptions.of_batch(batch.options, batch.track, batch.issued_on)
    upload = Upload(batch.kind, batch.file_name, batch.content, options)
    if reading is None:
        return read_or_ask(session, actor, upload, open_file(upload), by_memory=False)
    _check(reading.columns, batch.kind)
    return read_by_hand(session, actor, upload, reading)


def remap(session: Session, actor: Actor, batch_id: int, taken: Taken) -> None:
    """Give the import what was read again; what a person said of rows stays with those that say the same.

    Columns set by hand are remembered for the layout; where it is read by titles, they are forgotten.
    """
    batch = batch_for_update(session, actor, batch_id)
    _refuse_closed(batch)
    decided = _decided(session, batch)
    if taken.how.get("source") != BY_HAND:
        layouts.forget(session, batch.kind, batch.signature)
    _refill(session, batch, taken)
    if _keep_decisions(session, batch, decided):
        refresh(session, actor, batch)
    if taken.sheet is not None and taken.how["source"] == BY_HAND:
        columns = {column.index: column.key or "" for column in taken.sheet.columns}
        layouts.remember(session, actor, batch.kind, taken.sheet.signature, columns)
    audit.note(session, actor, "map", "import", batch.id, columns=dict(batch.columns))


def _refuse_closed(batch: ImportBatch) -> None:
    if batch.status not in WAITING:
        raise Invalid(N_("This import is not open any more. Upload the file again."), code="not-open")


def _refill(session: Session, batch: ImportBatch, taken: Taken) -> None:
    clear_rows(session, batch)
    batch.status = MAPPING
    batch.signature, batch.columns, batch.counts = "", {}, {}
    batch.options = {key: value for key, value in batch.options.items() if key != "reading"}
    fill(session, batch, taken)


def _check(columns: Mapping[int, str], kind: str) -> None:
    """Only what the kind reads, and each once."""
    keys = [key for key in columns.values() if key]
    for key in keys:
        if split_key(key)[0] not in WANTED[kind].fields:
            raise Invalid(N_("There is no such column here: %(key)s."), field="columns", key=key)
    if len(set(keys)) < len(keys):
        message = N_("Two columns are said to be the same. Leave one of them out.")
        raise Invalid(message, field="columns", code="column-twice")


def _decided(session: Session, batch: ImportBatch) -> dict[tuple[str, str], ImportRow]:
    """Rows of which somebody said something, by what the file says of the firm."""
    rows = session.scalars(
        select(ImportRow)
        .where(
            ImportRow.batch_id == batch.id,
            or_(ImportRow.decision.is_not(None), cast(ImportRow.given, String) != "{}"),
        )
        .order_by(ImportRow.number)
    ).all()
    found = {}
    for row in rows:
        session.expunge(row)
        read = {key: change["before"] for key, change in accepted_of(row.given).items()}
        found[_key(row.values | read)] = row
    return found


def _key(cells: Mapping[str, str]) -> tuple[str, str]:
    return cells.get("name", ""), cells.get("uscc", "")


def _keep_decisions(
    session: Session, batch: ImportBatch, decided: Mapping[tuple[str, str], ImportRow]
) -> bool:
    """What was said of a row goes over to the one that says the same, with who said it; whether there was any."""
    if not decided:
        return False
    rows = session.execute(
        select(ImportRow.id, ImportRow.values).where(ImportRow.batch_id == batch.id).order_by(ImportRow.id)
    )
    kept = False
    for row_id, values in rows.all():
        before = decided.get(_key(values))
        if before is not None:
            kept = True
            accepted = {key: change["after"] for key, change in accepted_of(before.given).items()}
            session.execute(
                update(ImportRow)
                .where(ImportRow.id == row_id)
                .values(
                    {
                        ImportRow.values: values | accepted,
                        ImportRow.decision: before.decision,
                        ImportRow.firm_id: before.firm_id,
                        ImportRow.decided_by_id: before.decided_by_id,
                        ImportRow.decided_at: before.decided_at,
                        ImportRow.given: before.given,
                        ImportRow.remembered: before.remembered,
                    }
                )
            )
    return kept


def _kept(batch: BatchRow, sheet: int | None, header_row: int | None) -> Reading | None:
    """How the batch was read, unless another sheet or header is asked for."""
    how: Mapping[str, Any] = batch.options.get("reading", {})
    if not how or (sheet, header_row) not in {(None, None), (how["sheet"], how["header_row"])}:
        return None
    return Reading(
        how["sheet"], how["header_row"], {int(index): key for index, key in how["columns"].items()}
    )


def _filled(found: Found) -> list[int]:
    """Columns with a title or something below it."""
    lines = found.table.lines[max(found.header.first, 0) : found.header.last + 1 + HEADERS_OFFERED * 5]
    return [
        column.index
        for column in found.header.columns
        if column.heading
        or any(column.index < len(line.cells) and text_of(line.cells[column.index]) for line in lines)
    ]


def _column(found: Found, kind: str, index: int, *, by_hand: bool) -> ColumnView:
    column = found.header.columns[index]
    key = column.key if column.field in WANTED[kind].fields else None
    basis: str | None = (HAND if by_hand else TITLE) if key else None
    if key is None and not by_hand and index in found.guesses:
        key, basis = found.guesses[index], CONTENT
    return ColumnView(
        index,
        column.heading,
        key or "",
        basis,
        numeric=key is None and is_numeric(found.header, found.table, index),
        samples=_samples(found, index),
    )


def _samples(found: Found, index: int) -> tuple[str, ...]:
    texts: dict[str, None] = {}
    for line in found.table.lines[found.header.last + 1 :][: LINES_SHOWN * 4]:
        text = text_of(line.cells[index]) if index < len(line.cells) else ""
        if text:
            texts.setdefault(text[:WIDEST])
        if len(texts) == SAMPLES:
            break
    return tuple(texts)


def _headers(table: Table) -> tuple[tuple[int, str], ...]:
    choices = []
    for line in table.lines[:HEADERS_OFFERED]:
        texts = list(dict.fromkeys(text for cell in line.cells if (text := text_of(cell))))
        if texts and line.number:
            choices.append((line.number, " · ".join(texts)[:WIDEST]))
    return tuple(choices)


def _lines(found: Found, columns: Sequence[ColumnView]) -> tuple[tuple[int, bool, tuple[str, ...]], ...]:
    header = range(found.header.first, found.header.last + 1)
    last = max(found.header.last + 1, 0) + LINES_SHOWN
    first = max(0, min(found.header.first - 3, last - LINES_SHOWN)) if found.header.first > 0 else 0
    return tuple(
        (
            line.number,
            position in header,
            tuple(
                text_of(line.cells[column.index])[:WIDEST] if column.index < len(line.cells) else ""
                for column in columns
            ),
        )
        for position, line in enumerate(found.table.lines[:last])
        if position >= first
    )


def _missing(fields: set[str | None], kind: str) -> str | None:
    return next((message for needed, message in WANTED[kind].needed if not needed & fields), None)
