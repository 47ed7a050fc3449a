"""What a person says of lines of a list is judged and written by the same two functions as the file itself."""

from collections.abc import Callable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate.domain.actor import Actor
from cultivate.errors import N_, Invalid
from cultivate.models import Firm, ImportBatch, ImportRow
from cultivate.services import ledger
from cultivate.services.imports.kind import Decided, Judge, Refusals, Write
from cultivate.services.imports.options import ImportOptions
from cultivate.services.imports.verdict import (
    CREATE,
    LEAD,
    MATCHED,
    NEW,
    NOT_OURS,
    OURS,
    TO_DECIDE,
    UNCHANGED,
    UNMATCHED,
    UPDATE,
    InputRow,
    Verdict,
    without_decision,
)
from cultivate.services.stages import firm_in_scope

#: a verdict that does what the person asked for
_TAKEN = frozenset({MATCHED, CREATE, UPDATE, UNCHANGED})
_VERSIONED = frozenset({CREATE, UPDATE})


def decider(
    judge: Judge, write: Write, *, new: bool = False
) -> Callable[[Session, Actor, ImportBatch, Sequence[ImportRow], Decided], tuple[int, Refusals]]:
    """The ``decide`` of a kind; ``new``: a stranger can be registered by the line."""
    known = {OURS, NOT_OURS} | ({NEW, LEAD} if new else set())

    def decide(
        session: Session, actor: Actor, batch: ImportBatch, rows: Sequence[ImportRow], decided: Decided
    ) -> tuple[int, Refusals]:
        if decided.decision not in known:
            raise Invalid(
                N_("Say whether the firm is ours or not."), field="decision", code="decision-unknown"
            )
        if decided.decision == OURS:
            if decided.firm_id is None:
                raise Invalid(
                    N_("Choose the firm that the line speaks of."), field="firm", code="firm-missing"
                )
            firm_in_scope(session, actor, decided.firm_id)
        if batch.status == "committed":
            # nothing is booked between verdict and writing
            ledger.begin(session)
        asked = [
            InputRow(row.number, row.values, decided.decision, _firm(decided), dict(decided.given))
            for row in rows
        ]
        options = ImportOptions.of_batch(batch.options, batch.track, batch.issued_on)
        judged = list(zip(rows, judge(session, actor, options, asked), strict=True))
        refused = {
            row.number: why for row, each in judged if (why := _refusal(session, batch, row, each, decided))
        }
        taken = [(row, each) for row, each in judged if row.number not in refused]
        for row, verdict in taken:
            row.decision, row.given = decided.decision, without_decision(row.given) | dict(decided.given)
            _keep(row, verdict)
        session.flush()
        if batch.status != "committed":
            return 0, refused
        booked = write(session, actor, batch, [verdict for _, verdict in taken])
        for row, verdict in taken:
            _keep(row, verdict)
            if verdict.outcome in _VERSIONED and verdict.firm_id is not None:
                row.firm_version = session.scalar(select(Firm.version).where(Firm.id == verdict.firm_id))
        session.flush()
        return booked, refused

    return decide


def _firm(decided: Decided) -> int | None:
    return decided.firm_id if decided.decision == OURS else None


def _keep(row: ImportRow, verdict: Verdict) -> None:
    row.outcome, row.firm_id = verdict.outcome, verdict.firm_id
    row.problems, row.changes = verdict.problems, verdict.changes


def _refusal(
    session: Session, batch: ImportBatch, row: ImportRow, verdict: Verdict, decided: Decided
) -> Invalid | None:
    """Why the row cannot be decided so."""
    undecided = row.outcome in {TO_DECIDE, UNMATCHED}
    changeable = batch.status == "preview" and row.decision is not None
    if batch.status not in {"preview", "committed"} or not (undecided or changeable):
        return Invalid(N_("There is nothing to decide about this row."), field="decision", code="not-open")
    if decided.decision == NOT_OURS:
        return None
    if verdict.outcome == TO_DECIDE and verdict.problems:
        return _told(verdict)
    if verdict.outcome not in _TAKEN:
        return _told(verdict)
    return _taken_by(session, batch, row, verdict) if verdict.firm_id is not None else None


def _told(verdict: Verdict) -> Invalid:
    """The first problem of the verdict, as a refusal."""
    for problem in verdict.problems:
        if not problem["warning"]:
            return Invalid(
                problem["msgid"], field=problem["field"], code=problem["code"], **dict(problem["params"])
            )
    return Invalid(N_("There is nothing to decide about this row."), field="decision", code="not-open")


def _taken_by(session: Session, batch: ImportBatch, row: ImportRow, verdict: Verdict) -> Invalid | None:
    other = session.scalar(
        select(ImportRow.number)
        .where(
            ImportRow.batch_id == batch.id,
            ImportRow.firm_id == verdict.firm_id,
            ImportRow.id != row.id,
            ImportRow.outcome.in_([MATCHED, CREATE, UPDATE]),
        )
        .order_by(ImportRow.number)
        .limit(1)
    )
    if other is None:
        return None
    message = N_("Row %(row)s of this list is this firm already.")
    return Invalid(message, field="firm", code="duplicate-row", row=other)
