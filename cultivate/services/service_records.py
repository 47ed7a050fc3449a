"""What was done for a firm, and what is still to do."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Act
from cultivate.domain.service_kinds import KINDS
from cultivate.errors import N_, Invalid, NotFound
from cultivate.models import Candidacy, Firm, ServiceRecord
from cultivate.queries.candidacies import firm_within
from cultivate.services import audit
from cultivate.services.stages import candidacy_in_scope


def record(
    session: Session,
    actor: Actor,
    candidacy_id: int,
    kind: str,
    on: date | None,
    note: str,
    follow_up_on: date | None = None,
) -> int:
    """Record a service on a day not in the future; returns its id."""
    actor.require(Act.RECORD_SERVICE)
    candidacy = candidacy_in_scope(session, actor, candidacy_id)
    day = on or clock.today()
    if kind not in KINDS:
        raise Invalid(
            N_("There is no kind of service “%(kind)s”."), field="kind", code="kind-unknown", kind=kind
        )
    if day > clock.today():
        raise Invalid(N_("The day lies in the future."), field="on", code="day-in-future")
    if follow_up_on is not None and follow_up_on < day:
        raise Invalid(
            N_("The follow-up lies before the service."),
            field="follow_up_on",
            code="follow-up-before-service",
        )
    row = ServiceRecord(
        candidacy_id=candidacy.id,
        kind=kind,
        on=day,
        note=note.strip(),
        follow_up_on=follow_up_on,
        by_id=actor.user_id,
        recorded_at=clock.now(),
    )
    session.add(row)
    session.flush()
    audit.note(
        session, actor, "record", "service", row.id, candidacy=candidacy.id, kind=kind, on=day.isoformat()
    )
    return row.id


def done(session: Session, actor: Actor, record_id: int) -> None:
    """Mark a follow-up as done; marking it twice changes nothing."""
    actor.require(Act.RECORD_SERVICE)
    row = session.scalar(
        select(ServiceRecord)
        .join(Candidacy, Candidacy.id == ServiceRecord.candidacy_id)
        .join(Firm, Firm.id == Candidacy.firm_id)
        .where(ServiceRecord.id == record_id, firm_within(actor.scope))
    )
    if row is None:
        raise NotFound
    if row.followed_up_at is None:
        row.followed_up_at = clock.now()
        session.flush()
        audit.note(session, actor, "follow-up", "service", row.id)
