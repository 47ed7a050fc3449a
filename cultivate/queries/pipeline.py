"""The pipeline: one row a candidacy, filtered, counted and paged; whatever a stock figure leads to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cultivate.domain.scope import Scope
from cultivate.models import Candidacy, Firm, OrgUnit, ServiceRecord, StageMove, User
from cultivate.queries import ledger, search
from cultivate.queries.candidacies import firm_within
from cultivate.queries.ledger import Dimension, Stock
from cultivate.queries.narrow import ANYTHING, Narrow, firm_conditions, way_conditions
from cultivate.queries.paging import Page, offset_of
from cultivate.queries.places import within
from cultivate.queries.stock import IN_FORCE, Standing, standing

PAGE_SIZE = 50
NOBODY = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """Filters beside the standing, order and page."""

    text: str = ""
    narrow: Narrow = ANYTHING
    ids: tuple[int, ...] | None = None
    """Only these candidacies, where somebody has picked rows."""
    sort: str = "since"
    page: int = 1
    size: int = PAGE_SIZE

    @property
    def of_firm(self) -> bool:
        """Whether it asks for something of the firm."""
        return bool(self.text.strip()) or self.narrow.of_firm

    @property
    def narrows(self) -> bool:
        """Whether it asks for anything but order and page."""
        return self.of_firm or self.narrow.of_way or self.ids is not None


@dataclass(frozen=True, slots=True)
class PipelineRow:
    """One candidacy as the list shows it."""

    candidacy_id: int
    version: int
    firm_id: int
    name: str
    uscc: str | None
    account: str
    since: date
    street_id: int
    park_id: int | None
    in_charge: str | None
    can_open: bool
    """Whether the firm lies within the scope today; who has moved away is named here and opened there."""
    served_on: date | None
    follow_up_on: date | None
    as_of: date

    @property
    def in_stage(self) -> int:
        """Days in the stage on the day looked at."""
        return self.days(self.as_of)

    def days(self, as_of: date) -> int:
        """Days in the stage."""
        return (as_of - self.since).days


def list_candidacies(
    session: Session, scope: Scope, asked: Standing, narrowing: Narrowing
) -> Page[PipelineRow]:
    """A page of the list; the total is the figure that led here where nothing else narrows it.

    First which rows, by what order and filters need; then all that is shown, of those alone.
    """
    stood, size = standing(scope, asked), narrowing.size
    found_in_order = ordered(scope, stood, asked, narrowing)
    if narrowing.narrows:  # what narrows is slow to ask: once, for the total and the page
        found = session.scalars(found_in_order).all()
        total = len(found)
        number = _number(narrowing, total)
        ids = found[offset_of(number, size) : offset_of(number + 1, size)]
    else:
        total = _count(session, stood)
        number = _number(narrowing, total)
        ids = session.scalars(found_in_order.limit(size).offset(offset_of(number, size))).all()
    return Page(rows_of(session, scope, asked, ids), total, number, size)


def rows_of(session: Session, scope: Scope, asked: Standing, ids: Sequence[int]) -> list[PipelineRow]:
    """All that is shown of these candidacies of the list, in this order."""
    rows = {row[0]: row for row in session.execute(_shown(standing(scope, asked), ids))}
    return _filled(session, scope, asked, [rows[way] for way in ids])


def _count(session: Session, stood: Any) -> int:
    """In the index alone."""
    return session.scalar(select(func.count()).select_from(stood)) or 0


def _number(narrowing: Narrowing, total: int) -> int:
    """The page asked for, the last one where the list has become shorter."""
    return min(max(narrowing.page, 1), max(1, -(-total // narrowing.size)))


def _shown(stood: Any, ids: Sequence[int]) -> Any:
    return (
        select(
            stood.c.id,
            Candidacy.firm_id,
            Firm.name,
            Firm.uscc,
            stood.c.account,
            func.coalesce(stood.c.since, Candidacy.stage_since),
            stood.c.street_id,
            stood.c.park_id,
            User.display_name,
            Firm.street_id,
            Firm.park_id,
            Candidacy.version,
        )
        .select_from(stood)
        .join(Candidacy, Candidacy.id == stood.c.id)
        .join(Firm, Firm.id == Candidacy.firm_id)
        .outerjoin(User, User.id == Candidacy.in_charge_id)
        .where(stood.c.id.in_(ids))
        .order_by(stood.c.id)
    )


def list_picked(
    session: Session, scope: Scope, asked: Standing, narrowing: Narrowing, limit: int
) -> list[tuple[int, int]]:
    """Candidacy and firm of each row of the list, in its order: what "all of the filter" selects.

    Whose firm lies elsewhere today is named in the list of an earlier day and picked by nobody here.
    """
    ids = session.scalars(ordered(scope, standing(scope, asked), asked, narrowing).limit(limit)).all()
    firms: dict[int, int] = {}
    for start in range(0, len(ids), 500):
        statement = (
            select(Candidacy.id, Candidacy.firm_id)
            .join(Firm, Firm.id == Candidacy.firm_id)
            .where(Candidacy.id.in_(ids[start : start + 500]), firm_within(scope))
            .order_by(Candidacy.id)
        )
        firms.update((way, firm_id) for way, firm_id in session.execute(statement))
    return [(way, firms[way]) for way in ids if way in firms]


def stage_counts(session: Session, scope: Scope, asked: Standing) -> dict[str, int]:
    """What the tabs show: each stage, ``in_force``, and under "" the four stages together."""
    by: Dimension | None = None
    if asked.unit is not None:
        by = "park" if asked.unit.kind == "park" else "unit"
    stocks = ledger.balances(session, scope, asked.track, asked.as_of, asked.known_at, by)
    stock = stocks.get(asked.unit.id if asked.unit else 0, Stock())
    return {"": sum(stock.stages.values()), **stock.stages, IN_FORCE: stock.in_force}


def ordered(scope: Scope, stood: Any, asked: Standing, narrowing: Narrowing) -> Any:
    """Ids in the list's order; joins only what filters and order ask for."""
    sort = narrowing.sort.removeprefix("-")
    by_firm = narrowing.of_firm or sort in {"name", "street"}
    statement = select(stood.c.id).select_from(stood)
    if by_firm or narrowing.narrows or sort == "in_charge" or not asked.is_now:
        statement = statement.join(Candidacy, Candidacy.id == stood.c.id)
    if by_firm:
        statement = statement.join(Firm, Firm.id == Candidacy.firm_id)
    if sort == "in_charge":
        statement = statement.outerjoin(User, User.id == Candidacy.in_charge_id)
    if sort == "street":
        statement = statement.join(OrgUnit, OrgUnit.id == stood.c.street_id)
    # who came by a change of street counts from before
    since = stood.c.since if asked.is_now else func.coalesce(stood.c.since, Candidacy.stage_since)
    narrow = narrowing.narrow
    conditions = [
        *search.conditions(scope, narrowing.text),
        *firm_conditions(narrow),
        *way_conditions(narrow, asked.as_of, None if asked.is_now else since),
    ]
    if narrowing.ids is not None:
        conditions.append(stood.c.id.in_(narrowing.ids))
    return statement.where(*conditions).order_by(*_order(stood, since, narrowing.sort))


def _order(stood: Any, since: Any, sort: str) -> tuple[Any, ...]:
    """Longest in the stage first, unless said otherwise."""
    orders: dict[str, tuple[Any, ...]] = {
        "-since": (since.desc(), stood.c.id.desc()),
        "name": (Firm.name, stood.c.id),
        "-name": (Firm.name.desc(), stood.c.id.desc()),
        "street": (OrgUnit.position, Firm.name, stood.c.id),
        "-street": (OrgUnit.position.desc(), Firm.name, stood.c.id),
        "in_charge": (User.display_name.nulls_first(), User.id, stood.c.id),
        "-in_charge": (User.display_name.desc().nulls_last(), User.id, stood.c.id),
    }
    return orders.get(sort, (since, stood.c.id))


def _filled(session: Session, scope: Scope, asked: Standing, rows: Sequence[Any]) -> list[PipelineRow]:
    """Add services, and for an earlier day the exact day of entry, to the rows of one page."""
    ids = [row[0] for row in rows]
    services = _services(session, ids, asked.as_of)
    entered = {} if asked.is_now else _entered(session, ids, asked)
    return [
        PipelineRow(
            candidacy_id=row[0],
            version=row[11],
            firm_id=row[1],
            name=row[2],
            uscc=row[3],
            account=row[4],
            since=entered.get(row[0], row[5]),
            street_id=row[6],
            park_id=row[7],
            in_charge=row[8],
            can_open=scope.holds(row[9], row[10]),
            served_on=services.get(row[0], (None, None))[0],
            follow_up_on=services.get(row[0], (None, None))[1],
            as_of=asked.as_of,
        )
        for row in rows
    ]


def _services(session: Session, ids: list[int], as_of: date) -> dict[int, tuple[date | None, date | None]]:
    """Last service and next follow-up that is not done, by candidacy."""
    pending = ServiceRecord.followed_up_at.is_(None)
    rows = session.execute(
        select(
            ServiceRecord.candidacy_id,
            func.max(ServiceRecord.on),
            func.min(ServiceRecord.follow_up_on).filter(pending),
        )
        .where(
            ServiceRecord.candidacy_id.in_(ids),
            ServiceRecord.on <= as_of,
            ServiceRecord.withdrawn_at.is_(None),
        )
        .group_by(ServiceRecord.candidacy_id)
    )
    return {candidacy_id: (served, follow_up) for candidacy_id, served, follow_up in rows}


def _entered(session: Session, ids: list[int], asked: Standing) -> dict[int, date]:
    """The day on which each came into the stage it stood in: moves taken back and changes of street apart."""
    statement = select(StageMove).where(StageMove.candidacy_id.in_(ids)).order_by(StageMove.id)
    if asked.known_at is not None:
        statement = statement.where(StageMove.recorded_at <= asked.known_at)
    known = list(session.scalars(statement))
    undone = {move.reverses_id for move in known}
    return {
        move.candidacy_id: move.effective_on
        for move in known
        if move.kind == "move" and move.id not in undone and move.effective_on <= asked.as_of
    }


def people_in_charge(session: Session, scope: Scope, track: str | None = None) -> list[tuple[int, str]]:
    """Who has candidacies (of this track) in charge, for the filter; one look into the index a person."""
    charged = select(Candidacy.id).where(Candidacy.in_charge_id == User.id)
    inside = within(Candidacy, scope)
    if inside is not None:
        charged = charged.where(inside)
    if track is not None:
        charged = charged.where(Candidacy.track == track)
    statement = (
        select(User.id, User.display_name)
        .where(charged.correlate(User).exists())
        .order_by(User.display_name, User.id)
    )
    return [(user_id, name) for user_id, name in session.execute(statement)]
