"""What a person is reminded of: each threshold falls on one day, and is told in the digest of its week."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from cultivate import packs
from cultivate.domain import yearly_reports
from cultivate.domain.actor import Actor
from cultivate.domain.filing import THRESHOLDS, Filing
from cultivate.domain.periods import Window
from cultivate.domain.permissions import Role
from cultivate.domain.stages import OPEN_STAGES, Stage
from cultivate.models import Candidacy, Certificate, Firm, ServiceRecord, User
from cultivate.packs import stalled
from cultivate.queries import firm_needs, report_states
from cultivate.queries.attention import no_successor
from cultivate.queries.filing import filing_of
from cultivate.queries.places import within

#: a follow-up and a wish are told a week before their day, and once when they are overdue
AHEAD = 7


@dataclass(frozen=True, slots=True)
class Reminder:
    """One line of a digest; ``day`` is the day that matters, of which ``kind`` says what it is.

    A wish is of the firm: it has no track and no stage, but what it asks for.
    """

    kind: str
    firm_id: int
    firm: str
    track: str
    stage: str
    day: date
    file_by: date | None = None
    """Of a certificate that ends: the last day of its year's filing."""
    need_id: int | None = None
    asks_for: str = ""
    """Of a wish: its kind."""


def reminders(session: Session, reader: Actor, window: Window) -> list[Reminder]:
    """All thresholds of a person that fall in the window, by kind and day."""
    found = [
        *_follow_ups(session, reader, "follow-up", _shifted(window, AHEAD)),
        *_follow_ups(session, reader, "overdue", _shifted(window, -1)),
        *_needs(session, reader, "need", _shifted(window, AHEAD)),
        *_needs(session, reader, "need-overdue", _shifted(window, -1)),
        *_stalled(session, reader, window),
        *_ending(session, reader, window),
        *_reports(session, reader, window),
    ]
    return [row for row in found if row.kind not in {"follow-up", "need"} or row.day >= window.last]


def _shifted(window: Window, days: int) -> Window:
    """Days whose threshold, so many days before them, lies in the window."""
    return Window(window.start + timedelta(days=days), window.end + timedelta(days=days))


def _inside(column: Any, window: Window) -> list[ColumnElement[bool]]:
    return [column >= window.start, column < window.end]


def _mine(statement: "Select[Any]", reader: Actor, holder: Any) -> "Select[Any]":
    """What one holds; what nobody holds (any more) is the unit's caseworkers'."""
    keeper = select(User.id).where(User.id == holder, User.active).exists()
    mine: ColumnElement[bool] = holder == reader.user_id
    if reader.role == Role.CASEWORKER:
        mine = mine | ~keeper
    inside = within(Candidacy, reader.scope)
    return statement.where(mine) if inside is None else statement.where(mine, inside)


def _rows(
    session: Session,
    reader: Actor,
    kind: str,
    day: Any,
    source: Any,
    *conditions: Any,
    holder: Any = Candidacy.in_charge_id,
) -> list[Reminder]:
    statement = select(Firm.id, Firm.name, Candidacy.track, Candidacy.stage, day).select_from(Candidacy)
    statement = statement.join(Firm, Firm.id == Candidacy.firm_id)
    if source is not Candidacy:
        statement = statement.join(source, source.candidacy_id == Candidacy.id)
    statement = _mine(statement.where(*conditions), reader, holder).order_by(day, source.id)
    return [Reminder(kind, *row) for row in session.execute(statement)]


def _follow_ups(session: Session, reader: Actor, kind: str, window: Window) -> list[Reminder]:
    return _rows(
        session,
        reader,
        kind,
        ServiceRecord.follow_up_on,
        ServiceRecord,
        *_inside(ServiceRecord.follow_up_on, window),
        ServiceRecord.followed_up_at.is_(None),
        ServiceRecord.withdrawn_at.is_(None),
        Candidacy.stage.in_((*OPEN_STAGES, Stage.CERTIFY)),
        holder=func.coalesce(ServiceRecord.follow_up_owner_id, Candidacy.in_charge_id),
    )


def _needs(session: Session, reader: Actor, kind: str, window: Window) -> list[Reminder]:
    """What firms asked for, of whoever is to answer; what nobody is, the bureau's."""
    return [
        Reminder(kind, row.firm_id, row.firm, "", "", row.due_on, need_id=row.id, asks_for=row.kind)
        for row in firm_needs.list_due(session, reader, window)
        if row.due_on is not None
    ]


def _stalled(session: Session, reader: Actor, window: Window) -> list[Reminder]:
    """On the first day beyond what the stage allows."""
    return [
        row
        for track, days in stalled.rules().days.items()
        for stage, limit in days.items()
        for row in _rows(
            session,
            reader,
            "stalled",
            Candidacy.stage_since,
            Candidacy,
            Candidacy.track == track,
            Candidacy.stage == stage,
            *_inside(Candidacy.stage_since, _shifted(window, -limit - 1)),
        )
    ]


def _ending(session: Session, reader: Actor, window: Window) -> list[Reminder]:
    """Certificates of a year whose filing has come that near; not where the renewal is begun."""
    return [
        replace(row, file_by=filing.closes_on)
        for filing in _filings(session, window)
        for row in _rows(
            session,
            reader,
            "ending",
            Certificate.valid_through,
            Certificate,
            Certificate.status == "valid",
            Certificate.track == filing.track,
            Candidacy.stage == Stage.CERTIFY,
            Certificate.valid_through >= date(filing.year, 1, 1),
            Certificate.valid_through <= date(filing.year, 12, 31),
            no_successor(),
        )
    ]


def _filings(session: Session, window: Window) -> list[Filing]:
    """Filings one of whose thresholds falls in the window."""
    found = [
        filing_of(session, code, year, window.last)
        for year in (window.start.year, window.start.year + 1)
        for code, track in packs.tracks().items()
        if track.validity_years
    ]
    return [
        filing
        for filing in found
        if filing is not None
        and any(filing.closes_on - timedelta(days=days) in window for days in THRESHOLDS)
    ]


def _reports(session: Session, reader: Actor, window: Window) -> list[Reminder]:
    """Yearly reports of which nobody has said anything, so many days before their day, and the day after it."""
    return [
        replace(row, day=due)
        for track, rule in report_states.rules(session, window.last).items()
        for due in [rule.due_on(window.last.year - 1)]
        if any(due - timedelta(days=days) in window for days in yearly_reports.THRESHOLDS)
        for row in _rows(
            session,
            reader,
            "report",
            Certificate.valid_through,
            Certificate,
            *report_states.waiting(rule, track, window.last),
        )
    ]
