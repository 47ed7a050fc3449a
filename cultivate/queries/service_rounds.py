"""Rounds: occasions at which many firms were served. Of each, a reader sees the firms of their scope only."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, case, distinct, func, or_, select
from sqlalchemy.orm import Session, aliased

from cultivate.domain.actor import Actor
from cultivate.errors import NotFound
from cultivate.models import Candidacy, Firm, ServiceRecord, ServiceRound, User
from cultivate.queries.candidacies import firm_within
from cultivate.queries.paging import Page, offset_of

PAGE_SIZE, FIRMS_SIZE = 50, 100


@dataclass(frozen=True, slots=True)
class RoundRow:
    """A round; ``firms`` counts those of the reader, without the ones that were withdrawn."""

    id: int
    title: str
    kind: str
    on: date
    place: str
    participants: str
    by: str | None
    recorded_at: datetime
    firms: int
    waiting: int
    """Firms whose follow-up is still to be done."""
    overdue: int


@dataclass(frozen=True, slots=True)
class Attendance:
    """A firm of a round; ``record_id`` is the first record of its visit."""

    record_id: int
    firm_id: int
    firm: str
    street_id: int
    follow_up_on: date | None
    follow_up: str
    owner: str | None
    followed_up_at: datetime | None
    outcome: str
    withdrawn_at: datetime | None


def list_rounds(session: Session, actor: Actor, today: date, number: int = 1) -> Page[RoundRow]:
    """The newest first."""
    statement = _rounds(actor, today)
    total = session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    number = min(max(number, 1), max(1, -(-total // PAGE_SIZE)))
    rows = session.execute(statement.limit(PAGE_SIZE).offset(offset_of(number, PAGE_SIZE)))
    return Page([RoundRow(*row) for row in rows], total, number, PAGE_SIZE)


def get_round(session: Session, actor: Actor, round_id: int, today: date) -> RoundRow:
    """One of them, or ``NotFound`` where no firm of it is the reader's."""
    row = session.execute(_rounds(actor, today).where(ServiceRound.id == round_id)).one_or_none()
    if row is None:
        raise NotFound
    return RoundRow(*row)


def list_firms(
    session: Session, actor: Actor, round_id: int, number: int = 1, *, waiting: bool = False
) -> Page[Attendance]:
    """Who was there, by name; ``waiting``: those whose follow-up is to be done."""
    owner = aliased(User)
    conditions: list[ColumnElement[bool]] = [
        ServiceRecord.round_id == round_id,
        firm_within(actor.scope),
        or_(ServiceRecord.visit_id.is_(None), ServiceRecord.visit_id == ServiceRecord.id),
        *([_waits()] if waiting else []),
    ]
    statement: Any = (
        select(
            ServiceRecord.id,
            Firm.id,
            Firm.name,
            Firm.street_id,
            ServiceRecord.follow_up_on,
            ServiceRecord.follow_up,
            owner.display_name,
            ServiceRecord.followed_up_at,
            ServiceRecord.outcome,
            ServiceRecord.withdrawn_at,
        )
        .join(Candidacy, Candidacy.id == ServiceRecord.candidacy_id)
        .join(Firm, Firm.id == Candidacy.firm_id)
        .outerjoin(owner, owner.id == ServiceRecord.follow_up_owner_id)
        .where(*conditions)
        .order_by(Firm.name, ServiceRecord.id)
    )
    total = session.scalar(statement.with_only_columns(func.count()).order_by(None)) or 0
    number = min(max(number, 1), max(1, -(-total // FIRMS_SIZE)))
    rows = session.execute(statement.limit(FIRMS_SIZE).offset(offset_of(number, FIRMS_SIZE)))
    return Page([Attendance(*row) for row in rows], total, number, FIRMS_SIZE)


def _waits() -> ColumnElement[bool]:
    return (
        ServiceRecord.follow_up_on.is_not(None)
        & ServiceRecord.followed_up_at.is_(None)
        & ServiceRecord.withdrawn_at.is_(None)
    )


def _firms_where(condition: ColumnElement[bool]) -> Any:
    return func.count(distinct(case((condition, Candidacy.firm_id))))


def _rounds(actor: Actor, today: date) -> Any:
    return (
        select(
            ServiceRound.id,
            ServiceRound.title,
            ServiceRound.kind,
            ServiceRound.on,
            ServiceRound.place,
            ServiceRound.participants,
            User.display_name,
            ServiceRound.recorded_at,
            _firms_where(ServiceRecord.withdrawn_at.is_(None)),
            _firms_where(_waits()),
            _firms_where(_waits() & (ServiceRecord.follow_up_on < today)),
        )
        .join(ServiceRecord, ServiceRecord.round_id == ServiceRound.id)
        .join(Candidacy, Candidacy.id == ServiceRecord.candidacy_id)
        .join(Firm, Firm.id == Candidacy.firm_id)
        .outerjoin(User, User.id == ServiceRound.by_id)
        .where(firm_within(actor.scope))
        .group_by(ServiceRound.id, User.display_name)
        .order_by(ServiceRound.on.desc(), ServiceRound.id.desc())
    )
