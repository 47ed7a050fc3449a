"""A plan year by year: closing figures against the straight line."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from cultivate.domain.scope import Scope
from cultivate.queries import ledger
from cultivate.queries.memo import remember
from cultivate.queries.targets import Promise


@dataclass(frozen=True, slots=True)
class YearLine:
    """One year's close, or today in a year that is not over."""

    on: date
    in_force: int
    pace: int
    newly_certified: int

    @property
    def gap(self) -> int:
        """In force less pace."""
        return self.in_force - self.pace


def plan_years(session: Session, scope: Scope, promise: Promise, as_of: date) -> list[YearLine]:
    """From the baseline's close to the last one before ``as_of``, and ``as_of`` itself."""
    key = ("plan years", scope, promise, as_of)
    return remember(session, key, lambda: _plan_years(session, scope, promise, as_of))


def _plan_years(session: Session, scope: Scope, promise: Promise, as_of: date) -> list[YearLine]:
    closings = [date(year, 12, 31) for year in range(promise.baseline_on.year, as_of.year)]
    return [_line(session, scope, promise, day) for day in (*closings, as_of)]


def _line(session: Session, scope: Scope, promise: Promise, day: date) -> YearLine:
    flow = ledger.flows(session, scope, promise.track, day.replace(month=1, day=1), day)[0].get("certify")
    return YearLine(
        on=day,
        in_force=ledger.balances(session, scope, promise.track, day)[0].in_force,
        pace=promise.pace(day),
        newly_certified=flow.entered if flow else 0,
    )
