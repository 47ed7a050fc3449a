"""Taking a remembered decision back: "ask me again"."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate.domain.actor import Actor
from cultivate.domain.list_memory import asked_key, asked_name
from cultivate.domain.permissions import Act
from cultivate.errors import NotFound
from cultivate.models import ImportBatch, ImportRow
from cultivate.queries.imports import visible
from cultivate.services import audit
from cultivate.services.imports.batches import batch_for_update
from cultivate.services.imports.decide import recount
from cultivate.services.imports.kinds import get_kind
from cultivate.services.imports.options import ImportOptions
from cultivate.services.imports.verdict import (
    NOT_OURS,
    OURS,
    TO_DECIDE,
    UNMATCHED,
    InputRow,
    Verdict,
    without_decision,
)


def forget(session: Session, actor: Actor, row_id: int) -> int:
    """Forget what was decided for the name of this row on its track; returns how many lines are open again.

    Open again are lines that nothing was written for: those "not ours", and all of previews. A certificate
    that was recorded by "ours" stays; taking the import back takes it back.
    """
    actor.require(Act.IMPORT_LISTS)
    found = session.execute(
        select(ImportBatch.kind, ImportBatch.track, ImportRow.values)
        .join(ImportRow, ImportRow.batch_id == ImportBatch.id)
        .where(ImportRow.id == row_id, visible(actor))
    ).one_or_none()
    if found is None:
        raise NotFound
    kind, track, values = found
    key = asked_key(kind, values)
    opened = 0
    for batch_id, ids in _decided(session, track, key).items():
        batch = batch_for_update(session, actor, batch_id)
        rows = session.scalars(
            select(ImportRow)
            .where(ImportRow.id.in_(ids))
            .order_by(ImportRow.number)
            .execution_options(populate_existing=True)
        ).all()
        for row in rows:
            row.remembered = False
        session.flush()
        opened += _open_again(session, actor, batch, rows)
    audit.note(session, actor, "forget", "import", None, name=asked_name(kind, values), track=track)
    return opened


def _decided(session: Session, track: str | None, key: str) -> dict[int, list[int]]:
    """Rows by batch with a decision for the name that is remembered, in the order in which batches are locked."""
    rows = session.execute(
        select(ImportBatch.id, ImportBatch.kind, ImportRow.id, ImportRow.values)
        .join(ImportRow, ImportRow.batch_id == ImportBatch.id)
        .where(
            ImportBatch.track == track,
            ImportBatch.status.in_(["preview", "committed"]),
            ImportRow.decision.in_([OURS, NOT_OURS]),
            ImportRow.remembered,
        )
        .order_by(ImportBatch.id, ImportRow.number)
    )
    found: dict[int, list[int]] = {}
    for batch_id, kind, row_id, values in rows:
        if asked_key(kind, values) == key:
            found.setdefault(batch_id, []).append(row_id)
    return found


def _open_again(session: Session, actor: Actor, batch: ImportBatch, rows: Sequence[ImportRow]) -> int:
    again = [row for row in rows if batch.status == "preview" or row.decision == NOT_OURS]
    for row in again:
        row.decision = row.firm_id = row.decided_by_id = row.decided_at = None
        row.given = without_decision(row.given)
    session.flush()
    if not again:
        return 0
    options = ImportOptions.of_batch(batch.options, batch.track, batch.issued_on)
    asked = [InputRow(row.number, row.values) for row in again]
    for row, verdict in zip(again, get_kind(batch.kind).judge(session, actor, options, asked), strict=True):
        _keep(batch, row, verdict)
    session.flush()
    recount(session, batch)
    return sum(row.outcome == TO_DECIDE for row in again)


def _keep(batch: ImportBatch, row: ImportRow, verdict: Verdict) -> None:
    """In an import that was done nothing is written unasked: a firm that is certain by now is offered."""
    row.problems, row.changes = verdict.problems, verdict.changes
    row.outcome, row.firm_id = verdict.outcome, verdict.firm_id
    if batch.status == "committed" and verdict.outcome not in {TO_DECIDE, UNMATCHED}:
        row.outcome, row.firm_id = TO_DECIDE, None
        row.changes = [{"firm_id": verdict.firm_id}] if verdict.firm_id else []
