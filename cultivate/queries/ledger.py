"""The counts: stock, flow and series, all from the roll-up; the one place where firms are counted.

A count takes ``as_of`` (day) and ``known_at`` (time): what had happened by then, as far as the book knew it
then. What was known earlier is the roll-up less the few entries recorded since.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from cultivate.domain.ledger import period_start
from cultivate.domain.scope import Scope
from cultivate.domain.stages import ACCOUNTS, EXITS, OUTSIDE, STAGES, Exit, Stage
from cultivate.models import Candidacy, Certificate, LedgerRollup, Posting

Dimension = Literal["unit", "park"]


@dataclass(slots=True)
class Stock:
    """Firms in each account on a day; ``in_force`` is ``certify`` less lapses not yet booked."""

    accounts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ACCOUNTS, 0))
    in_force: int = 0

    @property
    def stages(self) -> dict[str, int]:
        """The four stages, in order."""
        return {stage: self.accounts[stage] for stage in STAGES}

    @property
    def exits(self) -> dict[str, int]:
        """The ways out."""
        return {way: self.accounts[way] for way in EXITS}


@dataclass(slots=True)
class Flow:
    """Entered and left in a period, net of what was taken back; transfers apart."""

    entered: int = 0
    left: int = 0
    moved_in: int = 0
    moved_out: int = 0


def _within(table: Any, scope: Scope) -> ColumnElement[bool] | None:
    """The scope's part of postings or roll-up rows: by where the candidacy stood then."""
    if scope.everything:
        return None
    ids = sorted(scope.unit_ids)
    return or_(table.street_id.in_(ids), table.park_id.in_(ids))


def _until(day: date) -> ColumnElement[bool]:
    """Roll-up rows that add up to the close of ``day``: whole years, whole months, single days."""
    year, month = period_start(day, "Y"), period_start(day, "M")
    grain, period = LedgerRollup.grain, LedgerRollup.period
    return or_(
        and_(grain == "Y", period < year),
        and_(grain == "M", period >= year, period < month),
        and_(grain == "D", period >= month, period <= day),
    )


def _apply(statement: Select[Any], *conditions: ColumnElement[bool] | None) -> Select[Any]:
    return statement.where(*(condition for condition in conditions if condition is not None))


def balances(
    session: Session,
    scope: Scope,
    track: str,
    as_of: date,
    known_at: datetime | None = None,
    by: Dimension | None = None,
) -> dict[int, Stock]:
    """Stock on ``as_of``, by street or park id; under key 0 the whole scope (or, by park, "in no park")."""
    group = _group(LedgerRollup, by)
    columns = [LedgerRollup.account, func.sum(LedgerRollup.delta)]
    rows = session.execute(
        _apply(
            select(*([group] if group is not None else []), *columns)
            .where(LedgerRollup.track == track)
            .group_by(*([group] if group is not None else []), LedgerRollup.account),
            _until(as_of),
            _within(LedgerRollup, scope),
        )
    ).all()
    stocks: dict[int, Stock] = defaultdict(Stock)
    stocks[0]  # noqa: B018 the whole is there even when nothing is
    for row in rows:
        stocks[(row[0] or 0) if group is not None else 0].accounts[row[-2]] += int(row[-1])
    if known_at is not None:
        _forget_since(session, scope, track, as_of, known_at, by, stocks)
    for stock in stocks.values():
        stock.in_force = stock.accounts[Stage.CERTIFY]
    _take_lapses(session, scope, track, as_of, known_at, by, stocks)
    return dict(stocks)


def _group(table: Any, by: Dimension | None) -> Any:
    return {"unit": table.street_id, "park": table.park_id}[by] if by else None


def _forget_since(
    session: Session,
    scope: Scope,
    track: str,
    as_of: date,
    known_at: datetime,
    by: Dimension | None,
    stocks: dict[int, Stock],
) -> None:
    """Take away what was recorded after ``known_at``."""
    group = _group(Posting, by)
    rows = session.execute(
        _apply(
            select(*([group] if group is not None else []), Posting.account, func.sum(Posting.amount))
            .where(Posting.track == track, Posting.recorded_at > known_at, Posting.effective_on <= as_of)
            .group_by(*([group] if group is not None else []), Posting.account),
            _within(Posting, scope),
        )
    ).all()
    for row in rows:
        stocks[(row[0] or 0) if group is not None else 0].accounts[row[-2]] -= int(row[-1])


def _take_lapses(
    session: Session,
    scope: Scope,
    track: str,
    as_of: date,
    known_at: datetime | None,
    by: Dimension | None,
    stocks: dict[int, Stock],
) -> None:
    """A certificate past its last day counts no more, even while its lapse waits for the nightly job.

    Two kinds: lapses not booked at all, and (when asked what was known earlier) lapses booked since then, of
    certificates that the book did know. So a figure is the same before and after the job has run.
    """
    for place, amount in _open_lapses(session, scope, track, as_of, known_at, by):
        stocks[place].in_force -= amount
    if known_at is not None:
        for place, amount in _lapses_booked_since(session, scope, track, as_of, known_at, by):
            stocks[place].in_force -= amount


def _open_lapses(
    session: Session, scope: Scope, track: str, as_of: date, known_at: datetime | None, by: Dimension | None
) -> list[tuple[int, int]]:
    group = _group(Candidacy, by)
    statement = (
        select(*([group] if group is not None else []), func.count())
        .select_from(Certificate)
        .join(Candidacy, Candidacy.id == Certificate.candidacy_id)
        .where(
            Certificate.track == track,
            Certificate.status == "valid",
            Certificate.valid_through < as_of,
            Candidacy.stage == Stage.CERTIFY,
            Certificate.counts_from <= as_of,
        )
    )
    if known_at is not None:
        statement = statement.where(Certificate.created_at <= known_at)
    if group is not None:
        statement = statement.group_by(group)
    rows = session.execute(_apply(statement, _within(Candidacy, scope))).all()
    return [((row[0] or 0) if group is not None else 0, int(row[-1])) for row in rows]


def _lapses_booked_since(
    session: Session, scope: Scope, track: str, as_of: date, known_at: datetime, by: Dimension | None
) -> list[tuple[int, int]]:
    entry = aliased(Posting)
    group = _group(Posting, by)
    statement = (
        select(*([group] if group is not None else []), func.sum(Posting.entered))
        .where(
            Posting.track == track,
            Posting.account == Exit.EXPIRED,
            Posting.recorded_at > known_at,
            Posting.effective_on <= as_of,
            select(entry.id)
            .where(
                entry.candidacy_id == Posting.candidacy_id,
                entry.account == Stage.CERTIFY,
                entry.entered == 1,
                entry.recorded_at <= known_at,
            )
            .exists(),
        )
    )
    if group is not None:
        statement = statement.group_by(group)
    rows = session.execute(_apply(statement, _within(Posting, scope))).all()
    return [((row[0] or 0) if group is not None else 0, int(row[-1] or 0)) for row in rows]


def flows(
    session: Session,
    scope: Scope,
    track: str,
    since: date,
    until: date,
    known_at: datetime | None = None,
    by: Dimension | None = None,
) -> dict[int, dict[str, Flow]]:
    """Flow of the days ``since`` … ``until`` (both included) by account; keys as in ``balances``."""
    table = LedgerRollup if known_at is None else Posting
    sources: list[tuple[Any, list[ColumnElement[bool]], int]]
    roll = [LedgerRollup.grain == "D", LedgerRollup.period >= since, LedgerRollup.period <= until]
    sources = [(LedgerRollup, roll, 1)]
    if table is Posting:
        later = [Posting.recorded_at > known_at, Posting.effective_on >= since, Posting.effective_on <= until]
        sources.append((Posting, later, -1))
    found: dict[int, dict[str, Flow]] = defaultdict(lambda: defaultdict(Flow))
    found[0]  # noqa: B018 the whole is there even when nothing is
    for source, conditions, sign in sources:
        group = _group(source, by)
        sums = [func.sum(getattr(source, name)) for name in ("entered", "left", "moved_in", "moved_out")]
        rows = session.execute(
            _apply(
                select(*([group] if group is not None else []), source.account, *sums)
                .where(source.track == track, *conditions)
                .group_by(*([group] if group is not None else []), source.account),
                _within(source, scope),
            )
        ).all()
        for row in rows:
            flow = found[(row[0] or 0) if group is not None else 0][row[-5]]
            flow.entered += sign * int(row[-4])
            flow.left += sign * int(row[-3])
            flow.moved_in += sign * int(row[-2])
            flow.moved_out += sign * int(row[-1])
    return {key: dict(accounts) for key, accounts in found.items()}


def month_ends(session: Session, scope: Scope, track: str, account: str, until: date) -> list[tuple[date, int]]:
    """Balance of an account at the close of every month from the first posting, the last point at ``until``."""
    rows = session.execute(
        _apply(
            select(LedgerRollup.period, func.sum(LedgerRollup.delta))
            .where(LedgerRollup.track == track, LedgerRollup.account == account, LedgerRollup.grain == "M")
            .where(LedgerRollup.period < period_start(until, "M"))
            .group_by(LedgerRollup.period)
            .order_by(LedgerRollup.period),
            _within(LedgerRollup, scope),
        )
    ).all()
    if not rows:
        return [(until, balances(session, scope, track, until)[0].accounts[account])]
    changes = {row[0]: int(row[1]) for row in rows}
    points: list[tuple[date, int]] = []
    month, balance = rows[0][0], 0
    while month < period_start(until, "M"):
        following = (month + timedelta(days=32)).replace(day=1)
        balance += changes.get(month, 0)
        points.append((following - timedelta(days=1), balance))
        month = following
    points.append((until, balances(session, scope, track, until)[0].accounts[account]))
    return points


def late_moves(session: Session, scope: Scope, known_at: datetime, as_of: date) -> int:
    """How many moves effective by ``as_of`` were recorded after ``known_at``: what "since then" means."""
    return int(
        session.scalar(
            _apply(
                select(func.count(func.distinct(Posting.move_id))).where(
                    Posting.recorded_at > known_at, Posting.effective_on <= as_of, Posting.account != OUTSIDE
                ),
                _within(Posting, scope),
            )
        )
        or 0
    )
