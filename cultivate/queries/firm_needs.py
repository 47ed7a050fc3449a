"""What firms ask for: of one firm, of one visit, of everybody; whose turn it is."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from cultivate.domain.actor import Actor
from cultivate.domain.needs import OPEN
from cultivate.domain.periods import Window
from cultivate.domain.permissions import Role
from cultivate.domain.scope import Scope
from cultivate.errors import NotFound
from cultivate.models import AuditEvent, Firm, FirmNeed, User
from cultivate.models.user import user_unit
from cultivate.queries.candidacies import firm_within
from cultivate.queries.paging import Page, offset_of
from cultivate.queries.places import lies_in
from cultivate.queries.service_records import Step
from cultivate.queries.units import Unit

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class NeedRow:
    """A need as plain values; without an owner it is the bureau's."""

    id: int
    version: int
    firm_id: int
    firm: str
    street_id: int
    park_id: int | None
    kind: str
    text: str
    raised_on: date
    recorded_at: datetime
    by: str | None
    service_id: int | None
    owner_id: int | None
    owner: str | None
    due_on: date | None
    state: str
    answer: str
    answered_on: date | None
    answered_by: str | None
    left: bool
    """Its owner has gone or works elsewhere by now; until it is handed on, it is the bureau's too."""

    def overdue(self, today: date) -> bool:
        """Whether it should have been answered."""
        return self.state == OPEN and self.due_on is not None and self.due_on < today


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the list is narrowed by; ``owner_id`` is a person, ``nobody`` what the bureau answers."""

    state: str = ""
    kind: str = ""
    unit: Unit | None = None
    owner_id: int | None = None
    nobody: bool = False
    overdue_on: date | None = None


def list_needs(session: Session, scope: Scope, asked: Asked, number: int = 1) -> Page[NeedRow]:
    """A page of them: open ones first, the one due first on top."""
    return _page(session, _narrowed(scope, asked), number, PAGE_SIZE)


def list_of_firm(session: Session, scope: Scope, firm_id: int) -> list[NeedRow]:
    """All of a firm, open ones first."""
    return _rows(session, _needs(scope).where(FirmNeed.firm_id == firm_id))


def list_of_service(session: Session, scope: Scope, service_id: int) -> list[NeedRow]:
    """Those that were said at a visit."""
    return _rows(session, _needs(scope).where(FirmNeed.service_id == service_id))


def list_waiting(session: Session, actor: Actor, number: int = 1, size: int = PAGE_SIZE) -> Page[NeedRow]:
    """Open ones that this person is to answer; for the bureau those that nobody else would see as well."""
    return _page(session, _waiting(actor), number, size)


def list_due(session: Session, actor: Actor, window: Window) -> list[NeedRow]:
    """Of those that wait for this person, the ones whose day lies in the window, the earliest first."""
    inside = FirmNeed.due_on >= window.start, FirmNeed.due_on < window.end
    return _rows(session, _waiting(actor).where(*inside))


def count_open(session: Session, scope: Scope) -> dict[int, int]:
    """How many open ones each person is to answer."""
    statement = _needs(scope).where(FirmNeed.state == OPEN)
    counted = statement.with_only_columns(FirmNeed.owner_id, func.count()).order_by(None)
    rows = session.execute(counted.group_by(FirmNeed.owner_id))
    return {owner: count for owner, count in rows if owner is not None}


def get_need(session: Session, scope: Scope, need_id: int) -> NeedRow:
    """One need, or ``NotFound``."""
    found = _rows(session, _needs(scope).where(FirmNeed.id == need_id))
    if not found:
        raise NotFound
    return found[0]


def trail_of(session: Session, need_id: int) -> list[Step]:
    """What was done to it, newest first; ask for the need first, within the scope."""
    rows = session.execute(
        select(AuditEvent, User.display_name)
        .outerjoin(User, User.id == AuditEvent.actor_id)
        .where(AuditEvent.subject == "need", AuditEvent.subject_id == need_id)
        .order_by(AuditEvent.id.desc())
    )
    return [Step(event.at, who, event.verb, event.details) for event, who in rows]


def _waiting(actor: Actor) -> Select[*tuple[Any, ...]]:
    mine: ColumnElement[bool] = FirmNeed.owner_id == actor.user_id
    if actor.role == Role.BUREAU:
        mine = or_(mine, FirmNeed.owner_id.is_(None), _owner_left())
    return _needs(actor.scope).where(FirmNeed.state == OPEN, mine)


def _narrowed(scope: Scope, asked: Asked) -> Select[*tuple[Any, ...]]:
    statement = _needs(scope)
    if asked.state:
        statement = statement.where(FirmNeed.state == asked.state)
    if asked.kind:
        statement = statement.where(FirmNeed.kind == asked.kind)
    if asked.owner_id is not None:
        statement = statement.where(FirmNeed.owner_id == asked.owner_id)
    if asked.nobody:
        statement = statement.where(or_(FirmNeed.owner_id.is_(None), _owner_left()))
    if asked.overdue_on is not None:
        statement = statement.where(FirmNeed.state == OPEN, FirmNeed.due_on < asked.overdue_on)
    return statement if asked.unit is None else statement.where(lies_in(Firm, asked.unit))


def _owner_left() -> ColumnElement[bool]:
    """Somebody was named who can answer no more: the account is closed, or the firm lies elsewhere by now."""
    there = (
        select(user_unit.c.user_id)
        .where(user_unit.c.unit_id.in_([Firm.street_id, Firm.park_id]))
        .correlate(Firm)  # two selects further out: not found by itself
    )
    answering = and_(
        User.active,
        or_(User.role == Role.BUREAU, and_(User.role == Role.CASEWORKER, User.id.in_(there))),
    )
    able = select(User.id).where(User.id == FirmNeed.owner_id, answering).correlate(FirmNeed, Firm)
    return and_(FirmNeed.owner_id.is_not(None), ~able.exists())


def _needs(scope: Scope) -> Select[*tuple[Any, ...]]:
    author, owner, answerer = aliased(User), aliased(User), aliased(User)
    return (
        select(FirmNeed, Firm, author.display_name, owner.display_name, answerer.display_name, _owner_left())
        .join(Firm, Firm.id == FirmNeed.firm_id)
        .outerjoin(author, author.id == FirmNeed.by_id)
        .outerjoin(owner, owner.id == FirmNeed.owner_id)
        .outerjoin(answerer, answerer.id == FirmNeed.answered_by_id)
        .where(firm_within(scope))
        .order_by(
            case((FirmNeed.state == OPEN, 0), else_=1),
            case((FirmNeed.state == OPEN, func.coalesce(FirmNeed.due_on, date.max)), else_=date.max),
            FirmNeed.raised_on.desc(),
            FirmNeed.id.desc(),
        )
    )


def _page(session: Session, statement: Any, number: int, size: int) -> Page[NeedRow]:
    total = session.scalar(statement.with_only_columns(func.count()).order_by(None)) or 0
    number = min(max(number, 1), max(1, -(-total // size)))
    rows = _rows(session, statement.limit(size).offset(offset_of(number, size))) if total else []
    return Page(rows, total, number, size)


def _rows(session: Session, statement: Any) -> list[NeedRow]:
    return [
        NeedRow(
            id=need.id,
            version=need.version,
            firm_id=firm.id,
            firm=firm.name,
            street_id=firm.street_id,
            park_id=firm.park_id,
            kind=need.kind,
            text=need.text,
            raised_on=need.raised_on,
            recorded_at=need.recorded_at,
            by=by,
            service_id=need.service_id,
            owner_id=need.owner_id,
            owner=owner,
            due_on=need.due_on,
            state=need.state,
            answer=need.answer,
            answered_on=need.answered_on,
            answered_by=answered_by,
            left=left,
        )
        for need, firm, by, owner, answered_by, left in session.execute(statement)
    ]
