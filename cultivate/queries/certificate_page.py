"""What the page of one certificate shows beside its row: the ones before and after it, and what was done to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from cultivate.domain.stages import STAGES
from cultivate.models import AuditEvent, Candidacy, Certificate, FirmName, User


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another certificate of the firm, or its next round while that has none: then ``id`` is ``None``."""

    id: int | None
    number: str
    issued_on: date | None
    stage: str


@dataclass(frozen=True, slots=True)
class Happened:
    """A line of the history."""

    at: datetime
    who: str | None
    door: str
    verb: str
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rename:
    """The last name that the firm laid down after the certificate was issued, and when."""

    former: str
    until: date | None


def before_and_after(session: Session, candidacy_id: int) -> tuple[Neighbour | None, Neighbour | None]:
    """What this one renewed, and what renews it; a next round that was given up is none."""
    renewal = aliased(Candidacy)
    earlier = _neighbour(
        session, select(Candidacy.renews_id).where(Candidacy.id == candidacy_id).scalar_subquery()
    )
    following = session.scalars(
        select(renewal.id).where(renewal.renews_id == candidacy_id).order_by(renewal.id.desc())
    ).all()
    later = [found for each in following if (found := _neighbour(session, each)) is not None]
    return earlier, next((each for each in later if each.id is not None or each.stage in STAGES), None)


def _neighbour(session: Session, candidacy_id: Any) -> Neighbour | None:
    row = session.execute(
        select(Certificate.id, Certificate.number, Certificate.issued_on, Candidacy.stage)
        .select_from(Candidacy)
        .outerjoin(Certificate, (Certificate.candidacy_id == Candidacy.id) & (Certificate.status != "void"))
        .where(Candidacy.id == candidacy_id)
        .order_by(Certificate.id.desc())
    ).first()
    return None if row is None else Neighbour(row[0], row[1] or "", row[2], row[3])


def history_of(session: Session, certificate_id: int) -> list[Happened]:
    """What was done to it, newest first."""
    rows = session.execute(
        select(AuditEvent, User.display_name)
        .outerjoin(User, User.id == AuditEvent.actor_id)
        .where(AuditEvent.subject == "certificate", AuditEvent.subject_id == certificate_id)
        .order_by(AuditEvent.id.desc())
    )
    return [Happened(event.at, who, event.source, event.verb, event.details) for event, who in rows]


def last_rename(session: Session, firm_id: int, since: date) -> Rename | None:
    """The last name laid down after that day; a former name without a day is older, as far as anybody knows."""
    row = session.execute(
        select(FirmName.name, FirmName.until)
        .where(FirmName.firm_id == firm_id, FirmName.until > since)
        .order_by(FirmName.until.desc(), FirmName.id.desc())
    ).first()
    return Rename(*row) if row else None
