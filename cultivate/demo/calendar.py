"""Days and hours of the office."""

from datetime import date, datetime, time, timedelta
from random import Random

from cultivate import clock

_OPENS, _HOURS = time(9, 0), 8


def workday(day: date) -> date:
    """That day, or the next on which the office works; the order of days is kept."""
    if day.month == 10 and day.day <= 7:
        day = day.replace(day=8)
    return day + timedelta(days=max(0, 7 - day.weekday())) if day.weekday() >= 5 else day


def between(rng: Random, first: date, last: date) -> date:
    """A working day of a period; where it ends in a weekend, perhaps the Monday after."""
    return workday(first + timedelta(days=rng.randrange((last - first).days + 1)))


def office_hour(rng: Random, day: date) -> datetime:
    """A moment of that day's office hours."""
    return clock.at(day, _OPENS) + timedelta(seconds=rng.randrange(_HOURS * 3600))
