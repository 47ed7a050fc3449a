"""When a track's applications of a year are filed, as far as it is known on a day."""

from collections.abc import Callable
from datetime import date

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import Session

from cultivate import packs
from cultivate.domain.filing import BATCH, EARLIER, POLICY, Filing, in_year
from cultivate.domain.policy.pack import Pack
from cultivate.models import ApplicationBatch, Certificate
from cultivate.queries import policies, readiness

#: how many years back one looks for a window to move on
_YEARS_BACK = 5


def filing_of(session: Session, track: str, year: int, as_of: date) -> Filing | None:
    """The year's batches have the word, then the policy pack, then the last year of which either is known.

    Of several rounds the first one opens and the last one closes. ``None`` where nothing at all is known.
    """
    pack = _pack(session, track, year, as_of)
    lead = pack.particular("renewal_lead") if pack else None
    lead_days = int(lead.value) if lead and lead.value is not None else 0
    for known in range(year, year - _YEARS_BACK, -1):
        days, basis = _batches(session, track, known), BATCH
        if days is None:
            days, basis = _windows(pack, known), POLICY
        if days is not None:
            opens_on, closes_on = (in_year(day, day.year + year - known) for day in days)
            basis = basis if known == year else EARLIER
            return Filing(track, year, opens_on, closes_on, basis, known, lead_days)
    return None


def reached(session: Session, as_of: date, begins: Callable[[Filing], date]) -> dict[str, date]:
    """By track whose certificates end: the last day of the latest year for which ``begins`` has come.

    The year of ``as_of`` itself has always come: who is late is late.
    """
    found = {}
    for track, row in packs.tracks().items():
        if not row.validity_years:
            continue
        coming = filing_of(session, track, as_of.year + 1, as_of)
        come = coming is not None and begins(coming) <= as_of
        found[track] = date(as_of.year + come, 12, 31)
    return found


def told_about(session: Session, as_of: date) -> ColumnElement[bool]:
    """Certificates not past their last day of whose renewal people are told by ``as_of``."""
    return ends_by(reached(session, as_of, lambda filing: filing.told_from), as_of)


def ends_by(horizons: dict[str, date], as_of: date) -> ColumnElement[bool]:
    """Certificates whose last day lies from ``as_of`` to their track's horizon."""
    each = [
        and_(Certificate.track == track, Certificate.valid_through <= last)
        for track, last in horizons.items()
    ]
    return and_(Certificate.valid_through >= as_of, or_(false(), *each))


def _pack(session: Session, track: str, year: int, as_of: date) -> Pack | None:
    base = readiness.policy_of(track)
    return policies.in_year(session, base, year, as_of) if base else None


def _batches(session: Session, track: str, year: int) -> tuple[date, date] | None:
    opens_on, closes_on = session.execute(
        select(func.min(ApplicationBatch.opens_on), func.max(ApplicationBatch.closes_on)).where(
            ApplicationBatch.track == track, ApplicationBatch.year == year
        )
    ).one()
    return (opens_on, closes_on) if opens_on is not None else None


def _windows(pack: Pack | None, year: int) -> tuple[date, date] | None:
    found = [row for row in pack.windows if row.year == year] if pack else []
    if not found:
        return None
    return min(row.opens_on for row in found), max(row.closes_on for row in found)
