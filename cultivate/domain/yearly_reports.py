"""The yearly report of a recognised firm: who owes which, and what a note of it means (32号, arts. 13 and 19).

A report is named by the year that it reports on, and is due in the year after. It is owed by whoever holds the
certificate on its due day; the missed ones are counted over one certificate, which is one qualification.
"""

from dataclasses import dataclass
from datetime import date

from cultivate.errors import N_

DUE, FILED, MISSED, NOT_REQUIRED, UNKNOWN = "due", "filed", "missed", "not_required", "unknown"
#: what a note may say, in the order in which a form offers it; taken back it says nothing
NOTED: dict[str, str] = {
    FILED: N_("filed"),
    MISSED: N_("missed"),
    NOT_REQUIRED: N_("not required"),
}
WITHDRAWN = "withdrawn"
#: all states in the order in which a page shows them
STATES: dict[str, str] = {
    DUE: N_("due"),
    FILED: N_("filed"),
    MISSED: N_("missed"),
    NOT_REQUIRED: N_("not required"),
    UNKNOWN: N_("not known"),
}
#: so many days before the due day the report is on the work list
ASKED_AHEAD = 90
#: days before the due day on which people are told; the last one is the day after it
THRESHOLDS = (60, 30, 7, -1)


@dataclass(frozen=True, slots=True)
class Held:
    """A certificate as far as reports are concerned."""

    counts_from: date
    last_on: date | None
    """Last day on which it counted or will count; ``None`` where no end is known."""
    known_on: date
    """Day on which the book learned of it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """When the report is due, and how many missed cost the qualification."""

    month: int
    day: int
    cancels_at: int

    def due_on(self, year: int) -> date:
        """Last day on which the report on ``year`` is filed."""
        return date(year + 1, self.month, self.day)

    def years(self, held: Held, today: date) -> list[int]:
        """Reports owed under a certificate so far: this year's too, though it is not due yet; oldest first."""
        return [year for year in range(held.counts_from.year - 1, today.year) if self.owes(held, year)]

    def owes(self, held: Held, year: int) -> bool:
        """Whether the certificate counts on the due day."""
        due = self.due_on(year)
        return held.counts_from <= due and (held.last_on is None or due <= held.last_on)

    def state(self, noted: str | None, year: int, known_on: date, today: date) -> str:
        """A note has the word. Without one it is due through its day, and missed from the day after.

        Unless the book did not know of the certificate on that day: then nobody can say.
        """
        if noted is not None and noted != WITHDRAWN:
            return noted
        due = self.due_on(year)
        if today <= due:
            return DUE
        return MISSED if known_on <= due else UNKNOWN
