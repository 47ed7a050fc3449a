"""Taking a file in: it is read, every row is judged, and the preview waits for somebody to commit it."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any, cast

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain.actor import Actor
from cultivate.domain.values import text_of
from cultivate.errors import N_, FileUnreadable, Invalid
from cultivate.models import ImportBatch, ImportRow
from cultivate.services import audit
from cultivate.services.imports.batches import batch_for_update
from cultivate.services.imports.judging import judge
from cultivate.services.imports.options import ImportOptions, check
from cultivate.services.imports.verdict import OUTCOMES, InputRow, Verdict
from cultivate.spreadsheets import Kind, RawRow, Sheet, load

_LONGEST_FILE_NAME = 255
_LONGEST_SHEET_NAME = 120


def preview(
    session: Session, actor: Actor, kind: str, filename: str, content: bytes, options: ImportOptions
) -> int:
    """Read a file and keep it with a verdict per row; returns the batch's id. The register is not touched.

    Raises ``FileUnreadable`` or ``NoKnownColumn`` with a message for the person, ``Invalid`` for the options.
    """
    return read_in(session, actor, kind, filename, content, options)[0].id


def read_in(
    session: Session, actor: Actor, kind: str, filename: str, content: bytes, options: ImportOptions
) -> tuple[ImportBatch, list[Verdict]]:
    """The preview with its verdicts, for who carries it out in the same breath."""
    check(session, actor, kind, options)
    sheet = load(content, filename, cast(Kind, kind))
    if not sheet.rows:
        raise FileUnreadable(N_("There are columns in the file, but no row of data."), field="file")
    rows = [InputRow(row.number, _cells(row)) for row in sheet.rows]
    verdicts = judge(session, actor, kind, options, rows)
    batch = _batch(actor, kind, filename, content, options, sheet)
    batch.counts = count(kind, verdicts)
    session.add(batch)
    session.flush()
    # render_nulls: one statement, not one for each change between rows with a firm and rows without
    statement = insert(ImportRow).execution_options(render_nulls=True)
    session.execute(statement, list(_records(batch.id, rows, verdicts)))
    return batch, verdicts


def drop(session: Session, actor: Actor, batch_id: int) -> None:
    """Give a preview up: its file and rows go, that it was there stays."""
    batch = batch_for_update(session, actor, batch_id)
    if batch.status != "preview":
        raise Invalid(
            N_("Only a preview can be dropped; an import that was done can be undone."), code="not-open"
        )
    session.execute(delete(ImportRow).where(ImportRow.batch_id == batch.id))
    batch.status = "dropped"
    batch.content = b""
    session.flush()
    audit.note(session, actor, "drop", "import", batch.id, file=batch.file_name)


def count(kind: str, verdicts: Iterable[Verdict]) -> dict[str, int]:
    """How many rows of each outcome; they add up to ``rows``."""
    found = Counter(verdict.outcome for verdict in verdicts)
    return {"rows": found.total(), **{outcome: found[outcome] for outcome in OUTCOMES[kind]}}


def _batch(
    actor: Actor, kind: str, filename: str, content: bytes, options: ImportOptions, sheet: Sheet
) -> ImportBatch:
    return ImportBatch(
        kind=kind,
        status="preview",
        file_name=_plain_name(filename),
        digest=hashlib.sha256(content).hexdigest(),
        content=content,
        options=options.as_json(),
        sheet=sheet.name[:_LONGEST_SHEET_NAME],
        header_row=sheet.header_row,
        columns={column.key: column.title for column in sheet.columns if column.key},
        track=options.track,
        issued_on=options.issued_on,
        by_id=actor.user_id,
        created_at=clock.now(),
    )


def _plain_name(filename: str) -> str:
    """The last part of a path of either kind; control characters are nothing to print or to store."""
    name = PureWindowsPath(PurePosixPath(filename).name).name
    return "".join(c for c in name if c.isprintable())[-_LONGEST_FILE_NAME:] or "—"


def _cells(row: RawRow) -> dict[str, str]:
    """Cells that say something, as texts; a day in ISO form reads the same as the day itself.

    NUL is a character to Python and an error to PostgreSQL; ``text_of`` has taken it out.
    """
    texts = {key: text for key, cell in row.cells.items() if (text := text_of(cell))}
    return texts | ({"region": row.region} if row.region else {})


def _records(
    batch_id: int, rows: Iterable[InputRow], verdicts: Iterable[Verdict]
) -> Iterable[dict[str, Any]]:
    for row, verdict in zip(rows, verdicts, strict=True):
        yield {
            "batch_id": batch_id,
            "number": row.number,
            "outcome": verdict.outcome,
            "firm_id": verdict.firm_id,
            "values": dict(row.cells),
            "problems": verdict.problems,
            "changes": verdict.changes,
        }
