"""The only place that asks what time it is.

Everything else receives a day or a time as an argument, or asks here, so that a test, a catch-up run
or a demo can stand at any moment. Days are days of the office's time zone.
"""

import os
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterator

_frozen: ContextVar[datetime | None] = ContextVar("frozen_now", default=None)


def zone() -> ZoneInfo:
    """The office's time zone (``CULTIVATE_TIMEZONE``, default Asia/Shanghai)."""
    return ZoneInfo(os.environ.get("CULTIVATE_TIMEZONE", "Asia/Shanghai"))


def now() -> datetime:
    """The current time, aware, in the office's zone."""
    return (_frozen.get() or datetime.now(UTC)).astimezone(zone())


def today() -> date:
    """The current day in the office's zone."""
    return now().date()


def at(day: date, moment: time = time(0)) -> datetime:
    """That moment of that day in the office's zone."""
    return datetime.combine(day, moment, tzinfo=zone())


def day_of(moment: datetime) -> date:
    """The office's day on which an aware time falls."""
    return moment.astimezone(zone()).date()


def end_of(day: date) -> datetime:
    """The last instant of that day: the half-open end of the day less a microsecond."""
    return at(day + timedelta(days=1)) - timedelta(microseconds=1)


@contextmanager
def standing_at(moment: datetime) -> "Iterator[None]":
    """Let ``now()`` answer ``moment`` inside the block: demo data and catch-up runs stand in the past."""
    token = _frozen.set(moment)
    try:
        yield
    finally:
        _frozen.reset(token)
