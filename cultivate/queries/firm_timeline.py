"""What happened to a firm: services, certificates, proposals and edits; its moves are in ``candidacies``."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from cultivate.domain import masking
from cultivate.domain.scope import Scope
from cultivate.errors import NotFound
from cultivate.models import (
    AuditEvent,
    Candidacy,
    Certificate,
    Firm,
    Proposal,
    ServiceRecord,
    StageMove,
    User,
)
from cultivate.queries import candidacies
from cultivate.queries.candidacies import MoveRow, firm_within

TRAIL_LENGTH = 100


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """A service record as plain values."""

    id: int
    candidacy_id: int
    track: str
    kind: str
    on: date
    note: str
    follow_up_on: date | None
    followed_up_at: datetime | None
    recorded_at: datetime
    by: str | None
    version: int
    visit_id: int
    """The same for all records of one visit."""
    round_id: int | None
    participants: str
    found: str
    promised: str
    follow_up: str
    follow_up_owner_id: int | None
    follow_up_owner: str | None
    outcome: str
    withdrawn_at: datetime | None
    withdrawn_reason: str | None


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """A certificate as plain values."""

    id: int
    candidacy_id: int
    track: str
    number: str
    issued_on: date
    counts_from: date
    valid_through: date | None
    status: str
    revoked_on: date | None
    revoked_reason: str | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A proposal as plain values."""

    id: int
    candidacy_id: int
    track: str
    firm_id: int
    firm: str
    stage: str
    to: str
    reason: str
    by: str | None
    proposed_at: datetime
    status: str
    answer: str | None


@dataclass(frozen=True, slots=True)
class TrailRow:
    """An edit: who, when, by which door, and each field with its value before and after."""

    at: datetime
    who: str | None
    door: str
    verb: str
    version: int | None
    changes: dict[str, list[Any]]


def services_of(session: Session, scope: Scope, firm_id: int) -> list[ServiceRow]:
    """Service records of a firm, newest first."""
    owner = aliased(User)
    rows = session.execute(
        select(ServiceRecord, Candidacy.track, User.display_name, owner.display_name)
        .join(Candidacy, Candidacy.id == ServiceRecord.candidacy_id)
        .join(Firm, Firm.id == Candidacy.firm_id)
        .outerjoin(User, User.id == ServiceRecord.by_id)
        .outerjoin(owner, owner.id == ServiceRecord.follow_up_owner_id)
        .where(Candidacy.firm_id == firm_id, firm_within(scope))
        .order_by(ServiceRecord.on.desc(), ServiceRecord.id.desc())
    )
    return [
        ServiceRow(
            id=row.id,
            candidacy_id=row.candidacy_id,
            track=track,
            kind=row.kind,
            on=row.on,
            note=row.note,
            follow_up_on=row.follow_up_on,
            followed_up_at=row.followed_up_at,
            recorded_at=row.recorded_at,
            by=name,
            version=row.version,
            visit_id=row.visit_id or row.id,
            round_id=row.round_id,
            participants=row.participants,
            found=row.found,
            promised=row.promised,
            follow_up=row.follow_up,
            follow_up_owner_id=row.follow_up_owner_id,
            follow_up_owner=holder,
            outcome=row.outcome,
            withdrawn_at=row.withdrawn_at,
            withdrawn_reason=row.withdrawn_reason,
        )
        for row, track, name, holder in rows
    ]


def certificates_of(session: Session, scope: Scope, firm_id: int) -> list[CertificateRow]:
    """Certificates of a firm, the void ones too, newest first."""
    rows = session.scalars(
        select(Certificate)
        .join(Firm, Firm.id == Certificate.firm_id)
        .where(Certificate.firm_id == firm_id, firm_within(scope))
        .order_by(Certificate.issued_on.desc(), Certificate.id.desc())
    )
    return [
        CertificateRow(
            id=row.id,
            candidacy_id=row.candidacy_id,
            track=row.track,
            number=row.number,
            issued_on=row.issued_on,
            counts_from=row.counts_from,
            valid_through=row.valid_through,
            status=row.status,
            revoked_on=row.revoked_on,
            revoked_reason=row.revoked_reason,
            recorded_at=row.created_at,
        )
        for row in rows
    ]


def proposals_of(session: Session, scope: Scope, firm_id: int) -> list[ProposalRow]:
    """Proposals for a firm that wait, and those that were answered, newest first."""
    return _proposals(session, scope, Candidacy.firm_id == firm_id)


def get_proposal(session: Session, scope: Scope, proposal_id: int) -> ProposalRow:
    """One proposal, or ``NotFound``."""
    found = _proposals(session, scope, Proposal.id == proposal_id)
    if not found:
        raise NotFound
    return found[0]


def _proposals(session: Session, scope: Scope, condition: Any) -> list[ProposalRow]:
    rows = session.execute(
        select(Proposal, Candidacy, Firm.name, User.display_name)
        .join(Candidacy, Candidacy.id == Proposal.candidacy_id)
        .join(Firm, Firm.id == Candidacy.firm_id)
        .outerjoin(User, User.id == Proposal.proposed_by_id)
        .where(condition, firm_within(scope))
        .order_by(Proposal.id.desc())
    )
    return [
        ProposalRow(
            id=row.id,
            candidacy_id=candidacy.id,
            track=candidacy.track,
            firm_id=candidacy.firm_id,
            firm=firm,
            stage=candidacy.stage,
            to=row.to,
            reason=row.reason,
            by=name,
            proposed_at=row.proposed_at,
            status=row.status,
            answer=row.answer,
        )
        for row, candidacy, firm, name in rows
    ]


def get_move(session: Session, scope: Scope, move_id: int) -> MoveRow:
    """One move, or ``NotFound``."""
    candidacy_id = session.scalar(select(StageMove.candidacy_id).where(StageMove.id == move_id))
    if candidacy_id is None:
        raise NotFound
    for move in candidacies.moves_of(session, scope, candidacy_id):
        if move.id == move_id:
            return move
    raise NotFound


def get_service_firm(session: Session, scope: Scope, record_id: int) -> int:
    """The firm that a service record belongs to, or ``NotFound``."""
    found = session.scalar(
        select(Candidacy.firm_id)
        .join(ServiceRecord, ServiceRecord.candidacy_id == Candidacy.id)
        .join(Firm, Firm.id == Candidacy.firm_id)
        .where(ServiceRecord.id == record_id, firm_within(scope))
    )
    if found is None:
        raise NotFound
    return found


def trail_of(session: Session, scope: Scope, firm_id: int) -> list[TrailRow]:
    """Registration and edits of a firm, newest first; contacts masked outside ``scope.contacts``."""
    rows = session.execute(
        select(AuditEvent, User.display_name)
        .join(Firm, Firm.id == AuditEvent.subject_id)
        .outerjoin(User, User.id == AuditEvent.actor_id)
        .where(AuditEvent.subject == "firm", AuditEvent.subject_id == firm_id, firm_within(scope))
        .order_by(AuditEvent.id.desc())
        .limit(TRAIL_LENGTH)
    )
    return [
        TrailRow(
            at=event.at,
            who=name,
            door=event.source,
            verb=event.verb,
            version=event.details.get("version"),
            changes=_shown(event.details.get("changes", {}), contacts=scope.contacts),
        )
        for event, name in rows
    ]


def value_at_version(trail: Sequence[TrailRow], field: str, version: int, current: Any) -> Any:
    """What a field held at an earlier version: the earliest later edit of it knows."""
    for row in reversed(trail):
        if row.version is not None and row.version > version and field in row.changes:
            return row.changes[field][0]
    return current


def _shown(changes: dict[str, list[Any]], *, contacts: bool) -> dict[str, list[Any]]:
    if contacts:
        return changes
    return {field: [masking.mask(field, value) for value in values] for field, values in changes.items()}
