"""Addresses behind figures: each leads to exactly the rows that it counts."""

from datetime import date, datetime
from urllib.parse import urlencode

from cultivate import clock


def _address(path: str, **parameters: str | None) -> str:
    given = {name: value for name, value in parameters.items() if value}
    return f"{path}?{urlencode(given)}" if given else path


def _day(as_of: date) -> str | None:
    """Today goes without saying."""
    return None if as_of >= clock.today() else as_of.isoformat()


def _moment(known_at: datetime | None) -> str | None:
    return known_at.isoformat() if known_at else None


def stock(
    track: str, stage: str, as_of: date, *, unit: str | None = None, known_at: datetime | None = None
) -> str:
    """One row a candidacy that stood there on that day."""
    return _address(
        f"/pipeline/{track}", stage=stage, unit=unit, as_of=_day(as_of), known_at=_moment(known_at)
    )


def stalled(track: str, *, unit: str | None = None) -> str:
    """Candidacies that stand too long in their stage."""
    return _address(f"/pipeline/{track}", stalled="1", unit=unit)


def flow(
    track: str,
    account: str,
    kind: str,
    since: date,
    until: date,
    *,
    unit: str | None = None,
    known_at: datetime | None = None,
) -> str:
    """One row a move of that period."""
    return _address(
        "/moves",
        track=track,
        account=account,
        flow=kind,
        since=since.isoformat(),
        until=until.isoformat(),
        unit=unit,
        known_at=_moment(known_at),
    )


def late(since: datetime, until: date) -> str:
    """Moves effective by ``until`` that the book learned after ``since``."""
    return _address("/moves", recorded_since=since.isoformat(), until=until.isoformat())


def ending(track: str, as_of: date) -> str:
    """Certificates whose last day lies in the year."""
    return _address("/certificates", track=track, status="ending", as_of=_day(as_of))


def certificates_ending(
    track: str,
    first: date,
    last: date | None = None,
    *,
    unit: str | None = None,
    renewing: bool | None = None,
) -> str:
    """Certificates in force today whose last day lies there, with or without a next round that is open."""
    return _address(
        "/certificates",
        track=track,
        status="in_force",
        ends_from=first.isoformat(),
        ends_to=last.isoformat() if last else None,
        renewing=None if renewing is None else str(int(renewing)),
        unit=unit,
    )


def reports(track: str, year: int, state: str, *, unit: str | None = None) -> str:
    """Yearly reports of a year in a state."""
    return _address("/certificates/reports", track=track, year=str(year), state=state, unit=unit)
