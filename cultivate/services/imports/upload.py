"""Keeping a file with a verdict per row: the preview that waits for somebody to commit it."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.db import bulk
from cultivate.domain.actor import Actor
from cultivate.errors import N_, Invalid
from cultivate.models import ImportBatch, ImportRow
from cultivate.services import audit, long_work
from cultivate.services.imports.batches import batch_for_update
from cultivate.services.imports.intake import Taken, Upload, open_file, read
from cultivate.services.imports.kinds import OUTCOMES
from cultivate.services.imports.options import ImportOptions
from cultivate.services.imports.verdict import Verdict

MAPPING, PREVIEW = "mapping", "preview"
#: states in which an import waits for its owner
WAITING = frozenset({MAPPING, PREVIEW})
_LONGEST_FILE_NAME = 255
_LONGEST_SHEET_NAME = 120


def preview(
    session: Session, actor: Actor, kind: str, filename: str, content: bytes, options: ImportOptions
) -> int:
    """Read a file and keep it with a verdict per row; returns the batch's id. The register is not touched.

    Raises ``FileUnreadable`` or ``NoKnownColumn`` with a message for the person, ``Invalid`` for the options.
    """
    upload = Upload(kind, filename, content, options)
    return keep(session, actor, read(session, actor, upload, open_file(upload))).id


def keep(session: Session, actor: Actor, taken: Taken) -> ImportBatch:
    """A batch for what was read: a preview with its rows, or waiting for a person to say its columns."""
    upload = taken.upload
    batch = ImportBatch(
        kind=upload.kind,
        status=MAPPING,
        file_name=_plain_name(upload.filename),
        digest=hashlib.sha256(upload.content).hexdigest(),
        content=upload.content,
        options=upload.options.as_json(),
        track=upload.options.track,
        issued_on=upload.options.issued_on,
        by_id=actor.user_id,
        created_at=clock.now(),
    )
    session.add(batch)
    fill(session, batch, taken)
    return batch


@long_work.seldom_collecting()
def fill(session: Session, batch: ImportBatch, taken: Taken) -> None:
    """Give the batch the rows that were read, and say in it how they were."""
    sheet = taken.sheet
    if sheet is not None:
        batch.status = PREVIEW
        batch.sheet = sheet.name[:_LONGEST_SHEET_NAME]
        batch.header_row = sheet.header_row
        batch.signature = sheet.signature
        batch.columns = {column.key: column.title for column in sheet.columns if column.key}
        batch.options = {**batch.options, "reading": taken.how}
        batch.counts = count(batch.kind, taken.verdicts)
    session.flush()
    if taken.rows:
        verdicts = taken.verdicts
        columns: dict[str, list[Any]] = {
            "number": [row.number for row in taken.rows],
            "outcome": [verdict.outcome for verdict in verdicts],
            "firm_id": [verdict.firm_id for verdict in verdicts],
            "values": [row.cells for row in taken.rows],
            "problems": [verdict.problems for verdict in verdicts],
            "changes": [verdict.changes for verdict in verdicts],
        }
        bulk.add(session, ImportRow, columns, {"batch_id": batch.id})


def drop(session: Session, actor: Actor, batch_id: int) -> None:
    """Give a preview up: its file and rows go, that it was there stays."""
    batch = batch_for_update(session, actor, batch_id)
    if batch.status not in WAITING:
        raise Invalid(
            N_("Only a preview can be dropped; an import that was done can be undone."), code="not-open"
        )
    clear_rows(session, batch)
    batch.status = "dropped"
    batch.content = b""
    session.flush()
    audit.note(session, actor, "drop", "import", batch.id, file=batch.file_name)


def clear_rows(session: Session, batch: ImportBatch) -> None:
    """Take the rows of a preview away."""
    session.execute(delete(ImportRow).where(ImportRow.batch_id == batch.id))


def count(kind: str, verdicts: Iterable[Verdict]) -> dict[str, int]:
    """How many rows of each outcome; they add up to ``rows``."""
    found = Counter(verdict.outcome for verdict in verdicts)
    return {"rows": found.total(), **{outcome: found[outcome] for outcome in OUTCOMES[kind]}}


def _plain_name(filename: str) -> str:
    """The last part of a path of either kind; control characters are nothing to print or to store."""
    name = PureWindowsPath(PurePosixPath(filename).name).name
    return "".join(c for c in name if c.isprintable())[-_LONGEST_FILE_NAME:] or "—"
