"""Periods: ISO weeks, the slots at which something is due, and half-open windows of days.

Slots are wall-clock times of the office's zone, computed day by day: never an offset from UTC, so that a
report does not slip to the wrong day for a district that is hours ahead of the server.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Protocol

from cultivate.errors import N_, Invalid

WEEK = timedelta(days=7)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
#: the days of the book; beyond them arithmetic runs out of the calendar
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """A week of ISO 8601: Monday to Sunday, numbered within the year that holds its Thursday."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> "Week":
        """The week that ``day`` lies in; 2027-01-01 lies in 2026-W53."""
        year, number, _ = day.isocalendar()
        return cls(year, number)

    @classmethod
    def parse(cls, text: str) -> "Week":
        """Read ``2026-W47``; ``Invalid`` on field ``week`` for anything else, also for a week too many."""
        try:
            year, number = text.strip().upper().split("-W")
            week = cls(int(year), int(number))
            date.fromisocalendar(week.year, week.number, 1)
        except ValueError:
            raise Invalid(
                N_("“%(text)s” is no week; write it like 2026-W47."),
                field="week",
                code="week-invalid",
                text=text,
            ) from None
        return week

    def __str__(self) -> str:
        """``2026-W47``, which sorts as text."""
        return f"{self.year}-W{self.number:02d}"

    @property
    def monday(self) -> date:
        """First day."""
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def sunday(self) -> date:
        """Last day: what a letter about the week counts as of."""
        return date.fromisocalendar(self.year, self.number, 7)

    @property
    def previous(self) -> "Week":
        """The week before."""
        return Week.of(self.monday - DAY)


@dataclass(frozen=True, slots=True)
class Window:
    """Days from ``start`` up to, not including, ``end``: windows that follow each other never share a day."""

    start: date
    end: date

    @property
    def last(self) -> date:
        """The last day inside."""
        return self.end - DAY

    def __contains__(self, day: date) -> bool:
        """Whether a day lies inside."""
        return self.start <= day < self.end


@dataclass(frozen=True, slots=True)
class Period:
    """One period of a job: its key, the day that it counts as of, and its slot, by which things are known."""

    key: str
    as_of: date
    slot: datetime


class Slots(Protocol):
    """When something is due, and which period each slot closes."""

    def latest(self, now: datetime) -> Period:
        """The last period whose slot is not after ``now``."""

    def before(self, period: Period) -> Period:
        """The period before."""

    def after(self, now: datetime) -> datetime:
        """The next slot after ``now``."""

    def parse(self, key: str, zone: tzinfo) -> Period:
        """The period of a key; ``Invalid`` for a key of another kind."""

    def cron(self) -> dict[str, str | int]:
        """The same times as fields of a cron trigger; days of the week by name, as digits mean two things."""


@dataclass(frozen=True, slots=True)
class Weekly:
    """Mondays at a time, for the week that ended the evening before."""

    at: time

    def latest(self, now: datetime) -> Period:
        """Before the slot on a Monday it is still the week before last."""
        found = self._of(Week.of(now.date()).previous, now.tzinfo)
        return found if found.slot <= now else self.before(found)

    def before(self, period: Period) -> Period:
        """One week earlier."""
        return self._of(Week.of(period.as_of).previous, period.slot.tzinfo)

    def after(self, now: datetime) -> datetime:
        """The next Monday's slot."""
        return self._of(Week.of(self.latest(now).as_of + WEEK), now.tzinfo).slot

    def parse(self, key: str, zone: tzinfo) -> Period:
        """A week's key: ``2026-W47``."""
        return self._of(Week.parse(key), zone)

    def cron(self) -> dict[str, str | int]:
        """Monday by name."""
        return {"day_of_week": "mon", "hour": self.at.hour, "minute": self.at.minute}

    def _of(self, week: Week, zone: tzinfo | None) -> Period:
        slot = datetime.combine(week.sunday + DAY, self.at, tzinfo=zone)
        return Period(str(week), week.sunday, slot)


@dataclass(frozen=True, slots=True)
class Daily:
    """Every day at a time; the period is that day."""

    at: time

    def latest(self, now: datetime) -> Period:
        """Today's, or yesterday's before the time."""
        found = self._of(now.date(), now.tzinfo)
        return found if found.slot <= now else self.before(found)

    def before(self, period: Period) -> Period:
        """The day before."""
        return self._of(period.as_of - DAY, period.slot.tzinfo)

    def after(self, now: datetime) -> datetime:
        """The next day's slot."""
        return self._of(self.latest(now).as_of + DAY, now.tzinfo).slot

    def parse(self, key: str, zone: tzinfo) -> Period:
        """A day's key: ``2026-11-23``."""
        try:
            # not fromisoformat, which reads a week as its Monday
            return self._of(datetime.strptime(key, "%Y-%m-%d").replace(tzinfo=zone).date(), zone)
        except ValueError:
            raise Invalid(
                N_("“%(text)s” is no day; write it like 2026-11-23."),
                field="period",
                code="period-invalid",
                text=key,
            ) from None

    def cron(self) -> dict[str, str | int]:
        """Every day."""
        return {"hour": self.at.hour, "minute": self.at.minute}

    def _of(self, day: date, zone: tzinfo | None) -> Period:
        return Period(day.isoformat(), day, datetime.combine(day, self.at, tzinfo=zone))


@dataclass(frozen=True, slots=True)
class EveryMinute:
    """Every full minute."""

    def latest(self, now: datetime) -> Period:
        """The minute that runs."""
        slot = now.replace(second=0, microsecond=0)
        return Period(f"{slot:%Y-%m-%dT%H:%M}", slot.date(), slot)

    def before(self, period: Period) -> Period:
        """The minute before."""
        return self.latest(period.slot - MINUTE)

    def after(self, now: datetime) -> datetime:
        """The next full minute."""
        return self.latest(now).slot + MINUTE

    def parse(self, key: str, zone: tzinfo) -> Period:
        """A minute's key: ``2026-11-23T08:30``."""
        try:
            return self.latest(datetime.fromisoformat(key).replace(tzinfo=zone))
        except ValueError:
            raise Invalid(
                N_("“%(text)s” is no minute; write it like 2026-11-23T08:30."),
                field="period",
                code="period-invalid",
                text=key,
            ) from None

    def cron(self) -> dict[str, str | int]:
        """Every minute."""
        return {"minute": "*"}
