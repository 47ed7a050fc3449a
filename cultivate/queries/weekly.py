"""The numbers of a weekly letter: a week's counts as they were known at its slot.

They are the numbers of the pages, counted by the same functions; only the to-do part is of the day on
which the letter is written, since nobody can do anything about what waited then.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from cultivate import packs
from cultivate.domain.actor import Actor
from cultivate.domain.periods import WEEK, Week
from cultivate.domain.scope import Scope
from cultivate.domain.stages import OUTSIDE
from cultivate.models import Candidacy, Firm, StageMove
from cultivate.queries import ledger, progress, targets, units, worklist
from cultivate.queries.ledger import Dimension, Flow, Stock
from cultivate.queries.paging import Page
from cultivate.queries.progress import TrackProgress
from cultivate.queries.targets import Promise
from cultivate.queries.units import Unit
from cultivate.queries.worklist import Task

MONTHS_SHOWN = 13
#: sections of the work page that a letter tells of, and how many rows of each
WAITING = ("proposals", "overdue", "stalled", "ending", "reports")
WAITING_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Slot:
    """What a letter counts: the week, its last day, and until when something was known."""

    week: Week
    as_of: date
    known_at: datetime

    @property
    def week_before(self) -> date:
        """The close of the week before."""
        return self.week.monday - timedelta(days=1)

    @property
    def last_letter(self) -> datetime:
        """When the letter before this one spoke: a week earlier."""
        return self.known_at - WEEK


@dataclass(frozen=True, slots=True)
class TrackWeek:
    """A track's week. ``told`` + ``corrected`` + ``change`` is what is in force now."""

    progress: TrackProgress
    stock: Stock
    before: Stock
    """At the close of the week before, as known now."""
    told: int
    """In force as the last letter said it."""
    flow: dict[str, Flow]
    history: tuple[tuple[date, int], ...]

    @property
    def track(self) -> str:
        """The track's code."""
        return self.progress.track

    @property
    def in_force(self) -> int:
        """At the close of the week."""
        return self.stock.in_force

    @property
    def change(self) -> int:
        """In force, in the course of the week."""
        return self.stock.in_force - self.before.in_force

    @property
    def corrected(self) -> int:
        """What was learnt since the last letter about the time before."""
        return self.before.in_force - self.told

    def entered(self, account: str) -> int:
        """How many came into an account in the week."""
        return self.flow[account].entered if account in self.flow else 0

    def left(self, account: str) -> int:
        """How many left it."""
        return self.flow[account].left if account in self.flow else 0

    def stage_change(self, account: str) -> int:
        """An account's stock against the week before."""
        return self.stock.accounts[account] - self.before.accounts[account]


@dataclass(frozen=True, slots=True)
class PlaceTrack:
    """One track in a street or park."""

    track: str
    in_force: int
    change: int
    candidates: int
    """In the three stages before certification."""
    promise: Promise | None
    gap: int | None
    """In force less pace, where the unit promised something."""


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A line of the street table."""

    unit: Unit
    own: bool
    tracks: tuple[PlaceTrack, ...]


@dataclass(frozen=True, slots=True)
class Correction:
    """A move of an earlier week that the book learned after the last letter."""

    firm_id: int
    firm: str
    track: str
    source: str
    target: str
    effective_on: date
    recorded_at: datetime
    reason: str | None
    taken_back: bool


@dataclass(frozen=True, slots=True)
class Weekly:
    """All of a letter's numbers, in one reader's scope."""

    slot: Slot
    place: str
    """Code of the unit that the numbers are about; empty for a reader of several units."""
    tracks: tuple[TrackWeek, ...]
    places: tuple[PlaceRow, ...]
    waiting: dict[str, Page[Task]]
    """Sections of the reader's work page that are not empty: the true count, and the most urgent rows."""
    waiting_on: date
    corrections: tuple[Correction, ...]

    @property
    def to_do(self) -> int:
        """How many things wait."""
        return sum(page.total for page in self.waiting.values())


def weekly(session: Session, reader: Actor, slot: Slot, today: date) -> Weekly:
    """Count a week for a reader; their own units come first."""
    scope = reader.scope
    known = units.list_units(session)
    waiting = {
        section: worklist.list_section(session, reader, section, today, size=WAITING_SHOWN)
        for section in WAITING
    }
    return Weekly(
        slot=slot,
        place=_place(known, scope),
        tracks=tuple(
            _track(session, scope, row, slot)
            for row in progress.progress(session, scope, slot.as_of, slot.known_at)
        ),
        places=tuple(_places(session, scope, slot, known, reader.unit_ids)),
        waiting={section: page for section, page in waiting.items() if page.total},
        waiting_on=today,
        corrections=tuple(_corrections(session, scope, slot)),
    )


def _place(known: list[Unit], scope: Scope) -> str:
    if scope.everything:
        return next((unit.code for unit in known if unit.kind == "district"), "")
    own = [unit.code for unit in known if unit.id in scope.unit_ids]
    return own[0] if len(own) == 1 else ""


def _track(session: Session, scope: Scope, row: TrackProgress, slot: Slot) -> TrackWeek:
    track, known_at = row.track, slot.known_at
    return TrackWeek(
        progress=row,
        stock=ledger.balances(session, scope, track, slot.as_of, known_at)[0],
        before=ledger.balances(session, scope, track, slot.week_before, known_at)[0],
        told=ledger.balances(session, scope, track, slot.week_before, slot.last_letter)[0].in_force,
        flow=ledger.flows(session, scope, track, slot.week.monday, slot.as_of, known_at)[0],
        history=tuple(
            (day, ledger.balances(session, scope, track, day, known_at)[0].in_force)
            for day in month_closes(slot.as_of)
        ),
    )


def month_closes(as_of: date) -> list[date]:
    """The last days of the months before, oldest first, and the day itself."""
    days = [as_of]
    first = as_of.replace(day=1)
    while len(days) < MONTHS_SHOWN:
        close = first - timedelta(days=1)
        days.append(close)
        first = close.replace(day=1)
    return days[::-1]


def _places(
    session: Session, scope: Scope, slot: Slot, known: list[Unit], own_units: frozenset[int]
) -> list[PlaceRow]:
    """Streets for those who see the district, else exactly one's own units; one's own come first."""
    promises = targets.list_targets(session)
    rows = []
    for kind, by in (("street", "unit"), ("park", "park")):
        dimension: Dimension = "unit" if by == "unit" else "park"
        wanted = [unit for unit in known if unit.kind == kind and _belongs(unit, scope)]
        if not wanted:
            continue
        counted = {
            track: (
                ledger.balances(session, scope, track, slot.as_of, slot.known_at, dimension),
                ledger.balances(session, scope, track, slot.week_before, slot.known_at, dimension),
            )
            for track in packs.tracks()
        }
        rows += [
            PlaceRow(
                unit,
                unit.id in own_units,
                tuple(
                    _place_track(unit, track, now, before, promises, slot)
                    for track, (now, before) in counted.items()
                ),
            )
            for unit in wanted
        ]
    return sorted(rows, key=lambda row: not row.own)


def _belongs(unit: Unit, scope: Scope) -> bool:
    return unit.kind == "street" if scope.everything else unit.id in scope.unit_ids


def _place_track(
    unit: Unit,
    track: str,
    now: dict[int, Stock],
    before: dict[int, Stock],
    promises: list[Promise],
    slot: Slot,
) -> PlaceTrack:
    stock = now.get(unit.id, Stock())
    promise = targets.applying(targets.of_unit(promises, unit.id), track, slot.as_of)
    return PlaceTrack(
        track=track,
        in_force=stock.in_force,
        change=stock.in_force - before.get(unit.id, Stock()).in_force,
        candidates=sum(stock.stages.values()) - stock.stages["certify"],
        promise=promise,
        gap=stock.in_force - promise.pace(slot.as_of) if promise else None,
    )


def _corrections(session: Session, scope: Scope, slot: Slot) -> list[Correction]:
    """Moves of earlier weeks recorded since the last letter, in the order in which they were recorded."""
    statement = (
        select(
            Firm.id,
            Firm.name,
            Candidacy.track,
            StageMove.from_account,
            StageMove.to_account,
            StageMove.effective_on,
            StageMove.recorded_at,
            StageMove.reason,
            StageMove.reverses_id.is_not(None),
        )
        .join(Candidacy, Candidacy.id == StageMove.candidacy_id)
        .join(Firm, Firm.id == Candidacy.firm_id)
        .where(
            StageMove.recorded_at > slot.last_letter,
            StageMove.recorded_at <= slot.known_at,
            StageMove.effective_on < slot.week.monday,
        )
        .order_by(StageMove.recorded_at, StageMove.id)
    )
    if not scope.everything:
        ids = sorted(scope.unit_ids)
        columns = (
            StageMove.from_street_id,
            StageMove.from_park_id,
            StageMove.to_street_id,
            StageMove.to_park_id,
        )
        statement = statement.where(or_(*(column.in_(ids) for column in columns)))
    return [
        Correction(*row[:6], recorded_at=row[6], reason=row[7], taken_back=bool(row[8]))
        for row in session.execute(statement)
        if not (row[3] == OUTSIDE and row[4] == OUTSIDE)
    ]
