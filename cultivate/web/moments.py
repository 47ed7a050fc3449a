"""Days and times in an address: which day a page counts, and what the book knew by when."""

from datetime import date, datetime

from flask import request

from cultivate import clock
from cultivate.domain.periods import FIRST_DAY, LAST_DAY
from cultivate.errors import N_, Invalid


def day_of(text: str) -> date:
    """A day as an address has it, moved into the days of the book; ``ValueError`` where it is none.

    Before and after them nothing is written down, so any day out there asks for the same as the nearest one.
    """
    return min(max(date.fromisoformat(text), FIRST_DAY), LAST_DAY)


def day_arg(name: str) -> date | None:
    """A day of the address, ``None`` where it is not there."""
    text = request.args.get(name, "").strip()
    if not text:
        return None
    try:
        return day_of(text)
    except ValueError:
        raise Invalid(N_("“%(text)s” is no day; write 2026-11-23."), field=name, text=text) from None


def as_of_arg() -> date:
    """The day that is counted: today, unless an earlier one is asked for. The future has no counts."""
    return min(day_arg("as_of") or clock.today(), clock.today())


def moment_arg(name: str) -> datetime | None:
    """A time of the address, the office's own where it says no offset."""
    text = request.args.get(name, "").strip()
    if not text:
        return None
    try:
        # a plus sign that somebody typed into an address arrives as a blank
        found = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
    except ValueError:
        raise Invalid(N_("“%(text)s” is no time; write 2026-11-23T08:30."), field=name, text=text) from None
    if not FIRST_DAY < found.date() < LAST_DAY:
        return clock.at(FIRST_DAY if found.date() <= FIRST_DAY else LAST_DAY)
    return found if found.tzinfo else found.replace(tzinfo=clock.zone())


def known_at_arg() -> datetime | None:
    """As the book knew it then; ``None`` for all that it knows now."""
    return moment_arg("known_at")
