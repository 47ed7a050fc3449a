"""What waits for somebody: each section a true count and exactly those rows.

A caseworker's follow-ups and stalled candidacies are those in their charge; the bureau and the leader see all
in their scope. Proposals wait for the bureau; a caseworker sees their own and what became of them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from cultivate import clock
from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Role
from cultivate.domain.stages import STAGES, Stage
from cultivate.models import Candidacy, Certificate, Firm, Proposal, ServiceRecord, User
from cultivate.queries.attention import ENDING_DAYS, no_successor, stalled_condition
from cultivate.queries.paging import Page, offset_of
from cultivate.queries.places import within

PAGE_SIZE = 50
#: a decided proposal stays in its author's list for so many days
ANSWER_SHOWN_DAYS = 30
SECTIONS = ("proposals", "overdue", "due", "stalled", "ending")
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
    """Proposed, due, in the stage since, or last day in force."""
    text: str = ""
    by: str | None = None
    what: str | None = None
    """The stage proposed, or the kind of service."""
    status: str | None = None
    answer: str | None = None


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


def _from_candidacies(actor: Actor, *columns: Any) -> Statement:
    """Rows over candidacies in the actor's scope, with who is in charge.

    A firm whose candidacy stands in a stage is alive and lies where the candidacy does: asking the candidacy
    alone lets the database start from the few rows of the section.
    """
    inside = within(Candidacy, actor.scope)
    return (
        select(*columns)
        .select_from(Candidacy)
        .join(Firm, Firm.id == Candidacy.firm_id)
        .outerjoin(User, User.id == Candidacy.in_charge_id)
        .where(*([] if inside is None else [inside]))
    )


def _mine(actor: Actor, *columns: Any) -> list[ColumnElement[bool]]:
    """In a caseworker's own charge; no condition for everybody else."""
    if actor.role != Role.CASEWORKER:
        return []
    return [or_(*(column == actor.user_id for column in columns))]


def _proposals(actor: Actor, as_of: date) -> Statement:
    author = aliased(User)
    statement = (
        _from_candidacies(
            actor,
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
    """Follow-ups not done, of candidacies that still stand in a stage."""
    author = aliased(User)
    return (
        _from_candidacies(
            actor,
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
            Candidacy.stage.in_(STAGES),
            *_mine(actor, ServiceRecord.by_id, Candidacy.in_charge_id),
            *conditions,
        )
        .order_by(ServiceRecord.follow_up_on, ServiceRecord.id)
    )


def _overdue(actor: Actor, as_of: date) -> Statement:
    return _follow_ups(actor, ServiceRecord.follow_up_on < as_of)


def _due(actor: Actor, as_of: date) -> Statement:
    """Today to the end of the week (Sunday)."""
    sunday = as_of + timedelta(days=6 - as_of.weekday())
    return _follow_ups(actor, ServiceRecord.follow_up_on >= as_of, ServiceRecord.follow_up_on <= sunday)


def _stalled(actor: Actor, as_of: date, stalled_days: Mapping[str, int]) -> Statement:
    return (
        _from_candidacies(actor, Candidacy.id, *_firm, Candidacy.stage_since)
        .where(stalled_condition(as_of, stalled_days), *_mine(actor, Candidacy.in_charge_id))
        .order_by(Candidacy.stage_since, Candidacy.id)
    )


def _ending(actor: Actor, as_of: date) -> Statement:
    """In force, ending soon, with no renewal opened yet: the same ones that the letter counts."""
    return (
        _from_candidacies(actor, Certificate.id, *_firm, Certificate.valid_through, Certificate.number)
        .join(Certificate, Certificate.candidacy_id == Candidacy.id)
        .where(
            Certificate.status == "valid",
            Certificate.valid_through >= as_of,
            Certificate.valid_through <= as_of + timedelta(days=ENDING_DAYS),
            Candidacy.stage == Stage.CERTIFY,
            no_successor(),
        )
        .order_by(Certificate.valid_through, Certificate.id)
    )


def _statement(actor: Actor, section: str, as_of: date, stalled_days: Mapping[str, int]) -> Statement:
    if section == "stalled":
        return _stalled(actor, as_of, stalled_days)
    return _ASK[section](actor, as_of)


_ASK: dict[str, Callable[[Actor, date], Statement]] = {
    "proposals": _proposals,
    "overdue": _overdue,
    "due": _due,
    "ending": _ending,
}


def count(session: Session, actor: Actor, section: str, as_of: date, stalled_days: Mapping[str, int]) -> int:
    """How many rows a section has."""
    statement = _statement(actor, section, as_of, stalled_days)
    return session.scalar(statement.with_only_columns(func.count()).order_by(None)) or 0


def counts(session: Session, actor: Actor, as_of: date, stalled_days: Mapping[str, int]) -> dict[str, int]:
    """All sections."""
    return {section: count(session, actor, section, as_of, stalled_days) for section in SECTIONS}


def list_section(
    session: Session,
    actor: Actor,
    section: str,
    as_of: date,
    stalled_days: Mapping[str, int],
    page: int = 1,
    size: int = PAGE_SIZE,
) -> Page[Task]:
    """A page of one section."""
    total = count(session, actor, section, as_of, stalled_days)
    number = min(max(page, 1), max(1, -(-total // size)))
    statement = _statement(actor, section, as_of, stalled_days)
    found = statement.limit(size).offset(offset_of(number, size))
    rows = session.execute(found).all() if total else []
    return Page([_task(row) for row in rows], total, number, size)


def _task(row: Any) -> Task:
    """A time becomes its day; the columns stand in the order of the fields."""
    values = list(row)
    if isinstance(values[9], datetime):
        values[9] = clock.day_of(values[9])
    return Task(*values)
