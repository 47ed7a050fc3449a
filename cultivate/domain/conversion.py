"""Cohort conversion: of the entries into a stage in a period, the share that went on, and how soon."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from statistics import median
from typing import NamedTuple

from cultivate.domain.stages import STAGES


class Entrance(NamedTuple):
    """A candidacy entered a stage; ``order`` is the book's order of the moves."""

    candidacy_id: int
    order: int
    stage: str
    on: date


@dataclass(slots=True)
class Conversion:
    """Of ``entered`` the part that reached the next stage or one beyond it."""

    entered: int = 0
    days: list[int] = field(default_factory=list)

    @property
    def passed(self) -> int:
        """How many went on."""
        return len(self.days)

    @property
    def rate(self) -> float | None:
        """Share that went on; ``None`` when nobody entered."""
        return self.passed / self.entered if self.entered else None

    @property
    def median_days(self) -> int | None:
        """Days from the entry to going on, the middle one; ``None`` when nobody went on."""
        return round(median(self.days)) if self.days else None


def conversions(entrances: Iterable[Entrance]) -> dict[str, Conversion]:
    """By stage (the last has no next one).

    A stage entered twice counts twice, as it does in the flow; a list that lifts a firm over a stage lets it
    pass there. Who came in too late to have gone on yet counts as not gone on: the share of a young cohort
    grows.
    """
    found = {stage: Conversion() for stage in STAGES[:-1]}
    ways: dict[int, list[Entrance]] = defaultdict(list)
    for entrance in sorted(entrances):
        ways[entrance.candidacy_id].append(entrance)
    rank = {stage: position for position, stage in enumerate(STAGES)}
    for way in ways.values():
        for position, entrance in enumerate(way):
            if entrance.stage not in found:
                continue
            found[entrance.stage].entered += 1
            after = (later for later in way[position + 1 :] if rank[later.stage] > rank[entrance.stage])
            further = next(after, None)
            if further is not None:
                found[entrance.stage].days.append((further.on - entrance.on).days)
    return found
