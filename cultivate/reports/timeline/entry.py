"""One line of a firm's timeline."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cultivate import clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What happened, in the reader's language."""

    id: int
    """Of the row it comes from: what is else equal stays in one order."""
    day: date
    """When it happened."""
    recorded_at: datetime
    """When the book learned of it."""
    kind: str
    """A code of ``sources.SOURCES``."""
    title: str
    who: str = ""
    tracks: tuple[str, ...] = ()
    """Codes; none where it concerns the firm as a whole."""
    text: str = ""
    notes: tuple[str, ...] = ()
    struck: bool = False
    """Taken back later."""
    refers: tuple[str, int] | None = None
    """What it leads to and its id: ``service``, ``need``, ``paper``, ``assessment``, ``handover``, ``import`` or
    ``firm``."""
    follow_up_on: date | None = None
    follow_up_open: bool = False
    follow_up: str = ""
    """What is to be done, or what came of it."""
    service_id: int = 0
    """The record on which its follow-up is marked as done."""

    @property
    def recorded_on(self) -> date | None:
        """The day of the record, where it is another than the day on which it happened."""
        recorded = clock.day_of(self.recorded_at)
        return recorded if recorded != self.day else None

    @property
    def late(self) -> bool:
        """Recorded after the week was over, when its letter had gone out without it."""
        sunday = self.day + timedelta(days=6 - self.day.weekday())
        return clock.day_of(self.recorded_at) > sunday
