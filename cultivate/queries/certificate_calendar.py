"""The calendar of a track's certificates: what ends, what is to be filed and reported, month by month ahead.

Everything is of the certificates that count today: what a coming list brings is not in it. So the December in which
most of them end shows two years ahead, with the renewals that are under way.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate.domain.filing import BATCH, Filing
from cultivate.domain.scope import Scope
from cultivate.domain.yearly_reports import DUE
from cultivate.models import ApplicationBatch
from cultivate.queries import certificates, report_states, yearly_reports
from cultivate.queries.filing import filing_of
from cultivate.queries.units import Unit
from cultivate.queries.yearly_reports import Asked

MONTHS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A day on which applications begin or end to be taken in; without a batch it is by the policy pack."""

    on: date
    opens: bool
    title: str = ""
    batch_id: int | None = None
    filing: Filing | None = None


@dataclass(slots=True)
class Month:
    """One month. ``left`` is what counts today less what ends by the month's last day."""

    first: date
    last: date
    ending: int = 0
    renewing: int = 0
    left: int = 0
    windows: list[Window] = field(default_factory=list)
    reports_on: date | None = None
    reports_year: int = 0
    reports_due: int = 0


@dataclass(frozen=True, slots=True)
class Cliff:
    """Up to a day: in force today, of them ending by then, of those with the next round open, and what is left."""

    on: date
    in_force: int
    ending: int
    renewing: int

    @property
    def left(self) -> int:
        """Were nothing renewed."""
        return self.in_force - self.ending


@dataclass(frozen=True, slots=True)
class Calendar:
    """The months, and the cliff at the end of each of their years."""

    in_force: int
    months: tuple[Month, ...]
    cliffs: tuple[Cliff, ...]


def calendar_of(
    session: Session, scope: Scope, track: str, today: date, unit: Unit | None = None
) -> Calendar:
    """The months from this one on; what has ended earlier counts no more."""
    months = list(_months(today))
    in_force = certificates.count_by_status(session, scope, track, today, unit)["in_force"]
    days = certificates.ending_days(session, scope, track, today, unit)
    for month in months:
        inside = [row for row in days if month.first <= row[0] <= month.last]
        month.ending = sum(count for _day, _renewing, count in inside)
        month.renewing = sum(count for _day, renewing, count in inside if renewing)
        month.left = in_force - sum(count for day, _renewing, count in days if day <= month.last)
    _windows(session, track, months, today)
    _reports(session, scope, track, months, today, unit)
    ends = sorted({date(month.last.year, 12, 31) for month in months if month.last.month == 12})
    return Calendar(in_force, tuple(months), tuple(_cliff(in_force, days, on) for on in ends))


def _months(today: date) -> Iterable[Month]:
    for number in range(MONTHS):
        years, month = divmod(today.month - 1 + number, 12)
        year = today.year + years
        yield Month(date(year, month + 1, 1), date(year, month + 1, monthrange(year, month + 1)[1]))


def _cliff(in_force: int, days: list[tuple[date, bool, int]], on: date) -> Cliff:
    gone = [row for row in days if row[0] <= on]
    return Cliff(
        on, in_force, sum(row[2] for row in gone), sum(count for _day, renewing, count in gone if renewing)
    )


def _windows(session: Session, track: str, months: list[Month], today: date) -> None:
    """Batches that are made; for a year without one, what the policy or the year before says."""
    rows = session.scalars(
        select(ApplicationBatch)
        .where(ApplicationBatch.track == track, ApplicationBatch.closes_on >= months[0].first)
        .order_by(ApplicationBatch.opens_on, ApplicationBatch.id)
    ).all()
    found = [
        window
        for row in rows
        for window in (
            Window(on=row.opens_on, opens=True, title=row.title, batch_id=row.id),
            Window(on=row.closes_on, opens=False, title=row.title, batch_id=row.id),
        )
    ]
    for year in sorted({month.first.year for month in months}):
        filing = filing_of(session, track, year, today)
        if filing is not None and filing.basis != BATCH:
            found += [
                Window(on=filing.opens_on, opens=True, filing=filing),
                Window(on=filing.closes_on, opens=False, filing=filing),
            ]
    for month in months:
        month.windows = sorted(
            (window for window in found if month.first <= window.on <= month.last),
            key=lambda window: (window.on, not window.opens, window.batch_id or 0),
        )


def _reports(
    session: Session, scope: Scope, track: str, months: list[Month], today: date, unit: Unit | None
) -> None:
    """Reports not noted yet of whoever holds today a certificate that counts on their day."""
    rule = report_states.rule_of(session, track, today)
    if rule is None:
        return
    for month in months:
        due = rule.due_on(month.first.year - 1)
        if month.first <= due <= month.last and due >= today:
            asked = Asked(track=track, rule=rule, year=due.year - 1, today=today, unit=unit)
            month.reports_on, month.reports_year = due, asked.year
            month.reports_due = yearly_reports.counts(session, scope, asked)[DUE]


def after(on: date) -> date:
    """The first day on which what is left by ``on`` may end."""
    return on + timedelta(days=1)
