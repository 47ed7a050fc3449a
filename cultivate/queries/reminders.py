"""What a person is reminded of: each threshold falls on one day, and is told in the digest of its week."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from cultivate.domain.actor import Actor
from cultivate.domain.periods import Window
from cultivate.domain.permissions import Role
from cultivate.domain.stages import OPEN_STAGES, Stage
from cultivate.models import Candidacy, Certificate, Firm, ServiceRecord, User
from cultivate.queries.attention import no_successor
from cultivate.queries.places import within

#: a firm whose certificate ends in a year files by this day of that year
FILING_DEADLINE = (6, 30)
#: days before the deadline
FILING_THRESHOLDS = (180, 90, 30)
#: a follow-up is told a week before its day, and once when it is overdue
FOLLOW_UP_AHEAD = 7


@dataclass(frozen=True, slots=True)
class Reminder:
    """One line of a digest; ``day`` is the day that matters, of which ``kind`` says what it is."""

    kind: str
    firm_id: int
    firm: str
    track: str
    stage: str
    day: date


def reminders(
    session: Session, reader: Actor, window: Window, stalled_days: Mapping[str, int]
) -> list[Reminder]:
    """All thresholds of a person that fall in the window, by kind and day."""
    found = [
        *_follow_ups(session, reader, "follow-up", _shifted(window, FOLLOW_UP_AHEAD)),
        *_follow_ups(session, reader, "overdue", _shifted(window, -1)),
        *_stalled(session, reader, window, stalled_days),
        *_ending(session, reader, window),
    ]
    return [row for row in found if row.kind != "follow-up" or row.day >= window.last]


def _shifted(window: Window, days: int) -> Window:
    """Days whose threshold, so many days before them, lies in the window."""
    return Window(window.start + timedelta(days=days), window.end + timedelta(days=days))


def _inside(column: Any, window: Window) -> list[ColumnElement[bool]]:
    return [column >= window.start, column < window.end]


def _mine(statement: "Select[Any]", reader: Actor) -> "Select[Any]":
    """Candidacies of which one is in charge; those of nobody (any more) are their unit's caseworkers'."""
    keeper = select(User.id).where(User.id == Candidacy.in_charge_id, User.active).exists()
    mine: ColumnElement[bool] = Candidacy.in_charge_id == reader.user_id
    if reader.role == Role.CASEWORKER:
        mine = mine | ~keeper
    inside = within(Candidacy, reader.scope)
    return statement.where(mine) if inside is None else statement.where(mine, inside)


def _rows(
    session: Session, reader: Actor, kind: str, day: Any, source: Any, *conditions: Any
) -> list[Reminder]:
    statement = select(Firm.id, Firm.name, Candidacy.track, Candidacy.stage, day).select_from(Candidacy)
    statement = statement.join(Firm, Firm.id == Candidacy.firm_id)
    if source is not Candidacy:
        statement = statement.join(source, source.candidacy_id == Candidacy.id)
    statement = _mine(statement.where(*conditions), reader).order_by(day, source.id)
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
        Candidacy.stage.in_((*OPEN_STAGES, Stage.CERTIFY)),
    )


def _stalled(
    session: Session, reader: Actor, window: Window, stalled_days: Mapping[str, int]
) -> list[Reminder]:
    """On the first day beyond what the stage allows."""
    return [
        row
        for stage, days in sorted(stalled_days.items())
        for row in _rows(
            session,
            reader,
            "stalled",
            Candidacy.stage_since,
            Candidacy,
            Candidacy.stage == stage,
            *_inside(Candidacy.stage_since, _shifted(window, -days - 1)),
        )
    ]


def _ending(session: Session, reader: Actor, window: Window) -> list[Reminder]:
    """Certificates of a year whose filing deadline has come that near; not where the renewal is begun."""
    years = {
        year
        for year in (window.start.year, window.start.year + 1)
        for days in FILING_THRESHOLDS
        if date(year, *FILING_DEADLINE) - timedelta(days=days) in window
    }
    return [
        row
        for year in sorted(years)
        for row in _rows(
            session,
            reader,
            "ending",
            Certificate.valid_through,
            Certificate,
            Certificate.status == "valid",
            Candidacy.stage == Stage.CERTIFY,
            Certificate.valid_through >= date(year, 1, 1),
            Certificate.valid_through < date(year + 1, 1, 1),
            no_successor(),
        )
    ]
