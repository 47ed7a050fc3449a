"""What waits for somebody: each section a true count and exactly those rows.

A caseworker's follow-ups and stalled candidacies are those in their charge; the bureau and the leader see all
in their scope. Proposals wait for the bureau; a caseworker sees their own and what became of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from cultivate import clock
from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Role
from cultivate.domain.scope import Scope
from cultivate.domain.stages import STAGES, Stage
from cultivate.domain.yearly_reports import ASKED_AHEAD
from cultivate.models import Candidacy, Certificate, Firm, Proposal, ServiceRecord, StallNote, User
from cultivate.queries import filing, report_states
from cultivate.queries.attention import no_successor, stalled_condition
from cultivate.queries.paging import Page, offset_of
from cultivate.queries.places import within
from cultivate.queries.service_records import FollowUp
from cultivate.queries.stall_notes import NoteRow

PAGE_SIZE = 50
#: a decided proposal stays in its author's list for so many days
ANSWER_SHOWN_DAYS = 30
SECTIONS = ("today", "overdue", "week", "proposals", "stalled", "ending", "reports")
Statement = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Task:
    """One row of any section; what a section does not have is ``None``."""

    id: int
    """Of the proposal, the service record, the candidacy or the certificate."""
    candidacy_id: int
    firm_id: int
    name: str
    street_id: int
    track: str
    stage: str
    stage_since: date
    in_charge: str | None
    on: date | None
    """Proposed, due, in the stage since, last day in force, or the day of the report."""
    text: str = ""
    by: str | None = None
    what: str | None = None
    """The stage proposed, or the kind of service."""
    status: str | None = None
    answer: str | None = None
    note: NoteRow | None = None
    """Why it stands still, and what was to happen next."""
    follow_up: FollowUp | None = None
    """What is to be done after a service, and whose that is."""


_firm = (
    Candidacy.id,
    Firm.id,
    Firm.name,
    Firm.street_id,
    Candidacy.track,
    Candidacy.stage,
    Candidacy.stage_since,
    User.display_name,
)


def _from_candidacies(scope: Scope, *columns: Any) -> Statement:
    """Rows over candidacies in a scope, with who is in charge.

    A firm whose candidacy stands in a stage is alive and lies where the candidacy does: asking the candidacy
    alone lets the database start from the few rows of the section.
    """
    inside = within(Candidacy, scope)
    return (
        select(*columns)
        .select_from(Candidacy)
        .join(Firm, Firm.id == Candidacy.firm_id)
        .outerjoin(User, User.id == Candidacy.in_charge_id)
        .where(*([] if inside is None else [inside]))
    )


def _proposals(actor: Actor, as_of: date) -> Statement:
    author = aliased(User)
    statement = (
        _from_candidacies(
            actor.scope,
            Proposal.id,
            *_firm,
            Proposal.proposed_at,
            Proposal.reason,
            author.display_name,
            Proposal.to,
            Proposal.status,
            Proposal.answer,
        )
        .join(Proposal, Proposal.candidacy_id == Candidacy.id)
        .join(author, author.id == Proposal.proposed_by_id)
        .order_by(Proposal.proposed_at, Proposal.id)
    )
    if actor.role != Role.CASEWORKER:
        return statement.where(Proposal.status == "waiting")
    lately = Proposal.decided_at >= clock.at(as_of - timedelta(days=ANSWER_SHOWN_DAYS))
    return statement.where(
        Proposal.proposed_by_id == actor.user_id, or_(Proposal.status == "waiting", lately)
    )


def _follow_ups(actor: Actor, *conditions: ColumnElement[bool]) -> Statement:
    """A caseworker's are those that lie on them; the others see all in their scope."""
    own = [lies_on(actor.user_id)] if actor.role == Role.CASEWORKER else []
    return follow_ups(actor.scope, *own, *conditions)


def follow_ups(scope: Scope, *conditions: ColumnElement[bool]) -> Statement:
    """Follow-ups not done, of candidacies that still stand in a stage."""
    author = aliased(User)
    return (
        _from_candidacies(
            scope,
            ServiceRecord.id,
            *_firm,
            ServiceRecord.follow_up_on,
            ServiceRecord.note,
            author.display_name,
            ServiceRecord.kind,
        )
        .join(ServiceRecord, ServiceRecord.candidacy_id == Candidacy.id)
        .outerjoin(author, author.id == ServiceRecord.by_id)
        .where(
            ServiceRecord.followed_up_at.is_(None),
            ServiceRecord.withdrawn_at.is_(None),
            Candidacy.stage.in_(STAGES),
            *conditions,
        )
        .order_by(ServiceRecord.follow_up_on, ServiceRecord.id)
    )


def lies_on(user_id: int | None) -> ColumnElement[bool]:
    """What was given to a person, and what was given to nobody after their service or at their firm."""
    nobodys = and_(
        ServiceRecord.follow_up_owner_id.is_(None),
        or_(ServiceRecord.by_id == user_id, Candidacy.in_charge_id == user_id),
    )
    return or_(ServiceRecord.follow_up_owner_id == user_id, nobodys)


def _overdue(actor: Actor, as_of: date) -> Statement:
    return _follow_ups(actor, ServiceRecord.follow_up_on < as_of)


def _today(actor: Actor, as_of: date) -> Statement:
    return _follow_ups(actor, ServiceRecord.follow_up_on == as_of)


def _week(actor: Actor, as_of: date) -> Statement:
    """After today, to the end of the week (Sunday)."""
    return _follow_ups(
        actor, ServiceRecord.follow_up_on > as_of, ServiceRecord.follow_up_on <= sunday_of(as_of)
    )


def sunday_of(day: date) -> date:
    """The last day of its week."""
    return day + timedelta(days=6 - day.weekday())


def _stalled(actor: Actor, as_of: date) -> Statement:
    """A caseworker's: those in their charge, and those whose next step is theirs."""
    mine = or_(Candidacy.in_charge_id == actor.user_id, Candidacy.id.in_(_steps_of(actor)))
    return (
        _from_candidacies(actor.scope, Candidacy.id, *_firm, Candidacy.stage_since)
        .where(stalled_condition(as_of), *([mine] if actor.role == Role.CASEWORKER else []))
        .order_by(Candidacy.stage_since, Candidacy.id)
    )


def _steps_of(actor: Actor) -> Any:
    return select(StallNote.candidacy_id).where(
        StallNote.owner_id == actor.user_id, StallNote.ended_at.is_(None)
    )


def _ending(session: Session, actor: Actor, as_of: date) -> Statement:
    """In force, ending in a year whose filing draws near, no renewal opened: the same that the letter counts."""
    return (
        _from_candidacies(actor.scope, Certificate.id, *_firm, Certificate.valid_through, Certificate.number)
        .join(Certificate, Certificate.candidacy_id == Candidacy.id)
        .where(
            Certificate.status == "valid",
            filing.told_about(session, as_of),
            Candidacy.stage == Stage.CERTIFY,
            no_successor(),
        )
        .order_by(Certificate.valid_through, Certificate.id)
    )


def _reports(session: Session, actor: Actor, as_of: date) -> Statement:
    """The year's reports of which nobody has said anything, from some weeks before their day to the year's end."""
    due = {
        track: rule
        for track, rule in report_states.rules(session, as_of).items()
        if rule.due_on(as_of.year - 1) - timedelta(days=ASKED_AHEAD) <= as_of
    }
    each = [and_(*report_states.waiting(rule, track, as_of)) for track, rule in due.items()]
    days = [(Certificate.track == track, rule.due_on(as_of.year - 1)) for track, rule in due.items()]
    day: Any = case(*days, else_=as_of) if days else literal(as_of)
    return (
        _from_candidacies(actor.scope, Certificate.id, *_firm, day, Certificate.number)
        .join(Certificate, Certificate.candidacy_id == Candidacy.id)
        .where(or_(false(), *each))
        .order_by(Firm.street_id, Firm.name, Certificate.id)
    )


_ASK: dict[str, Callable[[Actor, date], Statement]] = {
    "proposals": _proposals,
    "overdue": _overdue,
    "today": _today,
    "week": _week,
    "stalled": _stalled,
}
#: sections whose rows hang on days that the database knows
_ASK_ON_DAYS: dict[str, Callable[[Session, Actor, date], Statement]] = {
    "ending": _ending,
    "reports": _reports,
}


def _statement(session: Session, actor: Actor, section: str, as_of: date) -> Statement:
    if section in _ASK_ON_DAYS:
        return _ASK_ON_DAYS[section](session, actor, as_of)
    return _ASK[section](actor, as_of)


def count(session: Session, actor: Actor, section: str, as_of: date) -> int:
    """How many rows a section has."""
    statement = _statement(session, actor, section, as_of)
    return session.scalar(statement.with_only_columns(func.count()).order_by(None)) or 0


def counts(session: Session, actor: Actor, as_of: date) -> dict[str, int]:
    """All sections."""
    return {section: count(session, actor, section, as_of) for section in SECTIONS}


def list_section(
    session: Session,
    actor: Actor,
    section: str,
    as_of: date,
    page: int = 1,
    size: int = PAGE_SIZE,
) -> Page[Task]:
    """A page of one section."""
    return page_of(session, _statement(session, actor, section, as_of), page, size)


def page_of(session: Session, statement: Statement, page: int = 1, size: int = PAGE_SIZE) -> Page[Task]:
    """A page of any statement made here, the last one where the list has become shorter."""
    total = session.scalar(statement.with_only_columns(func.count()).order_by(None)) or 0
    number = min(max(page, 1), max(1, -(-total // size)))
    found = statement.limit(size).offset(offset_of(number, size))
    rows = session.execute(found).all() if total else []
    return Page([_task(row) for row in rows], total, number, size)


def _task(row: Any) -> Task:
    """A time becomes its day; the columns stand in the order of the fields."""
    values = list(row)
    if isinstance(values[9], datetime):
        values[9] = clock.day_of(values[9])
    return Task(*values)
