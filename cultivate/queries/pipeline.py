"""The pipeline: one row a candidacy, filtered, counted and paged; whatever a stock figure leads to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cultivate.domain.scope import Scope
from cultivate.models import Candidacy, Firm, OrgUnit, ServiceRecord, StageMove, User
from cultivate.queries import ledger
from cultivate.queries.attention import stalled_condition
from cultivate.queries.ledger import Dimension, Stock
from cultivate.queries.paging import Page, offset_of
from cultivate.queries.places import within
from cultivate.queries.stock import IN_FORCE, Standing, standing

PAGE_SIZE = 50
NOBODY = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """Filters beside the standing, order and page. ``in_charge`` is a user's id, ``NOBODY`` for none."""

    text: str = ""
    in_charge: int | None = None
    stalled_days: Mapping[str, int] | None = None
    """Only those that stand longer in their stage than it allows."""
    sort: str = "since"
    page: int = 1


@dataclass(frozen=True, slots=True)
class PipelineRow:
    """One candidacy as the list shows it."""

    candidacy_id: int
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

    def days(self, as_of: date) -> int:
        """Days in the stage."""
        return (as_of - self.since).days


def list_candidacies(
    session: Session, scope: Scope, asked: Standing, narrowing: Narrowing
) -> Page[PipelineRow]:
    """A page of the list; the total is the figure that led here where nothing else narrows it."""
    stood = standing(scope, asked)
    statement = _narrowed(
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
        )
        .select_from(stood)
        .join(Candidacy, Candidacy.id == stood.c.id)
        .join(Firm, Firm.id == Candidacy.firm_id)
        .outerjoin(User, User.id == Candidacy.in_charge_id)
        .join(OrgUnit, OrgUnit.id == stood.c.street_id),
        asked,
        narrowing,
    )
    total = _total(session, stood, asked, narrowing)
    number = min(max(narrowing.page, 1), max(1, -(-total // PAGE_SIZE)))
    rows = session.execute(
        statement.order_by(*_order(stood, narrowing.sort))
        .limit(PAGE_SIZE)
        .offset(offset_of(number, PAGE_SIZE))
    ).all()
    return Page(_filled(session, scope, asked, rows), total, number, PAGE_SIZE)


def stage_counts(session: Session, scope: Scope, asked: Standing) -> dict[str, int]:
    """What the tabs show: each stage, ``in_force``, and under "" the four stages together."""
    by: Dimension | None = None
    if asked.unit is not None:
        by = "park" if asked.unit.kind == "park" else "unit"
    stocks = ledger.balances(session, scope, asked.track, asked.as_of, asked.known_at, by)
    stock = stocks.get(asked.unit.id if asked.unit else 0, Stock())
    return {"": sum(stock.stages.values()), **stock.stages, IN_FORCE: stock.in_force}


def _total(session: Session, stood: Any, asked: Standing, narrowing: Narrowing) -> int:
    """Joins only what the filters ask for: a plain list is counted in the index."""
    statement = select(func.count()).select_from(stood)
    if narrowing.in_charge is not None or narrowing.stalled_days or narrowing.text:
        statement = statement.join(Candidacy, Candidacy.id == stood.c.id)
    if narrowing.text:
        statement = statement.join(Firm, Firm.id == Candidacy.firm_id)
    return session.scalar(_narrowed(statement, asked, narrowing)) or 0


def _narrowed(statement: Any, asked: Standing, narrowing: Narrowing) -> Any:
    if narrowing.text:
        statement = statement.where(
            Firm.search_text.contains(narrowing.text.strip().lower(), autoescape=True)
        )
    if narrowing.in_charge == NOBODY:
        statement = statement.where(Candidacy.in_charge_id.is_(None))
    elif narrowing.in_charge is not None:
        statement = statement.where(Candidacy.in_charge_id == narrowing.in_charge)
    if narrowing.stalled_days:
        statement = statement.where(stalled_condition(asked.as_of, narrowing.stalled_days))
    return statement


def _order(stood: Any, sort: str) -> tuple[Any, ...]:
    """Longest in the stage first, unless said otherwise; who came by a change of street counts from before."""
    since = func.coalesce(stood.c.since, Candidacy.stage_since)
    orders: dict[str, tuple[Any, ...]] = {
        "-since": (since.desc(), stood.c.id.desc()),
        "name": (Firm.name, stood.c.id),
        "street": (OrgUnit.position, Firm.name, stood.c.id),
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
        .where(ServiceRecord.candidacy_id.in_(ids), ServiceRecord.on <= as_of)
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


def people_in_charge(session: Session, scope: Scope, track: str) -> list[tuple[int, str]]:
    """Who has candidacies of this track in charge, for the filter."""
    inside = within(Candidacy, scope)
    statement = (
        select(User.id, User.display_name)
        .where(User.id.in_(_charged(track, inside)))
        .order_by(User.display_name, User.id)
    )
    return [(user_id, name) for user_id, name in session.execute(statement)]


def _charged(track: str, inside: Any) -> Any:
    charged = select(Candidacy.in_charge_id).where(
        Candidacy.track == track, Candidacy.in_charge_id.is_not(None)
    )
    return charged if inside is None else charged.where(inside)
