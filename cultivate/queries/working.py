"""Long acts that go on right now: how far they are. One sees one's own; the bureau sees all."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, false, select, true
from sqlalchemy.orm import Session

from cultivate.domain.actor import Actor
from cultivate.models import Progress, User

#: a row that nobody has touched for so long is of a process that ended
FORGOTTEN = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Working:
    """One act; ``total`` is 0 where it cannot be counted."""

    key: str
    label: str
    phase: str
    done: int
    total: int
    by: str | None
    updated_at: datetime


_COLUMNS: tuple[Any, ...] = (
    Progress.key,
    Progress.label,
    Progress.phase,
    Progress.done,
    Progress.total,
    User.display_name,
    Progress.updated_at,
)


def list_working(session: Session, actor: Actor, now: datetime) -> list[Working]:
    """What goes on, the oldest word first."""
    rows = session.execute(
        _rows(actor).where(Progress.updated_at > now - FORGOTTEN).order_by(Progress.updated_at, Progress.key)
    )
    return [Working(*row) for row in rows]


def find_working(session: Session, actor: Actor, key: str) -> Working | None:
    """One act, while it goes on."""
    row = session.execute(_rows(actor).where(Progress.key == key)).one_or_none()
    return None if row is None else Working(*row)


def _rows(actor: Actor) -> "Select[Any]":
    return select(*_COLUMNS).outerjoin(User, User.id == Progress.by_id).where(_visible(actor))


def _visible(actor: Actor) -> ColumnElement[bool]:
    if actor.scope.everything:
        return true()
    return false() if actor.user_id is None else Progress.by_id == actor.user_id
