"""The states of yearly reports in SQL: those of ``domain/yearly_reports``, so that a count is its list's length."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select
from sqlalchemy.orm import Session

from cultivate import clock, packs
from cultivate.domain.stages import Stage
from cultivate.domain.yearly_reports import DUE, MISSED, UNKNOWN, WITHDRAWN, Rule
from cultivate.models import Candidacy, Certificate, YearlyReport
from cultivate.queries import policies, readiness


def rule_of(session: Session, track: str, as_of: date) -> Rule | None:
    """The report that holders on a track owe; ``None`` where the policy asks for none."""
    base = readiness.policy_of(track)
    duty = policies.applying(session, base, as_of).pack.report if base else None
    if duty is None or not (duty.month and duty.day and duty.cancels_at):
        return None
    return Rule(duty.month, duty.day, duty.cancels_at)


def rules(session: Session, as_of: date) -> dict[str, Rule]:
    """By track, of those whose holders owe a report."""
    found = {track: rule_of(session, track, as_of) for track in packs.tracks()}
    return {track: rule for track, rule in found.items() if rule is not None}


def owed(rule: Rule, year: int) -> ColumnElement[bool]:
    """Certificates that count, by their own days, on the due day of that year's report."""
    due = rule.due_on(year)
    return and_(
        Certificate.status != "void",
        Certificate.counts_from <= due,
        or_(Certificate.valid_through.is_(None), Certificate.valid_through >= due),
    )


def state(rule: Rule, year: int, today: date) -> ColumnElement[str]:
    """A note has the word; without one it is due, then missed, or not known."""
    due = rule.due_on(year)
    if today <= due:
        return func.coalesce(_noted(year), DUE)
    silent = case((known_on_day(rule, year), literal(MISSED)), else_=literal(UNKNOWN))
    return func.coalesce(_noted(year), silent)


def known_on_day(rule: Rule, year: int) -> ColumnElement[bool]:
    """Whether the book knew of the certificate when that report was due."""
    return Certificate.created_at < clock.at(rule.due_on(year) + timedelta(days=1))


def unnoted(year: int) -> ColumnElement[bool]:
    """Certificates of whose report nobody has said anything."""
    silent: ColumnElement[bool] = _noted(year).is_(None)
    return silent


def missed(rule: Rule, today: date) -> ColumnElement[int]:
    """How many were missed under a certificate: as many years are looked at as the longest validity has."""
    longest = max(track.validity_years for track in packs.tracks().values())
    past = [year for year in range(today.year - 1 - longest, today.year) if rule.due_on(year) < today]
    total: ColumnElement[int] = literal(0)
    for year in past:
        total = total + case((and_(owed(rule, year), state(rule, year, today) == MISSED), 1), else_=0)
    return total


def at_risk(rule: Rule, today: date) -> ColumnElement[bool]:
    """Still in force, with as many missed as cost the qualification: the authority may cancel it any day."""
    return and_(Candidacy.stage == Stage.CERTIFY, missed(rule, today) >= rule.cancels_at)


def waiting(rule: Rule, track: str, as_of: date) -> list[ColumnElement[bool]]:
    """Certificates in force of whose last report nobody has said anything, and which the book knew on its day."""
    year = as_of.year - 1
    known = [known_on_day(rule, year)] if as_of > rule.due_on(year) else []
    return [
        Certificate.track == track,
        Certificate.status == "valid",
        Candidacy.stage == Stage.CERTIFY,
        owed(rule, year),
        unnoted(year),
        *known,
    ]


def _noted(year: int) -> Any:
    return (
        select(func.nullif(YearlyReport.state, WITHDRAWN))
        .where(YearlyReport.certificate_id == Certificate.id, YearlyReport.year == year)
        .correlate(Certificate)
        .scalar_subquery()
    )
