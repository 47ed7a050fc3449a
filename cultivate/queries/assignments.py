"""Who was in charge of a firm's candidacies when, and what was put in somebody's charge and not looked at yet."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from cultivate.domain.actor import Actor
from cultivate.domain.scope import Scope
from cultivate.domain.stages import STAGES
from cultivate.models import Assignment, Candidacy, Firm, User
from cultivate.queries.candidacies import firm_within
from cultivate.queries.paging import Page, offset_of

_to, _by = aliased(User), aliased(User)


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    """A line of the history as plain values; ``to`` is ``None`` where nobody was in charge from then on."""

    id: int
    track: str
    at: datetime
    before: str | None
    to: str | None
    by: str | None
    reason: str
    handover_id: int | None


@dataclass(frozen=True, slots=True)
class NewCharge:
    """A candidacy that somebody else put in the reader's charge."""

    id: int
    """Of the line of the history that did it."""
    candidacy_id: int
    firm_id: int
    name: str
    street_id: int
    track: str
    stage: str
    stage_since: date
    by: str | None
    at: datetime
    reason: str
    handover_id: int | None


def list_of_firm(session: Session, scope: Scope, firm_id: int) -> list[AssignmentRow]:
    """All lines of a firm's candidacies, oldest first."""
    before = aliased(User)
    rows = session.execute(
        select(
            Assignment.id,
            Candidacy.track,
            Assignment.at,
            before.display_name,
            _to.display_name,
            _by.display_name,
            Assignment.reason,
            Assignment.handover_id,
        )
        .join(Candidacy, Candidacy.id == Assignment.candidacy_id)
        .join(Firm, Firm.id == Candidacy.firm_id)
        .outerjoin(before, before.id == Assignment.from_id)
        .outerjoin(_to, _to.id == Assignment.to_id)
        .outerjoin(_by, _by.id == Assignment.by_id)
        .where(Candidacy.firm_id == firm_id, firm_within(scope))
        .order_by(Assignment.id)
    )
    return [AssignmentRow(*row) for row in rows]


def list_new(session: Session, actor: Actor, number: int = 1, size: int = 50) -> Page[NewCharge]:
    """What others put in the actor's charge and the actor has not looked at; the newest on top.

    What somebody else has in charge by now, and what has left the stages, waits for nobody.
    """
    statement = _new(actor)
    total = session.scalar(statement.with_only_columns(func.count())) or 0
    page = min(max(number, 1), max(1, -(-total // size)))
    found = statement.order_by(Assignment.id.desc()).limit(size).offset(offset_of(page, size))
    return Page([NewCharge(*row) for row in session.execute(found)] if total else [], total, page, size)


def _new(actor: Actor) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Assignment.id,
            Candidacy.id,
            Firm.id,
            Firm.name,
            Candidacy.street_id,
            Candidacy.track,
            Candidacy.stage,
            Candidacy.stage_since,
            _by.display_name,
            Assignment.at,
            Assignment.reason,
            Assignment.handover_id,
        )
        .select_from(Assignment)
        .join(Candidacy, Candidacy.id == Assignment.candidacy_id)
        .join(Firm, Firm.id == Candidacy.firm_id)
        .outerjoin(_by, _by.id == Assignment.by_id)
        .where(
            Assignment.to_id == actor.user_id,
            Assignment.seen_at.is_(None),
            _last(),
            Candidacy.in_charge_id == actor.user_id,
            Candidacy.stage.in_(STAGES),
            firm_within(actor.scope),
        )
    )


def _last() -> ColumnElement[bool]:
    """The newest line of its candidacy: who got it, gave it away and got it again has it waiting once."""
    later = aliased(Assignment)
    return ~(
        select(later.id)
        .where(later.candidacy_id == Assignment.candidacy_id, later.id > Assignment.id)
        .correlate(Assignment)
        .exists()
    )
