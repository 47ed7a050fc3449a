"""The bookkeeping: what a move posts, how a roll-up adds up, how moves fold to a state.

A move takes a candidacy from one place to another; a place is (account, street, park). It posts two
entries, -1 on the place it leaves and +1 on the place it enters. Sums over entries are the only counts.

Each entry also says what kind of *flow* it is, so that "entered" and "left" can be read off without
telling a correction or a change of street apart afterwards:

``entry``     the candidacy came into or left an account by a move (a reversal books it with the other sign)
``transfer``  it changed street or park and stayed in its account: a movement of the street, none of the district
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple, TypeVar

from cultivate.domain.stages import OUTSIDE

Grain = Literal["Y", "M", "D"]
GRAINS: tuple[Grain, ...] = ("Y", "M", "D")
#: stands for "no park" in keys, where NULL would not compare equal
NO_PARK = 0


class Place(NamedTuple):
    """Where a candidacy stands: account, street id, park id (``NO_PARK`` for none)."""

    account: str
    street_id: int
    park_id: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One posting: ``amount`` is -1 or +1; ``flow`` is +1 entered, -1 left, each times the sign of a reversal."""

    place: Place
    amount: int
    entered: int = 0
    left: int = 0
    moved_in: int = 0
    moved_out: int = 0

    def times(self, count: int) -> "Entry":
        """What so many of these add up to; for sums only."""
        return Entry(
            self.place,
            self.amount * count,
            self.entered * count,
            self.left * count,
            self.moved_in * count,
            self.moved_out * count,
        )


def entries_of(source: Place, target: Place, *, transfer: bool, reversal: bool) -> tuple[Entry, Entry]:
    """The two entries of a move.

    A reversal is the counter-move of another: it is booked from that move's target back to its source, and
    takes back what that move counted as entered and left, so that flows of a period are net of mistakes.
    """
    if transfer and not reversal:
        return Entry(source, -1, moved_out=1), Entry(target, 1, moved_in=1)
    if transfer:
        return Entry(source, -1, moved_in=-1), Entry(target, 1, moved_out=-1)
    if reversal:
        return Entry(source, -1, entered=-1), Entry(target, 1, left=-1)
    return Entry(source, -1, left=1), Entry(target, 1, entered=1)


class RollKey(NamedTuple):
    """Key of one roll-up row; ``period`` is the first day of the year, month or day."""

    track: str
    grain: Grain
    period: date
    account: str
    street_id: int
    park_id: int


@dataclass(slots=True)
class RollSums:
    """What a roll-up row carries: the net change and its four parts."""

    delta: int = 0
    entered: int = 0
    left: int = 0
    moved_in: int = 0
    moved_out: int = 0

    def add(self, entry: Entry) -> None:
        """Book one entry."""
        self.delta += entry.amount
        self.entered += entry.entered
        self.left += entry.left
        self.moved_in += entry.moved_in
        self.moved_out += entry.moved_out


def period_start(day: date, grain: Grain) -> date:
    """First day of the year, month or day that ``day`` lies in."""
    if grain == "Y":
        return day.replace(month=1, day=1)
    return day.replace(day=1) if grain == "M" else day


def roll_up(entries: Iterable[tuple[str, date, Entry]]) -> dict[RollKey, RollSums]:
    """Add entries (track, effective day, entry) up at all three grains.

    An as-of balance is then the years before, the months before in the year and the days of the month: at
    most some dozens of rows per account and unit, however long the history.
    """
    sums: dict[RollKey, RollSums] = defaultdict(RollSums)
    for track, day, entry in entries:
        for grain in GRAINS:
            sums[RollKey(track, grain, period_start(day, grain), *entry.place)].add(entry)
    return dict(sums)


class BookedMove(NamedTuple):
    """What the fold needs to know of a move, in the order in which the book learned it."""

    id: int
    reverses_id: int | None
    target: Place
    effective_on: date
    recorded_at: datetime


BookedT = TypeVar("BookedT", bound=BookedMove)


def surviving(moves: Sequence[BookedT]) -> list[BookedT]:
    """The moves that stand: neither reversed by another in the sequence nor reversals themselves."""
    reversed_ids = {move.reverses_id for move in moves if move.reverses_id is not None}
    return [move for move in moves if move.reverses_id is None and move.id not in reversed_ids]


def fold(
    moves: Sequence[BookedMove], *, as_of: date | None = None, known_at: datetime | None = None
) -> Place | None:
    """Where a candidacy stood on ``as_of`` by what was known at ``known_at``; ``None`` when outside.

    This is the definition that every faster count is checked against.
    """
    known = [move for move in moves if known_at is None or move.recorded_at <= known_at]
    standing = [move for move in surviving(known) if as_of is None or move.effective_on <= as_of]
    if not standing or standing[-1].target.account == OUTSIDE:
        return None
    return standing[-1].target
