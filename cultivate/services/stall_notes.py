"""Saying why a candidacy stands still: a reason, a next step, its day and whose it is. Without these no silence."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Act
from cultivate.errors import N_, Invalid, Refused
from cultivate.models import Candidacy, StallNote
from cultivate.packs import stalled
from cultivate.queries import stall_notes as queries
from cultivate.services import audit, people
from cultivate.services.stages import candidacy_in_scope

LONGEST_TEXT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody says; ``owner_id`` where it is left out is who is in charge, else who says it."""

    reason: str
    next_step: str
    due_on: date | None
    words: str = ""
    owner_id: int | None = None


def write(session: Session, actor: Actor, candidacy_id: int, said: Said) -> int:
    """Silence a candidacy until the day of its next step; returns the note's id.

    It takes the place of the note that stands. Raises ``Refused`` with everything that is missing.
    """
    actor.require(Act.NOTE_STALL)
    candidacy = candidacy_in_scope(session, actor, candidacy_id)
    if not queries.overlong_among(session, [candidacy.id], clock.today()):
        raise Invalid(
            N_("It does not stand too long in its stage; there is nothing to explain."), code="not-stalled"
        )
    reasons = _missing(said)
    if reasons:
        raise Refused(reasons)
    owner_id = said.owner_id or candidacy.in_charge_id or actor.user_id or 0
    people.require_works_at(session, owner_id, candidacy.street_id, candidacy.park_id, field="owner")
    _end(session, candidacy)
    note = StallNote(
        candidacy_id=candidacy.id,
        stage=candidacy.stage,
        stage_since=candidacy.stage_since,
        reason=said.reason,
        words=said.words.strip(),
        next_step=said.next_step.strip(),
        due_on=said.due_on,
        owner_id=owner_id,
        by_id=actor.user_id,
        recorded_at=clock.now(),
    )
    session.add(note)
    session.flush()
    audit.note(
        session,
        actor,
        "note",
        "stall",
        note.id,
        candidacy=candidacy.id,
        reason=note.reason,
        due_on=note.due_on.isoformat(),
    )
    return note.id


def end(session: Session, actor: Actor, note_id: int) -> None:
    """Take a note back: the candidacy is on the lists again, the note stays in its history."""
    actor.require(Act.NOTE_STALL)
    queries.get_note(session, actor.scope, note_id)
    note = session.get_one(StallNote, note_id, populate_existing=True)
    if note.ended_at is None:
        note.ended_at = clock.now()
        session.flush()
        audit.note(session, actor, "end", "stall", note.id)


def _missing(said: Said) -> list[Invalid]:
    rules, today = stalled.rules(), clock.today()
    found = []
    if said.reason not in rules.reasons:
        found.append(Invalid(N_("Choose why it stands still."), field="reason", code="reason-missing"))
    if said.reason == "other" and not said.words.strip():
        found.append(Invalid(N_("Say it in words."), field="words", code="words-missing"))
    if not said.next_step.strip():
        found.append(
            Invalid(N_("Say what happens next."), field="next_step", code="next-step-missing"),
        )
    if max(len(said.words), len(said.next_step)) > LONGEST_TEXT:
        found.append(Invalid(N_("That is too long."), field="next_step", code="too-long"))
    latest = today + timedelta(days=rules.longest_silence)
    if said.due_on is None or not today < said.due_on <= latest:
        found.append(
            Invalid(
                N_("Choose a day after today, until %(day)s at the latest."),
                field="due_on",
                code="day-missing" if said.due_on is None else "day-out-of-range",
                day=latest.isoformat(),
            )
        )
    return found


def _end(session: Session, candidacy: Candidacy) -> None:
    """What was said before gives way."""
    now = clock.now()
    standing = select(StallNote).where(StallNote.candidacy_id == candidacy.id, StallNote.ended_at.is_(None))
    for note in session.scalars(standing.with_for_update().order_by(StallNote.id)):
        note.ended_at = now
