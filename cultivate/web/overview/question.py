"""What the overview is asked: day, knowledge, and which table of places."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from flask import request

from cultivate import clock, packs
from cultivate.queries.ledger import Dimension
from cultivate.web.moments import as_of_arg, known_at_arg

#: what the address says -> years of the trend
RANGES = {"1": 1, "3": 3, "all": 0}


@dataclass(frozen=True, slots=True)
class Question:
    """The page's parameters."""

    as_of: date
    known_at: datetime | None
    track: str
    by: Dimension
    years: int
    """How many years the trend goes back; 0 for all."""

    @property
    def trend_since(self) -> date | None:
        """First day of the trend."""
        return None if not self.years else date(self.as_of.year - self.years + 1, 1, 1)

    @property
    def is_today(self) -> bool:
        """Whether the numbers are of now."""
        return self.as_of == clock.today() and self.known_at is None

    @property
    def evening(self) -> datetime:
        """The end of the day asked for: until when it could have been known on the day itself."""
        return clock.end_of(self.as_of)


def question() -> Question:
    """Read from the address; an unknown tab is the first one."""
    track, by = request.args.get("track", ""), request.args.get("by", "")
    return Question(
        as_of=as_of_arg(),
        known_at=known_at_arg(),
        track=track if track in packs.tracks() else next(iter(packs.tracks())),
        years=RANGES.get(request.args.get("range", ""), 3),
        by=cast("Dimension", by if by in {"unit", "park"} else "unit"),
    )
