"""Service records: one with all that was said of it, its trail, and what is to be followed up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from cultivate.domain.scope import Scope
from cultivate.errors import NotFound
from cultivate.models import AuditEvent, Candidacy, Firm, ServiceRecord, ServiceRound, User
from cultivate.queries.candidacies import firm_within


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What is to be done after a service; ``owner`` is ``None`` where it is for who is in charge."""

    id: int
    version: int
    text: str
    owner: str | None
    promised: str


@dataclass(frozen=True, slots=True)
class RecordDetail:
    """A record as plain values; ``candidacy_ids`` and ``tracks`` are those of the whole visit."""

    id: int
    version: int
    firm_id: int
    firm: str
    street_id: int
    park_id: int | None
    candidacy_ids: tuple[int, ...]
    tracks: tuple[str, ...]
    paper_id: int
    """Papers hang on the record of the visit that was written first."""
    kind: str
    on: date
    note: str
    participants: str
    found: str
    promised: str
    follow_up: str
    follow_up_on: date | None
    follow_up_owner_id: int | None
    owner: str | None
    followed_up_at: datetime | None
    outcome: str
    round_id: int | None
    round_title: str | None
    by_id: int | None
    by: str | None
    recorded_at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    withdrawn_reason: str | None


@dataclass(frozen=True, slots=True)
class Step:
    """An event of a record's trail."""

    at: datetime
    who: str | None
    verb: str
    details: dict[str, Any]


def get_record(session: Session, scope: Scope, record_id: int) -> RecordDetail:
    """One record, or ``NotFound``."""
    author, owner, striker = aliased(User), aliased(User), aliased(User)
    visit = select(ServiceRecord.visit_id).where(ServiceRecord.id == record_id).scalar_subquery()
    rows = session.execute(
        select(
            ServiceRecord,
            Candidacy,
            Firm,
            ServiceRound.title,
            author.display_name,
            owner.display_name,
            striker.display_name,
        )
        .join(Candidacy, Candidacy.id == ServiceRecord.candidacy_id)
        .join(Firm, Firm.id == Candidacy.firm_id)
        .outerjoin(ServiceRound, ServiceRound.id == ServiceRecord.round_id)
        .outerjoin(author, author.id == ServiceRecord.by_id)
        .outerjoin(owner, owner.id == ServiceRecord.follow_up_owner_id)
        .outerjoin(striker, striker.id == ServiceRecord.withdrawn_by_id)
        .where(or_(ServiceRecord.id == record_id, ServiceRecord.visit_id == visit), firm_within(scope))
        .order_by(ServiceRecord.id)
    ).all()
    this = next((row for row in rows if row[0].id == record_id), None)
    if this is None:
        raise NotFound
    record, _way, firm, title, by, holder, struck_by = this
    return RecordDetail(
        id=record.id,
        version=record.version,
        firm_id=firm.id,
        firm=firm.name,
        street_id=firm.street_id,
        park_id=firm.park_id,
        candidacy_ids=tuple(row[1].id for row in rows),
        tracks=tuple(dict.fromkeys(row[1].track for row in rows)),
        paper_id=rows[0][0].id,
        kind=record.kind,
        on=record.on,
        note=record.note,
        participants=record.participants,
        found=record.found,
        promised=record.promised,
        follow_up=record.follow_up,
        follow_up_on=record.follow_up_on,
        follow_up_owner_id=record.follow_up_owner_id,
        owner=holder,
        followed_up_at=record.followed_up_at,
        outcome=record.outcome,
        round_id=record.round_id,
        round_title=title,
        by_id=record.by_id,
        by=by,
        recorded_at=record.recorded_at,
        withdrawn_at=record.withdrawn_at,
        withdrawn_by=struck_by,
        withdrawn_reason=record.withdrawn_reason,
    )


def trail_of(session: Session, record_id: int) -> list[Step]:
    """What was done to a record after it was written, newest first; ask for the record first, within the scope."""
    rows = session.execute(
        select(AuditEvent, User.display_name)
        .outerjoin(User, User.id == AuditEvent.actor_id)
        .where(
            AuditEvent.subject == "service", AuditEvent.subject_id == record_id, AuditEvent.verb != "record"
        )
        .order_by(AuditEvent.id.desc())
    )
    return [Step(event.at, who, event.verb, event.details) for event, who in rows]


def follow_ups_of(session: Session, record_ids: Sequence[int]) -> dict[int, FollowUp]:
    """By record; the caller has found them within a scope."""
    rows = session.execute(
        select(ServiceRecord, User.display_name)
        .outerjoin(User, User.id == ServiceRecord.follow_up_owner_id)
        .where(ServiceRecord.id.in_(record_ids))
        .order_by(ServiceRecord.id)
    )
    return {row.id: FollowUp(row.id, row.version, row.follow_up, owner, row.promised) for row, owner in rows}
