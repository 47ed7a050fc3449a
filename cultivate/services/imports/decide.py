"""A person says whose lines of an official list are."""

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain.actor import Actor
from cultivate.errors import N_, Conflict, Invalid
from cultivate.models import ImportBatch, ImportRow
from cultivate.services import audit
from cultivate.services.imports.batches import batch_for_update, rows_for_update
from cultivate.services.imports.kind import Decided, Refusals
from cultivate.services.imports.kinds import OUTCOMES, get_kind
from cultivate.services.imports.verdict import NOT_OURS, TO_DECIDE


def decide(
    session: Session,
    actor: Actor,
    batch_id: int,
    number: int,
    decision: str,
    firm_id: int | None = None,
    given: Mapping[str, str] | None = None,
    seen: str | None = None,
) -> None:
    """Keep the decision for the row: ``ours`` with the firm, or ``not_ours``; it is remembered for the name.

    ``new`` registers the firm of the line in the street that was ``given``, ``lead`` does so without recording
    what the list says. In a preview the commit acts on it and it may be changed until then; in an import that
    was done it is acted on at once. Raises ``Invalid`` when the row leaves nothing to decide or the firm has
    another row, ``Conflict`` when something else was decided since ``seen`` (``mark_of``).
    """
    decided = Decided(decision, firm_id, given or {})
    refused = decide_many(session, actor, batch_id, [number], decided, seen)
    if refused:
        raise refused[number]


def decide_many(
    session: Session,
    actor: Actor,
    batch_id: int,
    numbers: Sequence[int],
    decided: Decided,
    seen: str | None = None,
) -> Refusals:
    """The same decision for many rows of an import; returns by row why some could not be decided so.

    Raises ``NotFound`` for a row that is not there, ``Conflict`` where one is decided otherwise than was ``seen``.
    """
    batch = batch_for_update(session, actor, batch_id)
    rows = rows_for_update(session, batch, numbers)
    for row in rows:
        if seen is not None and mark_of(row.decision, row.firm_id) != seen:
            message = N_("Row %(row)s was decided by somebody in the meantime. Look at it again.")
            raise Conflict(message, row=row.number)
    kind = get_kind(batch.kind)
    if kind.decide is None:
        raise Invalid(N_("There is nothing to decide about this row."), field="decision", code="not-open")
    booked, refused = kind.decide(session, actor, batch, rows, decided)
    for row in rows:
        if row.number not in refused:
            row.decided_by_id = actor.user_id
            row.decided_at = clock.now()
            row.remembered = True
    session.flush()
    recount(session, batch, booked)
    done = [row.number for row in rows if row.number not in refused]
    if done:
        details = {"rows": done, "decision": decided.decision, "firm_id": decided.firm_id}
        audit.note(session, actor, "decide", "import", batch.id, **details)
    return refused


def mark_of(decision: str | None, firm_id: int | None) -> str:
    """What a form carries of a decision as its page showed it; nothing while there is none."""
    return f"{decision}:{firm_id or ''}" if decision else ""


def none_of_the_rest(session: Session, actor: Actor, batch_id: int, expected: int) -> int:
    """Say of every line of an import that still waits that it is not ours; returns how many.

    ``expected`` is the number that the person saw: ``Conflict`` when it is another one by now.
    """
    batch = batch_for_update(session, actor, batch_id)
    waiting = select(ImportRow.number).where(ImportRow.batch_id == batch.id, ImportRow.outcome == TO_DECIDE)
    numbers = session.scalars(waiting.order_by(ImportRow.number)).all()
    if len(numbers) != expected:
        message = N_("By now %(count)s lines of this list wait, not %(expected)s. Look at them again.")
        raise Conflict(message, count=len(numbers), expected=expected)
    refused = decide_many(session, actor, batch_id, numbers, Decided(NOT_OURS))
    return len(numbers) - len(refused)


def recount(session: Session, batch: ImportBatch, booked: int = 0) -> None:
    """Make the counts of a batch anew from its rows; ``booked`` is what has come to it."""
    found = dict(
        session.execute(
            select(ImportRow.outcome, func.count())
            .where(ImportRow.batch_id == batch.id)
            .group_by(ImportRow.outcome)
        ).all()
    )
    counts = dict(batch.counts) | {outcome: found.get(outcome, 0) for outcome in OUTCOMES[batch.kind]}
    if "booked" in counts:
        counts["booked"] += booked
    batch.counts = counts
    session.flush()
