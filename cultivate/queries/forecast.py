"""Gathers from the ledger what ``domain/forecast.py`` rests on."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from cultivate.domain.forecast import RENEWAL, Forecast, Newcomers, Observed, forecast
from cultivate.domain.scope import Scope
from cultivate.domain.stages import OPEN_STAGES, Stage
from cultivate.models import Candidacy, Certificate, Posting
from cultivate.queries.places import within

#: how many earlier years a rate is taken from
YEARS = 3
Seen = dict[str, tuple[int, int]]


def year_end(
    session: Session, scope: Scope, track: str, as_of: date, in_force: int, known_at: datetime | None = None
) -> Forecast:
    """The forecast for the last day of the year of ``as_of``."""
    on = as_of.replace(month=12, day=31)
    if on <= as_of:  # the year ends today: nothing is left to foresee
        return forecast(on, in_force, [])
    groups, newcomers = _history(session, scope, track, as_of, on, known_at)
    return forecast(on, in_force, groups, newcomers)


def _history(
    session: Session, scope: Scope, track: str, as_of: date, on: date, known_at: datetime | None
) -> tuple[list[Observed], Newcomers]:
    """Who waits now, and what became of those who waited on the same day of earlier years."""
    waiting = _stood(session, scope, track, as_of, on, known_at)
    seen: dict[str, list[int]] = {group: [0, 0] for group in (RENEWAL, *OPEN_STAGES)}
    years = came = 0
    for back in range(1, YEARS + 1):
        start, end = _years_before(as_of, back), _years_before(on, back)
        stood = _stood(session, scope, track, start, end, known_at)
        if any(count for count, _reached in stood.values()):
            years += 1
            came += _newcomers(session, scope, track, start, end, known_at)
        for group, (count, reached) in stood.items():
            seen[group][0] += count
            seen[group][1] += reached
    groups = [Observed(group, waiting.get(group, (0, 0))[0], *counts) for group, counts in seen.items()]
    return groups, Newcomers(years, came)


def _years_before(day: date, years: int) -> date:
    """The same day of an earlier year; 28 February for a 29th that it lacks."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def _stood(
    session: Session, scope: Scope, track: str, day: date, until: date, known_at: datetime | None
) -> Seen:
    """Who stood where on ``day``, and how many of them were in force by ``until``."""
    found = _pipeline(session, scope, track, day, until, known_at)
    found[RENEWAL] = _ending(session, scope, track, day, until, known_at)
    return found


def _known(
    statement: "Select[*tuple[Any, ...]]", scope: Scope, known_at: datetime | None, *more: ColumnElement[bool]
) -> "Select[*tuple[Any, ...]]":
    """Postings inside the scope that were known."""
    inside = within(Posting, scope)
    conditions = [*more] + ([] if inside is None else [inside])
    if known_at is not None:
        conditions.append(Posting.recorded_at <= known_at)
    return statement.where(*conditions)


def _standing(
    scope: Scope, track: str, accounts: tuple[str, ...], day: date, known_at: datetime | None
) -> Any:
    """Candidacies that stood in one of these accounts at the close of ``day``."""
    return (
        _known(
            select(Posting.candidacy_id, Posting.account),
            scope,
            known_at,
            Posting.track == track,
            Posting.account.in_(accounts),
            Posting.effective_on <= day,
        )
        .group_by(Posting.candidacy_id, Posting.account)
        .having(func.sum(Posting.amount) > 0)
        .subquery()
    )


def _pipeline(
    session: Session, scope: Scope, track: str, day: date, until: date, known_at: datetime | None
) -> Seen:
    """By stage, without renewals of what still counts: these are among ``_ending``, or add none."""
    stood = _standing(scope, track, OPEN_STAGES, day, known_at)
    renewed = _standing(scope, track, (Stage.CERTIFY,), day, known_at)
    certified = _certified(scope, track, day, until, known_at)
    rows = session.execute(
        select(stood.c.account, func.count(), func.count(certified.c.candidacy_id))
        .select_from(stood)
        .join(Candidacy, Candidacy.id == stood.c.candidacy_id)
        .outerjoin(certified, certified.c.candidacy_id == stood.c.candidacy_id)
        .outerjoin(renewed, renewed.c.candidacy_id == Candidacy.renews_id)
        .where(renewed.c.candidacy_id.is_(None))
        .group_by(stood.c.account)
    )
    return {account: (int(count), int(reached)) for account, count, reached in rows}


def _certified(scope: Scope, track: str, day: date, until: date, known_at: datetime | None) -> Any:
    """Candidacies that entered ``certify`` after ``day`` and by ``until``."""
    return (
        _known(
            select(Posting.candidacy_id),
            scope,
            known_at,
            Posting.track == track,
            Posting.account == Stage.CERTIFY,
            Posting.effective_on > day,
            Posting.effective_on <= until,
        )
        .group_by(Posting.candidacy_id)
        .having(func.sum(Posting.entered) > 0)
        .subquery()
    )


def _newcomers(
    session: Session, scope: Scope, track: str, day: date, until: date, known_at: datetime | None
) -> int:
    """Certified after ``day`` without having stood in a stage on it; renewals are counted elsewhere."""
    stood = _standing(scope, track, OPEN_STAGES, day, known_at)
    certified = _certified(scope, track, day, until, known_at)
    statement = (
        select(func.count())
        .select_from(certified)
        .join(Candidacy, Candidacy.id == certified.c.candidacy_id)
        .outerjoin(stood, stood.c.candidacy_id == certified.c.candidacy_id)
        .where(stood.c.candidacy_id.is_(None), Candidacy.renews_id.is_(None))
    )
    return session.scalar(statement) or 0


def _ending(
    session: Session, scope: Scope, track: str, day: date, until: date, known_at: datetime | None
) -> tuple[int, int]:
    """Certificates in force on ``day`` that end before ``until``, and how many had a successor by then."""
    standing = _standing(scope, track, (Stage.CERTIFY,), day, known_at)
    successor = aliased(Certificate)
    followed = (
        select(successor.id)
        .where(
            successor.firm_id == Certificate.firm_id,
            successor.track == track,
            successor.status != "void",
            successor.counts_from > day,
            successor.counts_from <= until,
            or_(successor.valid_through.is_(None), successor.valid_through >= until),
        )
        .exists()
    )
    statement = (
        select(func.count(), func.count().filter(followed))
        .select_from(Certificate)
        .join(standing, standing.c.candidacy_id == Certificate.candidacy_id)
        .where(
            Certificate.track == track,
            Certificate.status != "void",
            Certificate.valid_through >= day,
            Certificate.valid_through < until,
        )
    )
    stood, reached = session.execute(statement).one()
    return int(stood), int(reached)
