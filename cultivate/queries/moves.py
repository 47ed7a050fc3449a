"""Moves: the list behind every flow figure, and the moves that were recorded late."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from cultivate.domain.scope import Scope
from cultivate.domain.stages import OUTSIDE
from cultivate.models import Candidacy, Firm, Posting, StageMove, User
from cultivate.queries.paging import Page, offset_of
from cultivate.queries.places import lies_in, within
from cultivate.queries.units import Unit

PAGE_SIZE = 50
FLOWS = ("entered", "left", "moved_in", "moved_out")


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveFilter:
    """Which moves.

    With ``flow``, those that a flow figure counts: a move that was taken back is not among them, nor is the
    counter-move. With ``recorded_since`` alone, everything booked after that time, corrections included.
    """

    track: str = ""
    account: str = ""
    flow: str = ""
    since: date | None = None
    until: date | None = None
    unit: Unit | None = None
    known_at: datetime | None = None
    recorded_since: datetime | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class ListedMove:
    """One move as the list shows it."""

    id: int
    candidacy_id: int
    firm_id: int
    name: str
    can_open: bool
    track: str
    kind: str
    source: str
    target: str
    from_street_id: int
    to_street_id: int
    effective_on: date
    recorded_at: datetime
    actor: str | None
    reason: str | None


def list_moves(session: Session, scope: Scope, asked: MoveFilter) -> Page[ListedMove]:
    """A page of moves, newest first; its total is the figure that led here."""
    wanted = _wanted(scope, asked)
    total = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    number = min(max(asked.page, 1), max(1, -(-total // PAGE_SIZE)))
    rows = session.execute(
        select(StageMove, Candidacy.firm_id, Candidacy.track, Firm.name, Firm.street_id, Firm.park_id)
        .add_columns(User.display_name)
        .join(Candidacy, Candidacy.id == StageMove.candidacy_id)
        .join(Firm, Firm.id == Candidacy.firm_id)
        .outerjoin(User, User.id == StageMove.actor_id)
        .where(StageMove.id.in_(wanted))
        .order_by(StageMove.effective_on.desc(), StageMove.id.desc())
        .limit(PAGE_SIZE)
        .offset(offset_of(number, PAGE_SIZE))
    )
    items = [_listed(scope, *row) for row in rows]
    return Page(items, total, number, PAGE_SIZE)


def _wanted(scope: Scope, asked: MoveFilter) -> Any:
    """Ids of the moves: each has one posting that the figure counts."""
    statement = select(Posting.move_id).where(*_conditions(scope, asked)).distinct()
    if not asked.flow:
        return statement.where(Posting.account != OUTSIDE)
    reversal = aliased(StageMove)
    undone = reversal.reverses_id == Posting.move_id
    if asked.known_at is not None:
        undone &= reversal.recorded_at <= asked.known_at
    return statement.where(getattr(Posting, asked.flow) == 1, ~select(reversal.id).where(undone).exists())


def _conditions(scope: Scope, asked: MoveFilter) -> list[ColumnElement[bool]]:
    given: list[tuple[Any, Any]] = [
        (asked.track, lambda: Posting.track == asked.track),
        (asked.account, lambda: Posting.account == asked.account),
        (asked.since, lambda: Posting.effective_on >= asked.since),
        (asked.until, lambda: Posting.effective_on <= asked.until),
        (asked.unit, lambda: lies_in(Posting, asked.unit) if asked.unit else None),
        (asked.known_at, lambda: Posting.recorded_at <= asked.known_at),
        (asked.recorded_since, lambda: Posting.recorded_at > asked.recorded_since),
    ]
    conditions = [condition() for value, condition in given if value]
    inside = within(Posting, scope)
    return conditions if inside is None else [*conditions, inside]


def _listed(
    scope: Scope,
    move: StageMove,
    firm_id: int,
    track: str,
    name: str,
    street_id: int,
    park_id: int | None,
    actor: str | None,
) -> ListedMove:
    return ListedMove(
        id=move.id,
        candidacy_id=move.candidacy_id,
        firm_id=firm_id,
        name=name,
        can_open=scope.holds(street_id, park_id),
        track=track,
        kind=move.kind,
        source=move.from_account,
        target=move.to_account,
        from_street_id=move.from_street_id,
        to_street_id=move.to_street_id,
        effective_on=move.effective_on,
        recorded_at=move.recorded_at,
        actor=actor,
        reason=move.reason,
    )
