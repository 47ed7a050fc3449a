"""What lies on whom: one row a person by a few grouped queries, and the lists that only these figures lead to.

Every figure is counted under the conditions of the list that it opens, within the reader's scope.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session, selectinload

from cultivate.domain.permissions import Act, Role, may
from cultivate.domain.scope import Scope
from cultivate.domain.stages import OPEN_STAGES, STAGES
from cultivate.errors import NotFound
from cultivate.models import Candidacy, OrgUnit, ServiceRecord, User
from cultivate.queries import batch_papers, firm_needs, worklist
from cultivate.queries.attention import stalled_condition
from cultivate.queries.narrow import NOBODY
from cultivate.queries.paging import Page
from cultivate.queries.places import within
from cultivate.queries.users import actor_of
from cultivate.queries.worklist import Task

OVERDUE, WEEK = "overdue", "week"
DUE = (OVERDUE, WEEK)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works, or did; ``works`` is whether firms can be put in their charge."""

    id: int
    name: str
    role: str
    active: bool
    works: bool
    units: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Load:
    """What lies on a person; on nobody where ``person`` is ``None``."""

    person: Person | None
    charge: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By track and stage."""
    stalled: Counter[str] = field(default_factory=Counter)
    adrift: Counter[str] = field(default_factory=Counter)
    """By track, what they can no longer act on: account closed, another role, another unit."""
    overdue: int = 0
    week: int = 0
    needs: int = 0
    papers: int = 0

    @property
    def total(self) -> int:
        """In charge of, on all tracks and stages."""
        return self.charge.total()

    @property
    def under_way(self) -> int:
        """Of these, not certified yet."""
        return sum(count for (_track, stage), count in self.charge.items() if stage in OPEN_STAGES)

    @property
    def holds_anything(self) -> bool:
        """Whether there is any figure."""
        return bool(self.total or self.overdue or self.week or self.needs or self.papers)


@dataclass(frozen=True, slots=True)
class Loads:
    """Everybody of a scope, and what lies on nobody."""

    nobody: Load
    people: list[Load]

    @property
    def adrift(self) -> list[Load]:
        """Who holds what they cannot act on."""
        return [load for load in self.people if load.adrift]


def list_loads(session: Session, scope: Scope, today: date) -> Loads:
    """Who works in the scope or holds something there: caseworkers by unit, then the bureau, then the others."""
    users = list(session.scalars(select(User).options(selectinload(User.units)).order_by(User.id)))
    charge, adrift = _charge(session, scope, users)
    stalled = _stalled(session, scope, today)
    due, needs, papers = (
        _due(session, scope, today),
        firm_needs.count_open(session, scope),
        batch_papers.count_due(session, scope),
    )
    positions = dict(session.execute(select(OrgUnit.id, OrgUnit.position)).all())

    def load(person: Person | None) -> Load:
        key = person.id if person else NOBODY
        overdue, week = due.get(key, (0, 0)) if person else (0, 0)
        return Load(
            person,
            charge.get(key, Counter()),
            stalled.get(key, Counter()),
            adrift.get(key, Counter()),
            overdue,
            week,
            needs.get(key, 0),
            papers.get(key, 0),
        )

    loads = [(user, load(_person(user))) for user in users]
    shown = [each for user, each in loads if each.holds_anything or _works_in(user, scope)]
    return Loads(load(None), sorted(shown, key=lambda each: _order(each, positions)))


def get_load(session: Session, scope: Scope, user_id: int, today: date) -> Load:
    """One person's, or ``NotFound`` for whom the list does not name."""
    for load in list_loads(session, scope, today).people:
        if load.person is not None and load.person.id == user_id:
            return load
    raise NotFound


def get_person(session: Session, scope: Scope, user_id: int) -> Person:
    """Somebody who works in the scope or has a firm there in charge, or ``NotFound``."""
    user = session.get(User, user_id)
    if user is None or not (_works_in(user, scope) or _holds_in(session, user_id, scope)):
        raise NotFound
    return _person(user)


def list_follow_ups(
    session: Session, scope: Scope, user_id: int, due: str, today: date, number: int = 1
) -> Page[Task]:
    """Follow-ups that lie on a person: ``overdue``, or due from today to the end of the ``week``."""
    statement = worklist.follow_ups(scope, worklist.lies_on(user_id), _DUE[due](today))
    return worklist.page_of(session, statement, number)


def count_held(session: Session, user_id: int) -> tuple[dict[str, int], dict[str, int]]:
    """By track, what a person has in charge in the whole district, and what of it they cannot act on."""
    user = session.get(User, user_id)
    if user is None:
        raise NotFound
    charge, adrift = _charge(session, Scope(everything=True), [user], Candidacy.in_charge_id == user_id)
    held: Counter[str] = Counter()
    for (track, _stage), count in charge.get(user_id, Counter()).items():
        held[track] += count
    return held, adrift.get(user_id, Counter())


def _overdue(today: date) -> ColumnElement[bool]:
    return ServiceRecord.follow_up_on < today


def _this_week(today: date) -> ColumnElement[bool]:
    return and_(ServiceRecord.follow_up_on >= today, ServiceRecord.follow_up_on <= worklist.sunday_of(today))


_DUE = {OVERDUE: _overdue, WEEK: _this_week}


def _person(user: User) -> Person:
    units = tuple(unit.id for unit in user.units)
    works = user.active and may(user.role, Act.ASSIGN)
    return Person(user.id, user.display_name, user.role, user.active, works, units)


def _works_in(user: User, scope: Scope) -> bool:
    """As in ``users.list_workers``."""
    if not user.active or not may(user.role, Act.ASSIGN):
        return False
    if scope.everything or user.role != Role.CASEWORKER:
        return True
    return bool({unit.id for unit in user.units} & scope.unit_ids)


def _holds_in(session: Session, user_id: int, scope: Scope) -> bool:
    inside = within(Candidacy, scope)
    held = select(Candidacy.id).where(Candidacy.in_charge_id == user_id, Candidacy.stage.in_(STAGES))
    return session.scalar((held if inside is None else held.where(inside)).limit(1)) is not None


def _order(load: Load, positions: Mapping[int, int]) -> tuple[Any, ...]:
    person = load.person
    if person is None:
        return (0,)
    rank = 2 if not person.works else int(person.role != Role.CASEWORKER)
    place = min((positions[unit] for unit in person.units), default=0)
    return (rank, place, person.name, person.id)


Counts = dict[int, Counter[Any]]


def _charge(
    session: Session, scope: Scope, users: Iterable[User], *conditions: ColumnElement[bool]
) -> tuple[Counts, Counts]:
    """By person: in charge by track and stage; and by track what they cannot act on."""
    reach = {
        user.id: actor_of(user).scope if user.active and may(user.role, Act.ASSIGN) else Scope()
        for user in users
    }
    inside = within(Candidacy, scope)
    place = (
        Candidacy.in_charge_id,
        Candidacy.track,
        Candidacy.stage,
        Candidacy.street_id,
        Candidacy.park_id,
    )
    rows = session.execute(
        select(*place, func.count())
        .where(Candidacy.stage.in_(STAGES), *([] if inside is None else [inside]), *conditions)
        .group_by(*place)
    )
    charge: Counts = {}
    adrift: Counts = {}
    for holder, track, stage, street_id, park_id, count in rows:
        key = NOBODY if holder is None else holder
        charge.setdefault(key, Counter())[track, stage] += count
        if holder is not None and not reach[holder].holds(street_id, park_id):
            adrift.setdefault(key, Counter())[track] += count
    return charge, adrift


def _stalled(session: Session, scope: Scope, today: date) -> Counts:
    inside = within(Candidacy, scope)
    rows = session.execute(
        select(Candidacy.in_charge_id, Candidacy.track, func.count())
        .where(stalled_condition(today), *([] if inside is None else [inside]))
        .group_by(Candidacy.in_charge_id, Candidacy.track)
    )
    found: Counts = {}
    for holder, track, count in rows:
        found.setdefault(NOBODY if holder is None else holder, Counter())[track] += count
    return found


def _due(session: Session, scope: Scope, today: date) -> dict[int, tuple[int, int]]:
    """By person overdue and due this week, as ``worklist.lies_on`` says: given to nobody it lies on two people."""
    given = func.coalesce(ServiceRecord.follow_up_owner_id, Candidacy.in_charge_id)
    also = and_(
        ServiceRecord.follow_up_owner_id.is_(None),
        or_(Candidacy.in_charge_id.is_(None), Candidacy.in_charge_id != ServiceRecord.by_id),
    )
    late, soon = (func.sum(case((each(today), 1), else_=0)) for each in (_overdue, _this_week))
    until = ServiceRecord.follow_up_on <= worklist.sunday_of(today)
    found: dict[int, tuple[int, int]] = {}
    for person, condition in ((given, given.is_not(None)), (ServiceRecord.by_id, also)):
        statement = worklist.follow_ups(scope, until, condition).with_only_columns(person, late, soon)
        for holder, overdue, week in session.execute(statement.order_by(None).group_by(person)):
            if holder is not None:
                before = found.get(holder, (0, 0))
                found[holder] = (before[0] + overdue, before[1] + week)
    return found
