"""The counts: stock, flow and series, all from the roll-up; the one place where firms are counted.

A count takes ``as_of`` (day) and ``known_at`` (time): what had happened by then, as far as the book knew it
then. What was known earlier is the roll-up less the few entries recorded since.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, true
from sqlalchemy.orm import Session

from cultivate import packs
from cultivate.domain.ledger import period_start
from cultivate.domain.scope import Scope
from cultivate.domain.stages import ACCOUNTS, EXITS, OUTSIDE, STAGES, Stage
from cultivate.models import LedgerRollup, Posting
from cultivate.queries import lapses

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


def _within(table: Any, scope: Scope) -> ColumnElement[bool]:
    """The scope's part of postings, roll-up rows or candidacies: by where the candidacy stood then."""
    if scope.everything:
        return true()
    ids = sorted(scope.unit_ids)
    return or_(table.street_id.in_(ids), table.park_id.in_(ids))


def _key(table: Any, by: Dimension | None) -> tuple[ColumnElement[Any], list[Any]]:
    """First column of a grouped count (street id, park id or 0) and what to group by for it."""
    if by is None:
        return literal(0), []
    column = table.street_id if by == "unit" else table.park_id
    return func.coalesce(column, 0), [column]


def _until(day: date) -> ColumnElement[bool]:
    """Roll-up rows that add up to the close of ``day``: whole years, whole months, single days."""
    year, month = period_start(day, "Y"), period_start(day, "M")
    grain, period = LedgerRollup.grain, LedgerRollup.period
    return or_(
        and_(grain == "Y", period < year),
        and_(grain == "M", period >= year, period < month),
        and_(grain == "D", period >= month, period <= day),
    )


@dataclass(frozen=True, slots=True)
class _Question:
    """What a count is asked: whose firms, which track, which day, known when, by which dimension."""

    session: Session
    scope: Scope
    track: str
    as_of: date
    known_at: datetime | None
    by: Dimension | None


def balances(
    session: Session,
    scope: Scope,
    track: str,
    as_of: date,
    known_at: datetime | None = None,
    by: Dimension | None = None,
) -> dict[int, Stock]:
    """Stock on ``as_of``, by street or park id; under key 0 the whole scope (or, by park, "in no park")."""
    question = _Question(session, scope, track, as_of, known_at, by)
    stocks: dict[int, Stock] = defaultdict(Stock)
    stocks[0]
    for place, account, total in _rolled_up(question):
        stocks[place].accounts[account] += total
    for place, account, total in _recorded_since(question):
        stocks[place].accounts[account] -= total
    for stock in stocks.values():
        stock.in_force = stock.accounts[Stage.CERTIFY]
    for place, total in _past_their_end(question):
        stocks[place].in_force -= total
    return dict(stocks)


def _rolled_up(question: _Question) -> list[tuple[int, str, int]]:
    key, grouping = _key(LedgerRollup, question.by)
    rows = question.session.execute(
        select(key, LedgerRollup.account, func.sum(LedgerRollup.delta))
        .where(
            LedgerRollup.track == question.track,
            _until(question.as_of),
            _within(LedgerRollup, question.scope),
        )
        .group_by(*grouping, LedgerRollup.account)
    )
    return [(place, account, int(total)) for place, account, total in rows]


def _recorded_since(question: _Question) -> list[tuple[int, str, int]]:
    """What the book learned after ``known_at``; nothing when it is asked for all it knows."""
    if question.known_at is None:
        return []
    key, grouping = _key(Posting, question.by)
    rows = question.session.execute(
        select(key, Posting.account, func.sum(Posting.amount))
        .where(
            Posting.track == question.track,
            Posting.recorded_at > question.known_at,
            Posting.effective_on <= question.as_of,
            _within(Posting, question.scope),
        )
        .group_by(*grouping, Posting.account)
    )
    return [(place, account, int(total)) for place, account, total in rows]


def _past_their_end(question: _Question) -> list[tuple[int, int]]:
    """Those that stood at ``certify`` then though their certificate had ended, where they stood."""
    key, grouping = _key(Posting, question.by)
    known = true() if question.known_at is None else Posting.recorded_at <= question.known_at
    # without the track, which the candidacies say: SQLite would read all of the track's entries
    rows = question.session.execute(
        select(key, func.sum(Posting.amount))
        .where(
            Posting.candidacy_id.in_(lapses.waiting(question.track, question.as_of, question.known_at)),
            Posting.account == Stage.CERTIFY,
            Posting.effective_on <= question.as_of,
            known,
            _within(Posting, question.scope),
        )
        .group_by(*grouping)
    )
    return [(place, int(total)) for place, total in rows if total]


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
    sources: list[tuple[Any, list[ColumnElement[bool]], int]] = [
        (LedgerRollup, [LedgerRollup.grain == "D", LedgerRollup.period.between(since, until)], 1)
    ]
    if known_at is not None:
        later = [Posting.recorded_at > known_at, Posting.effective_on.between(since, until)]
        sources.append((Posting, later, -1))
    found: dict[int, dict[str, Flow]] = defaultdict(lambda: defaultdict(Flow))
    found[0]
    for source, conditions, sign in sources:
        key, grouping = _key(source, by)
        sums = [func.sum(getattr(source, name)) for name in ("entered", "left", "moved_in", "moved_out")]
        rows = session.execute(
            select(key, source.account, *sums)
            .where(source.track == track, *conditions, _within(source, scope))
            .group_by(*grouping, source.account)
        )
        for place, account, *parts in rows:
            flow = found[place][account]
            entered, left, moved_in, moved_out = (sign * int(part) for part in parts)
            flow.entered += entered
            flow.left += left
            flow.moved_in += moved_in
            flow.moved_out += moved_out
    return {place: dict(accounts) for place, accounts in found.items()}


def month_ends(
    session: Session, scope: Scope, track: str, account: str, until: date
) -> list[tuple[date, int]]:
    """Balance of an account at the close of every month from the first posting, the last point at ``until``."""
    changes = {
        month: int(change)
        for month, change in session.execute(
            select(LedgerRollup.period, func.sum(LedgerRollup.delta))
            .where(
                LedgerRollup.track == track,
                LedgerRollup.account == account,
                LedgerRollup.grain == "M",
                LedgerRollup.period < period_start(until, "M"),
                _within(LedgerRollup, scope),
            )
            .group_by(LedgerRollup.period)
            .order_by(LedgerRollup.period)
        )
    }
    points: list[tuple[date, int]] = []
    month, balance = min(changes, default=period_start(until, "M")), 0
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
            select(func.count(func.distinct(Posting.move_id))).where(
                Posting.track.in_(packs.tracks()),  # all of them: so the index is used
                Posting.recorded_at > known_at,
                Posting.effective_on <= as_of,
                Posting.account != OUTSIDE,
                _within(Posting, scope),
            )
        )
        or 0
    )
