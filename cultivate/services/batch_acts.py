"""Acts on firms of an application batch, as one row of a bulk act (services/bulk.py) and one request of a program."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain.actor import Actor
from cultivate.domain.batches import ACCEPTED, SCORES, SUBMITTED, UNDECIDED, scores_wrong
from cultivate.domain.permissions import Act
from cultivate.domain.stages import Stage
from cultivate.errors import N_, Conflict, Invalid
from cultivate.models import BatchEntry, Candidacy, Proposal
from cultivate.queries import batch_entries as queries
from cultivate.queries.batch_entries import EntryRow
from cultivate.services import audit, proposals, stages
from cultivate.services.stages import MoveRequest


def hand_up(
    session: Session, actor: Actor, batch_id: int, candidacy_id: int, on: date | None, reason: str = ""
) -> int:
    """Note that the firm's papers were handed up; returns the entry's id.

    All its papers are in order, or ``reason`` says why it goes without.
    """
    actor.require(Act.MANAGE_BATCHES)
    row = queries.find_entry(session, actor.scope, batch_id, candidacy_id)
    _expect(row, ACCEPTED)
    papers = queries.papers_of(session, [row.id])[row.id]
    if not papers.complete and not reason.strip():
        raise Invalid(
            N_("%(open)s papers are not in order yet. Check them, or say why it goes all the same."),
            field="reason",
            code="papers-missing",
            open=papers.all - papers.done,
        )
    entry = session.get_one(BatchEntry, row.id)
    entry.submitted_on = _day(on, row.entered_on)
    entry.incomplete_reason = None if papers.complete else reason.strip()
    return _noted(session, actor, entry, "hand-up", entry.submitted_on)


def publicise(session: Session, actor: Actor, batch_id: int, candidacy_id: int, on: date | None) -> int:
    """Note that the authority has made the firm's name public; returns the entry's id."""
    actor.require(Act.MANAGE_BATCHES)
    row = queries.find_entry(session, actor.scope, batch_id, candidacy_id)
    _expect(row, SUBMITTED)
    entry = session.get_one(BatchEntry, row.id)
    entry.publicised_on = _day(on, row.submitted_on or row.entered_on)
    return _noted(session, actor, entry, "publicise", entry.publicised_on)


def not_pass(
    session: Session,
    actor: Actor,
    batch_id: int,
    candidacy_id: int,
    request: MoveRequest,
    scores: Mapping[str, float] | None = None,
) -> int:
    """Give a firm of the batch back to ``serve``, with its reason and what the experts gave; returns the move's id."""
    actor.require(Act.DECIDE)
    row = queries.find_entry(session, actor.scope, batch_id, candidacy_id)
    if row.state not in UNDECIDED:
        raise Invalid(N_("It has left the batch already."), field="rows", code="wrong-entry-state")
    if scores:
        _keep_scores(session, row, scores)
    return stages.move(session, actor, candidacy_id, request)


def _keep_scores(session: Session, row: EntryRow, scores: Mapping[str, float]) -> None:
    wrong = scores_wrong(scores)
    if wrong is not None:
        most = SCORES[wrong][1] if wrong in SCORES else 0
        raise Invalid(
            N_("These points cannot be: from 0 to %(most)s."), field=wrong, code="score-invalid", most=most
        )
    entry = session.get_one(BatchEntry, row.id)
    entry.scores = dict(scores)
    entry.version += 1


def take_back(session: Session, actor: Actor, batch_id: int, candidacy_id: int) -> int:
    """Take the last of the two notes back; returns the entry's id."""
    actor.require(Act.MANAGE_BATCHES)
    row = queries.find_entry(session, actor.scope, batch_id, candidacy_id)
    entry = session.get_one(BatchEntry, row.id)
    if row.publicised_on is not None:
        entry.publicised_on = None
    elif row.submitted_on is not None:
        entry.submitted_on = entry.incomplete_reason = None
    return _noted(session, actor, entry, "take-back", None)


def accept(
    session: Session, actor: Actor, batch_id: int | None, candidacy_id: int, override: str | None
) -> None:
    """Accept the proposal of the firm that waits: the move is made, and brings it into the batch."""
    proposals.decide(
        session,
        actor,
        _waiting(session, candidacy_id),
        accept=True,
        override_reason=override,
        batch_id=batch_id,
    )


def decline(session: Session, actor: Actor, candidacy_id: int, answer: str) -> None:
    """Decline the proposal of the firm that waits."""
    proposals.decide(session, actor, _waiting(session, candidacy_id), accept=False, answer=answer)


def _waiting(session: Session, candidacy_id: int) -> int:
    """The id of the proposal; whether the firm is the actor's to decide on is asked by ``proposals.decide``."""
    found = session.scalar(
        select(Proposal.id)
        .join(Candidacy, Candidacy.id == Proposal.candidacy_id)
        .where(
            Proposal.candidacy_id == candidacy_id,
            Proposal.to == Stage.RECOMMEND,
            Proposal.status == "waiting",
        )
        .order_by(Proposal.id)
    )
    if found is None:
        raise Conflict(N_("This proposal has been decided already."))
    return found


def _expect(row: EntryRow, state: str) -> None:
    if row.state == state:
        return
    if row.state == ACCEPTED:
        raise Invalid(N_("It was not handed up yet."), field="rows", code="not-handed-up")
    raise Invalid(
        N_("It was handed up or made public already, or has left the batch."),
        field="rows",
        code="wrong-entry-state",
    )


def _day(on: date | None, earliest: date) -> date:
    day = on or clock.today()
    if day > clock.today():
        raise Invalid(N_("The day lies in the future."), field="effective_on", code="day-in-future")
    if day < earliest:
        raise Invalid(
            N_("This day lies before %(day)s, which comes first."),
            field="effective_on",
            code="days-out-of-order",
            day=earliest.isoformat(),
        )
    return day


def _noted(session: Session, actor: Actor, entry: BatchEntry, verb: str, day: date | None) -> int:
    entry.version += 1
    session.flush()
    audit.note(
        session, actor, verb, "batch_entry", entry.id, batch=entry.batch_id, on=day and day.isoformat()
    )
    return entry.id
