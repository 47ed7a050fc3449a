"""What is still to be done after a service: done with an outcome, put off with a reason, handed to another."""

from datetime import date

from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain.actor import Actor
from cultivate.errors import N_, Invalid
from cultivate.models import Candidacy, ServiceRecord
from cultivate.services import audit, people
from cultivate.services.service_records import apply, visit_in_scope

LONGEST = 1000


def done(session: Session, actor: Actor, record_id: int, outcome: str = "") -> None:
    """Mark it as done for all tracks of the visit; marking it twice changes nothing."""
    text = _short(outcome.strip(), "outcome")
    for row in visit_in_scope(session, actor, record_id):
        if row.followed_up_at is None:
            apply(row, {"followed_up_at": clock.now(), "outcome": text})
            audit.note(session, actor, "follow-up", "service", row.id, outcome=text)
    session.flush()


def reopen(session: Session, actor: Actor, record_id: int) -> None:
    """Take “done” back."""
    for row in visit_in_scope(session, actor, record_id):
        if row.followed_up_at is not None:
            apply(row, {"followed_up_at": None, "outcome": ""})
            audit.note(session, actor, "follow-up-reopened", "service", row.id)
    session.flush()


def postpone(
    session: Session, actor: Actor, record_id: int, day: date | None, reason: str, version: int | None
) -> None:
    """Another due day, with its reason."""
    text = _short(reason.strip(), "reason")
    if day is None or day < clock.today():
        raise Invalid(N_("Choose a day from today on."), field="day", code="day-missing")
    if not text:
        raise Invalid(N_("A reason is needed."), field="reason", code="reason-missing")
    for row in _open(session, actor, record_id, version):
        before = row.follow_up_on.isoformat() if row.follow_up_on else None
        apply(row, {"follow_up_on": day})
        audit.note(
            session,
            actor,
            "postpone",
            "service",
            row.id,
            reason=text,
            changes={"follow_up_on": [before, day.isoformat()]},
        )
    session.flush()


def hand_over(
    session: Session, actor: Actor, record_id: int, owner_id: int | None, version: int | None
) -> None:
    """Give it to somebody else who works there; to nobody, and it is for who is in charge again."""
    for row in _open(session, actor, record_id, version):
        way = session.get_one(Candidacy, row.candidacy_id)
        if owner_id is not None:
            people.require_works_at(session, owner_id, way.street_id, way.park_id, field="owner")
        before = row.follow_up_owner_id
        if before != owner_id:
            apply(row, {"follow_up_owner_id": owner_id})
            audit.note(
                session,
                actor,
                "hand-over",
                "service",
                row.id,
                changes={"follow_up_owner_id": [before, owner_id]},
            )
    session.flush()


def _open(session: Session, actor: Actor, record_id: int, version: int | None) -> list[ServiceRecord]:
    """The visit's rows whose follow-up is still to be done."""
    rows = visit_in_scope(session, actor, record_id, version)
    waiting = [row for row in rows if row.follow_up_on is not None and row.followed_up_at is None]
    if not waiting:
        raise Invalid(N_("There is no follow-up to be done here any more."), code="no-follow-up")
    return waiting


def _short(text: str, field: str) -> str:
    if len(text) > LONGEST:
        raise Invalid(N_("That is too long."), field=field, code="too-long")
    return text
