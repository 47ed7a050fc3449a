"""A person says whose a line of an official list is."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain.actor import Actor
from cultivate.errors import N_, Invalid, NotFound
from cultivate.models import ImportBatch, ImportRow
from cultivate.services import audit
from cultivate.services.imports.batches import batch_for_update
from cultivate.services.imports.check import check_list_row
from cultivate.services.imports.commit import certify
from cultivate.services.imports.options import LISTS
from cultivate.services.imports.verdict import MATCHED, NOT_OURS, OURS, OUTCOMES, TO_DECIDE, UNMATCHED
from cultivate.services.stages import firm_in_scope


def decide(
    session: Session, actor: Actor, batch_id: int, number: int, decision: str, firm_id: int | None = None
) -> None:
    """Keep the decision for the row: ``ours`` with the firm, or ``not_ours``; it is remembered for the name.

    In a preview the commit acts on it and it may be changed until then; in an import that was done the firm
    is certified at once. Raises ``Invalid`` when the row leaves nothing to decide or the firm has another row.
    """
    batch = batch_for_update(session, actor, batch_id)
    row = session.scalar(
        select(ImportRow)
        .where(ImportRow.batch_id == batch.id, ImportRow.number == number)
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound
    _check_open(batch, row)
    if decision == OURS:
        if firm_id is None:
            raise Invalid(N_("Choose the firm that the line speaks of."), field="firm", code="firm-missing")
        _check_free(session, batch, row, firm_in_scope(session, actor, firm_id).id)
    elif decision != NOT_OURS:
        raise Invalid(N_("Say whether the firm is ours or not."), field="decision", code="decision-unknown")
    row.decision = decision
    row.firm_id = firm_id if decision == OURS else None
    row.outcome = MATCHED if decision == OURS else UNMATCHED
    row.decided_by_id = actor.user_id
    row.decided_at = clock.now()
    session.flush()
    booked = _act(session, actor, batch, row)
    _recount(session, batch, booked)
    audit.note(
        session, actor, "decide", "import", batch.id, row=number, decision=decision, firm_id=row.firm_id
    )


def _check_open(batch: ImportBatch, row: ImportRow) -> None:
    undecided = row.outcome in {TO_DECIDE, UNMATCHED}
    changeable = batch.status == "preview" and row.decision is not None
    if batch.kind != LISTS or batch.status not in {"preview", "committed"} or not (undecided or changeable):
        raise Invalid(N_("There is nothing to decide about this row."), field="decision", code="not-open")


def _check_free(session: Session, batch: ImportBatch, row: ImportRow, firm_id: int) -> None:
    other = session.scalar(
        select(ImportRow.number)
        .where(
            ImportRow.batch_id == batch.id,
            ImportRow.firm_id == firm_id,
            ImportRow.id != row.id,
            ImportRow.outcome == MATCHED,
        )
        .order_by(ImportRow.number)
        .limit(1)
    )
    if other is not None:
        message = N_("Row %(row)s of this list is this firm already.")
        raise Invalid(message, field="firm", code="duplicate-row", row=other)


def _act(session: Session, actor: Actor, batch: ImportBatch, row: ImportRow) -> bool:
    """Certify at once where the list has been imported already."""
    if batch.status != "committed" or row.firm_id is None or batch.track is None or batch.issued_on is None:
        return False
    checked = check_list_row(row.values, batch.track, batch.issued_on, clock.today())
    return certify(session, actor, batch, row.firm_id, checked.entry)


def _recount(session: Session, batch: ImportBatch, booked: bool) -> None:  # noqa: FBT001 a count of one
    found = dict(
        session.execute(
            select(ImportRow.outcome, func.count())
            .where(ImportRow.batch_id == batch.id)
            .group_by(ImportRow.outcome)
        ).all()
    )
    counts = dict(batch.counts) | {outcome: found.get(outcome, 0) for outcome in OUTCOMES[batch.kind]}
    if "booked" in counts:
        counts["booked"] += int(booked)
    batch.counts = counts
    session.flush()
