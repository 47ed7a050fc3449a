"""Where a track will stand on a day: what is in force, less what ends, plus what usually comes.

In force now − certificates that end before the day + renewals at the observed rate + candidacies in the
pipeline at the observed rate of their stage + newcomers, whom an official list names before anybody here
knew them, as many as in earlier years. A rate is a share seen before: of those who stood there on the
same day of earlier years, the part that was in force by the same day later. So it holds conversion and lead
time in one, and knows the season.

The range holds eight of ten outcomes if the coming months are drawn like the earlier ones: the variance of
the draws, and that of a rate seen on few cases. It knows nothing of a rule that changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor, inf, sqrt

#: eight of ten outcomes lie within so many standard deviations
SPREAD_OF_80_PERCENT = 1.2816
RENEWAL = "renewal"


@dataclass(frozen=True, slots=True)
class Observed:
    """What was seen of one group before, and how many stand in it now.

    ``group`` is ``renewal`` (certificates that end before the day) or a stage.
    """

    group: str
    waiting: int
    seen: int
    reached: int

    @property
    def rate(self) -> float | None:
        """The share that reached it; ``None`` when nobody was seen."""
        return self.reached / self.seen if self.seen else None

    @property
    def expected(self) -> float:
        """How many of those who wait will come; none while nothing was seen."""
        return self.waiting * (self.rate or 0.0)

    @property
    def variance(self) -> float:
        """Of the draws and of the rate.

        The rate's own doubt is taken from (reached + 1) / (seen + 2): three of three seen is no certainty.
        """
        if not self.seen:
            return 0.0
        doubt = (self.reached + 1) / (self.seen + 2)
        return self.waiting * doubt * (1 - doubt) * (1 + self.waiting / self.seen)


@dataclass(frozen=True, slots=True)
class Newcomers:
    """Firms certified in the same weeks of earlier years that stood in no stage when those weeks began."""

    years: int = 0
    came: int = 0

    @property
    def expected(self) -> float:
        """The mean of the years."""
        return self.came / self.years if self.years else 0.0

    @property
    def variance(self) -> float:
        """Of a count, and of its mean over few years."""
        return self.expected * (1 + 1 / self.years) if self.years else 0.0


@dataclass(frozen=True, slots=True)
class Forecast:
    """Firms in force on a day: the middle and eight of ten outcomes, with the numbers it rests on."""

    on: date
    low: int
    mid: int
    high: int
    in_force: int
    ending: int
    basis: tuple[Observed, ...]
    newcomers: Newcomers = Newcomers()

    @property
    def has_history(self) -> bool:
        """Whether it rests on anything but today's number."""
        return any(group.seen for group in self.basis)


def forecast(
    on: date, in_force: int, groups: Sequence[Observed], newcomers: Newcomers = Newcomers()
) -> Forecast:
    """Put it together; without any history the number of today stands, and ``has_history`` says so."""
    basis = tuple(groups)
    ending = sum(group.waiting for group in basis if group.group == RENEWAL)
    if not any(group.seen for group in basis):
        return Forecast(on, in_force, in_force, in_force, in_force, ending, basis)
    floor_of_all = in_force - ending
    sources: tuple[Observed | Newcomers, ...] = (*basis, newcomers)
    middle = floor_of_all + sum(source.expected for source in sources)
    spread = SPREAD_OF_80_PERCENT * sqrt(sum(source.variance for source in sources))
    return Forecast(
        on,
        max(floor_of_all, floor(middle - spread)),
        round(middle),
        int(min(_most(floor_of_all, basis, newcomers), ceil(middle + spread))),
        in_force,
        ending,
        basis,
        newcomers,
    )


def _most(floor_of_all: int, basis: Sequence[Observed], newcomers: Newcomers) -> float:
    """Everybody who waits where somebody came before; without limit where newcomers may come."""
    return inf if newcomers.came else floor_of_all + sum(group.waiting for group in basis if group.seen)
