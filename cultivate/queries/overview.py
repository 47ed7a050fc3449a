"""All numbers of the overview: per track the promise, the funnel and the trend; per street or park a line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cultivate.domain.conversion import Conversion
from cultivate.domain.scope import Scope
from cultivate.domain.stages import Stage
from cultivate.models import Candidacy
from cultivate.queries import certificates, conversion, ledger, progress, targets, units
from cultivate.queries.attention import stalled_condition
from cultivate.queries.ledger import Dimension, Flow, Stock
from cultivate.queries.memo import remember
from cultivate.queries.places import NO_PARK, shown, within
from cultivate.queries.progress import KINDS, TrackProgress
from cultivate.queries.targets import Promise
from cultivate.queries.units import Unit


@dataclass(frozen=True, slots=True)
class TrackView:
    """One track on one day."""

    progress: TrackProgress
    week: Mapping[str, Flow]
    """Flow of the ISO week so far, by account."""
    monday: date
    conversions: Mapping[str, Conversion]
    cohort_since: date
    ending: int
    """In force, with a last day in this year."""
    trend: list[tuple[date, int]]
    """In force at the close of every month, the last point on the day itself."""


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """One street or park of the table."""

    unit: Unit
    stock: Stock
    target: int | None
    gap: int | None
    """In force less pace, where the unit has promised something."""
    new_this_year: int
    month: Flow
    """In and out of ``certify`` since the first of the month."""
    stalled: int | None = None
    """Only of today: an earlier day's is not kept."""


def track_view(
    session: Session, scope: Scope, row: TrackProgress, as_of: date, known_at: datetime | None
) -> TrackView:
    """Everything about one track, counted anew."""
    monday = as_of - timedelta(days=as_of.weekday())
    trend = ledger.month_ends(session, scope, row.track, Stage.CERTIFY, as_of)
    trend[-1] = (as_of, row.in_force)
    return TrackView(
        progress=row,
        week=ledger.flows(session, scope, row.track, monday, as_of, known_at)[0],
        monday=monday,
        conversions=conversion.by_stage(session, scope, row.track, as_of, known_at),
        cohort_since=conversion.since(as_of),
        ending=certificates.count_by_status(session, scope, row.track, as_of)["ending"],
        trend=trend,
    )


def track_views(
    session: Session, scope: Scope, as_of: date, known_at: datetime | None = None
) -> list[TrackView]:
    """Every track."""

    def view(row: TrackProgress) -> TrackView:
        key = ("track", scope, row.track, as_of, known_at, row.promise)
        return remember(session, key, lambda: track_view(session, scope, row, as_of, known_at))

    return [view(row) for row in progress.progress(session, scope, as_of, known_at)]


def place_lines(
    session: Session,
    scope: Scope,
    track: str,
    as_of: date,
    known_at: datetime | None,
    by: Dimension,
    *,
    stalled: bool,
) -> list[PlaceLine]:
    """A line for every street or park that the scope may see, the furthest behind first.

    By park there is a last line for the firms in none, so that the column adds up to the whole.
    """
    promises = tuple(targets.list_targets(session, track))
    places = [unit for unit in shown(units.list_units(session), scope) if unit.kind == KINDS[by]]
    if by == "park":
        places.append(NO_PARK)
    key = ("places", scope, track, as_of, known_at, by, promises, stalled, tuple(places))

    def count() -> list[PlaceLine]:
        lines = _lines(session, scope, track, as_of, known_at, by, places, promises)
        if stalled:
            counts = _stalled(session, scope, track, as_of, by)
            lines = [replace(line, stalled=counts.get(line.unit.id, 0)) for line in lines]
        return sorted(lines, key=_urgency)

    return remember(session, key, count)


def _lines(
    session: Session,
    scope: Scope,
    track: str,
    as_of: date,
    known_at: datetime | None,
    by: Dimension,
    places: Sequence[Unit],
    promises: Sequence[Promise],
) -> list[PlaceLine]:
    """The lines in the order of the units, without what stands still."""
    stocks = ledger.balances(session, scope, track, as_of, known_at, by)
    year = ledger.flows(session, scope, track, as_of.replace(month=1, day=1), as_of, known_at, by)
    month = ledger.flows(session, scope, track, as_of.replace(day=1), as_of, known_at, by)
    lines = []
    for unit in places:
        stock = stocks.get(unit.id, Stock())
        promise = targets.applying(targets.of_unit(promises, unit.id), track, as_of)
        line = PlaceLine(
            unit=unit,
            stock=stock,
            target=promise.value if promise else None,
            gap=stock.in_force - promise.pace(as_of) if promise else None,
            new_this_year=year.get(unit.id, {}).get(Stage.CERTIFY, Flow()).entered,
            month=month.get(unit.id, {}).get(Stage.CERTIFY, Flow()),
        )
        lines.append(line)
    return lines


def _urgency(line: PlaceLine) -> tuple[bool, bool, int, int]:
    """By gap; units without a target after those with one, the largest first; "in no park" at the end."""
    return (line.unit == NO_PARK, line.gap is None, line.gap or 0, -line.stock.in_force)


def _stalled(
    session: Session,
    scope: Scope,
    track: str,
    as_of: date,
    by: Dimension,
) -> dict[int, int]:
    group: Any = Candidacy.street_id if by == "unit" else Candidacy.park_id
    statement = (
        select(group, func.count()).where(Candidacy.track == track, stalled_condition(as_of)).group_by(group)
    )
    inside = within(Candidacy, scope)
    if inside is not None:
        statement = statement.where(inside)
    return {place or 0: int(count) for place, count in session.execute(statement)}
