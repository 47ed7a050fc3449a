"""A person's portfolio as it can be handed over, and hand-overs that were made."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from cultivate.domain.scope import Scope
from cultivate.domain.stages import STAGES
from cultivate.errors import NotFound
from cultivate.models import Assignment, Candidacy, Firm, Handover, User
from cultivate.queries.attention import adrift
from cultivate.queries.candidacies import firm_within
from cultivate.queries.places import lies_in
from cultivate.queries.units import Unit

_giver, _by, _undone_by, _to, _now = (aliased(User) for _ in range(5))


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Which of a person's candidacies; what is left out narrows nothing."""

    track: str = ""
    stage: str = ""
    unit: Unit | None = None
    adrift: bool = False
    """Only those on which they cannot act any more."""


@dataclass(frozen=True, slots=True)
class HeldRow:
    """A candidacy in somebody's charge."""

    candidacy_id: int
    version: int
    firm_id: int
    name: str
    track: str
    stage: str
    street_id: int
    park_id: int | None


@dataclass(frozen=True, slots=True)
class HandoverRow:
    """A hand-over as plain values; ``lines`` counts what of it lies within the reader's scope."""

    id: int
    from_id: int
    giver: str
    by_id: int | None
    by: str | None
    at: datetime
    reason: str
    undone_at: datetime | None
    undone_by: str | None
    lines: int


@dataclass(frozen=True, slots=True)
class HandedRow:
    """A candidacy that was handed over; ``now`` is who has it in charge today."""

    candidacy_id: int
    firm_id: int
    name: str
    track: str
    stage: str
    street_id: int
    to_id: int
    to: str
    now_id: int | None
    now: str | None

    @property
    def stays(self) -> bool:
        """Whether it is still with the one who got it."""
        return self.now_id == self.to_id


def list_held(session: Session, scope: Scope, user_id: int, part: Part, limit: int) -> list[HeldRow]:
    """What a person has in charge and the reader may see, by firm; at most so many."""
    rows = session.execute(
        select(
            Candidacy.id,
            Candidacy.version,
            Firm.id,
            Firm.name,
            Candidacy.track,
            Candidacy.stage,
            Candidacy.street_id,
            Candidacy.park_id,
        )
        .join(Firm, Firm.id == Candidacy.firm_id)
        .where(*_held(user_id, part), firm_within(scope))
        .order_by(Firm.id, Candidacy.id)
        .limit(limit)
    )
    return [HeldRow(*row) for row in rows]


def count_outside(session: Session, scope: Scope, user_id: int, part: Part) -> dict[int, int]:
    """By street, how many of them lie outside the reader's scope: where, never which."""
    rows = session.execute(
        select(Firm.street_id, Firm.park_id, func.count())
        .select_from(Candidacy)
        .join(Firm, Firm.id == Candidacy.firm_id)
        .where(*_held(user_id, part), Firm.deleted_at.is_(None))
        .group_by(Firm.street_id, Firm.park_id)
    )
    found: Counter[int] = Counter()
    for street_id, park_id, count in rows:
        if not scope.holds(street_id, park_id):
            found[street_id] += count
    return dict(found)


def _held(user_id: int, part: Part) -> Iterator[ColumnElement[bool]]:
    yield Candidacy.in_charge_id == user_id
    yield Candidacy.stage == part.stage if part.stage else Candidacy.stage.in_(STAGES)
    if part.track:
        yield Candidacy.track == part.track
    if part.unit is not None:
        yield lies_in(Candidacy, part.unit)
    if part.adrift:
        yield adrift()


def get_handover(session: Session, scope: Scope, handover_id: int) -> HandoverRow:
    """One, or ``NotFound`` where none of its firms lies within the scope."""
    row = session.execute(_handovers(scope).where(Handover.id == handover_id)).one_or_none()
    if row is None:
        raise NotFound
    return HandoverRow(*row)


def list_of_person(session: Session, scope: Scope, user_id: int, limit: int = 20) -> list[HandoverRow]:
    """Those from and to a person, newest first."""
    received = select(Assignment.handover_id).where(Assignment.to_id == user_id)
    concerns = or_(Handover.from_id == user_id, Handover.id.in_(received))
    found = _handovers(scope).where(concerns).order_by(Handover.id.desc()).limit(limit)
    return [HandoverRow(*row) for row in session.execute(found)]


def list_lines(session: Session, scope: Scope, handover_id: int) -> list[HandedRow]:
    """What was handed over, within the scope; by receiver and firm."""
    columns: tuple[Any, ...] = (
        Candidacy.id,
        Firm.id,
        Firm.name,
        Candidacy.track,
        Candidacy.stage,
        Candidacy.street_id,
        _to.id,
        _to.display_name,
        _now.id,
        _now.display_name,
    )
    rows = session.execute(
        select(*columns)
        .select_from(Assignment)
        .join(Handover, Handover.id == Assignment.handover_id)
        .join(Candidacy, Candidacy.id == Assignment.candidacy_id)
        .join(Firm, Firm.id == Candidacy.firm_id)
        .join(_to, _to.id == Assignment.to_id)
        .outerjoin(_now, _now.id == Candidacy.in_charge_id)
        .where(Handover.id == handover_id, _given(), firm_within(scope))
        .order_by(_to.display_name, _to.id, Firm.name, Candidacy.id)
    )
    return [HandedRow(*row) for row in rows]


def _given() -> ColumnElement[bool]:
    """Lines that gave; those that took back name the giver on the other side."""
    return Assignment.from_id == Handover.from_id


def _handovers(scope: Scope) -> Select[*tuple[Any, ...]]:
    columns = (
        Handover.id,
        Handover.from_id,
        _giver.display_name,
        Handover.by_id,
        _by.display_name,
        Handover.at,
        Handover.reason,
        Handover.undone_at,
        _undone_by.display_name,
    )
    return (
        select(*columns, func.count(Candidacy.id))
        .join(Assignment, Assignment.handover_id == Handover.id)
        .join(Candidacy, Candidacy.id == Assignment.candidacy_id)
        .join(Firm, Firm.id == Candidacy.firm_id)
        .join(_giver, _giver.id == Handover.from_id)
        .outerjoin(_by, _by.id == Handover.by_id)
        .outerjoin(_undone_by, _undone_by.id == Handover.undone_by_id)
        .where(_given(), firm_within(scope))
        .group_by(*columns)
    )
