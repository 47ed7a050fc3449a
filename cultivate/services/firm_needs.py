"""What firms ask for: written down with an owner, answered, declined, taken back, opened again."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain.actor import Actor
from cultivate.domain.needs import OPEN, STATES
from cultivate.domain.permissions import Act
from cultivate.errors import N_, Conflict, Invalid, NotFound
from cultivate.models import Candidacy, Firm, FirmNeed, ServiceRecord
from cultivate.packs import service_kinds
from cultivate.queries import firm_needs as queries
from cultivate.queries.candidacies import firm_within
from cultivate.services import audit, people
from cultivate.services.stages import firm_in_scope

LONGEST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What is said of a need. Without an owner it is the bureau's."""

    kind: str
    text: str
    raised_on: date | None = None
    owner_id: int | None = None
    due_on: date | None = None


def raise_need(
    session: Session, actor: Actor, firm_id: int, said: Need, service_id: int | None = None
) -> int:
    """Write down what a firm asks for, by itself or as said at a service; returns its id."""
    actor.require(Act.HANDLE_NEEDS)
    firm = firm_in_scope(session, actor, firm_id)
    if service_id is not None:
        _require_service(session, firm, service_id)
    values = _checked(said)
    _require_owner(session, firm, said.owner_id)
    row = FirmNeed(
        **values,
        firm_id=firm.id,
        service_id=service_id,
        by_id=actor.user_id,
        recorded_at=clock.now(),
    )
    session.add(row)
    session.flush()
    audit.note(session, actor, "raise", "need", row.id, firm=firm.id, kind=row.kind)
    return row.id


def change(session: Session, actor: Actor, need_id: int, said: Need, version: int | None) -> None:
    """Say it anew, or give it to somebody else, while it is open."""
    row = _mine(session, actor, need_id, version)
    if row.state != OPEN:
        raise Invalid(N_("It is not open any more; open it again first."), code="need-closed")
    values = _checked(said)
    if said.owner_id != row.owner_id:  # who left since stays named until somebody else is
        _require_owner(session, session.get_one(Firm, row.firm_id), said.owner_id)
    changes = {
        name: [_plain(getattr(row, name)), _plain(value)]
        for name, value in values.items()
        if getattr(row, name) != value
    }
    if changes:
        _apply(row, values)
        session.flush()
        audit.note(session, actor, "change", "need", row.id, changes=changes)


def answer(
    session: Session, actor: Actor, need_id: int, state: str, text: str, version: int | None = None
) -> None:
    """Close a need: what was answered, why it was declined, or why the firm no longer asks."""
    row = _mine(session, actor, need_id, version)
    if state == OPEN or state not in STATES:
        raise Invalid(N_("Say how it was closed."), field="state", code="state-unknown")
    if row.state != OPEN:
        raise Conflict(N_("Somebody has closed it already."), current=_stands(session, actor, row))
    said = text.strip()
    if not said:
        raise Invalid(N_("Write what the firm was told."), field="answer", code="answer-missing")
    if len(said) > LONGEST:
        raise Invalid(N_("That is too long."), field="answer", code="too-long")
    _apply(
        row,
        {"state": state, "answer": said, "answered_on": clock.today(), "answered_by_id": actor.user_id},
    )
    session.flush()
    audit.note(session, actor, "answer", "need", row.id, state=state, answer=said)


def reopen(session: Session, actor: Actor, need_id: int, version: int | None = None) -> None:
    """Open it again; what had been answered stays in the trail."""
    row = _mine(session, actor, need_id, version)
    if row.state == OPEN:
        return
    before = row.state
    _apply(row, {"state": OPEN, "answer": "", "answered_on": None, "answered_by_id": None})
    session.flush()
    audit.note(session, actor, "reopen", "need", row.id, before=before)


def _mine(session: Session, actor: Actor, need_id: int, version: int | None) -> FirmNeed:
    actor.require(Act.HANDLE_NEEDS)
    row = session.scalar(
        select(FirmNeed)
        .join(Firm, Firm.id == FirmNeed.firm_id)
        .where(FirmNeed.id == need_id, firm_within(actor.scope))
        .with_for_update(of=FirmNeed)
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound
    if version is not None and version != row.version:
        message = N_("Somebody else changed this need in the meantime.")
        raise Conflict(message, current=_stands(session, actor, row))
    return row


def _stands(session: Session, actor: Actor, row: FirmNeed) -> queries.NeedRow:
    return queries.get_need(session, actor.scope, row.id)


def _apply(row: FirmNeed, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1


def _require_service(session: Session, firm: Firm, service_id: int) -> None:
    """It was said at a service of this very firm."""
    found = session.scalar(
        select(ServiceRecord.id)
        .join(Candidacy, Candidacy.id == ServiceRecord.candidacy_id)
        .where(ServiceRecord.id == service_id, Candidacy.firm_id == firm.id)
    )
    if found is None:
        raise Invalid(
            N_("There is no such service of this firm."), field="service_id", code="service-unknown"
        )


def _require_owner(session: Session, firm: Firm, owner_id: int | None) -> None:
    if owner_id is not None:
        people.require_works_at(session, owner_id, firm.street_id, firm.park_id, field="owner")


def _checked(said: Need) -> dict[str, Any]:
    values = {each.name: getattr(said, each.name) for each in fields(said)}
    text = values["text"] = said.text.strip()
    day = values["raised_on"] = said.raised_on or clock.today()
    if said.kind not in service_kinds.needs():
        raise Invalid(
            N_("There is no kind of need “%(kind)s”."), field="kind", code="kind-unknown", kind=said.kind
        )
    if not text:
        raise Invalid(N_("Write what the firm asks for."), field="text", code="text-missing")
    if len(text) > LONGEST:
        raise Invalid(N_("That is too long."), field="text", code="too-long")
    if day > clock.today():
        raise Invalid(N_("The day lies in the future."), field="raised_on", code="day-in-future")
    if said.due_on is not None and said.due_on < day:
        raise Invalid(N_("It is due before it was asked for."), field="due_on", code="due-before-raised")
    return values


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
