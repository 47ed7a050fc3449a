"""The trail of acts, as the administrator reads it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.models import AuditEvent, User
from cultivate.queries.paging import Page, offset_of

SIZE = 100


@dataclass(frozen=True, slots=True)
class TrailFilter:
    """What to show; ``None`` is everything. ``until`` is a day that still counts."""

    username: str | None = None
    verb: str | None = None
    subject: str | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class TrailRow:
    """One act; ``who`` is ``None`` for jobs and the operator."""

    id: int
    at: datetime
    who: str | None
    username: str | None
    source: str
    verb: str
    subject: str
    subject_id: int | None
    details: dict[str, Any]


def list_trail(session: Session, wanted: TrailFilter, page: int = 1) -> Page[TrailRow]:
    """Acts, newest first."""
    statement = _filtered(select(AuditEvent, User.display_name, User.username), wanted)
    found = session.execute(
        statement.order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
        .limit(SIZE)
        .offset(offset_of(page, SIZE))
    )
    items = [
        TrailRow(row.id, row.at, who, name, row.source, row.verb, row.subject, row.subject_id, row.details)
        for row, who, name in found
    ]
    total = session.scalar(_filtered(select(func.count(AuditEvent.id)), wanted)) or 0
    return Page(items, total, max(page, 1), SIZE)


def list_verbs(session: Session) -> list[str]:
    """Every kind of act that occurs."""
    return list(session.scalars(select(AuditEvent.verb).distinct().order_by(AuditEvent.verb)))


def list_subjects(session: Session) -> list[str]:
    """Every kind of thing that was acted on."""
    return list(session.scalars(select(AuditEvent.subject).distinct().order_by(AuditEvent.subject)))


def _filtered(statement: Any, wanted: TrailFilter) -> Any:
    statement = statement.select_from(AuditEvent).outerjoin(User, User.id == AuditEvent.actor_id)
    if wanted.username:
        statement = statement.where(User.username == wanted.username)
    if wanted.verb:
        statement = statement.where(AuditEvent.verb == wanted.verb)
    if wanted.subject:
        statement = statement.where(AuditEvent.subject == wanted.subject)
    if wanted.since:
        statement = statement.where(AuditEvent.at >= clock.at(wanted.since))
    if wanted.until:
        statement = statement.where(AuditEvent.at < clock.at(wanted.until + timedelta(days=1)))
    return statement
