"""What was done for a firm: recorded, corrected, struck out. A record is never erased."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Act
from cultivate.errors import N_, Conflict, Forbidden, Invalid, NotFound
from cultivate.models import Candidacy, Firm, ServiceRecord
from cultivate.packs import service_kinds
from cultivate.queries.candidacies import firm_within
from cultivate.services import audit, in_charge, people
from cultivate.services.stages import candidacy_in_scope

_LONGEST = {"participants": 500, "follow_up": 500, "note": 4000, "found": 4000, "promised": 4000}
REASON_LONGEST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What is said of a service. Without an owner a follow-up is for who is in charge."""

    kind: str
    on: date | None = None
    note: str = ""
    participants: str = ""
    found: str = ""
    promised: str = ""
    follow_up: str = ""
    follow_up_on: date | None = None
    follow_up_owner_id: int | None = None


def record(
    session: Session,
    actor: Actor,
    candidacy_id: int,
    kind: str,
    on: date | None,
    note: str,
    follow_up_on: date | None = None,
) -> int:
    """Record a service in short, for one candidacy; returns its id."""
    said = Service(kind=kind, on=on, note=note, follow_up_on=follow_up_on)
    return record_visit(session, actor, [candidacy_id], said)[0]


def record_visit(
    session: Session, actor: Actor, candidacy_ids: Sequence[int], said: Service, round_id: int | None = None
) -> list[int]:
    """Record one service for one or more candidacies of a firm, on a day not in the future; returns the ids."""
    actor.require(Act.RECORD_SERVICE)
    ways = [candidacy_in_scope(session, actor, candidacy_id) for candidacy_id in candidacy_ids]
    values = _checked(session, ways, said)
    rows = [
        ServiceRecord(
            **values,
            candidacy_id=way.id,
            round_id=round_id,
            by_id=actor.user_id,
            recorded_at=clock.now(),
        )
        for way in ways
    ]
    for way in ways:
        in_charge.acted(session, actor, way)
    for row in rows:  # one by one: what comes back in one piece need not stand in this order
        session.add(row)
        session.flush()
        audit.note(
            session,
            actor,
            "record",
            "service",
            row.id,
            candidacy=row.candidacy_id,
            kind=row.kind,
            on=row.on.isoformat(),
        )
    if len(rows) > 1:
        for row in rows:
            row.visit_id = rows[0].id
        session.flush()
    return [row.id for row in rows]


def correct(session: Session, actor: Actor, record_id: int, said: Service, version: int | None) -> None:
    """Say it anew, for all tracks of the visit; what it said before stays in the trail."""
    rows = own(session, actor, record_id, version)
    ways = [session.get_one(Candidacy, row.candidacy_id) for row in rows]
    values = _checked(session, ways, said)
    for row in rows:
        changes = {
            name: [_plain(getattr(row, name)), _plain(value)]
            for name, value in values.items()
            if getattr(row, name) != value
        }
        if changes:
            apply(row, values)
            audit.note(session, actor, "correct", "service", row.id, changes=changes)
    session.flush()


def withdraw(session: Session, actor: Actor, record_id: int, reason: str, version: int | None) -> None:
    """Strike a record out, with its reason: it stays to be read, and counts for nothing from now on."""
    rows = own(session, actor, record_id, version)
    text = reason.strip()
    if not text:
        raise Invalid(N_("A reason is needed."), field="reason", code="reason-missing")
    if len(text) > REASON_LONGEST:
        raise Invalid(N_("That is too long."), field="reason", code="too-long")
    for row in rows:
        apply(
            row,
            {"withdrawn_at": clock.now(), "withdrawn_by_id": actor.user_id, "withdrawn_reason": text},
        )
        audit.note(session, actor, "withdraw", "service", row.id, reason=text)
    session.flush()


def visit_in_scope(
    session: Session, actor: Actor, record_id: int, version: int | None = None
) -> list[ServiceRecord]:
    """The record and those of the same visit, first the one that was recorded first; locked.

    Raises ``NotFound`` outside the scope, ``Conflict`` where ``version`` is stale, ``Invalid`` for one struck out.
    """
    actor.require(Act.RECORD_SERVICE)
    visit = select(ServiceRecord.visit_id).where(ServiceRecord.id == record_id).scalar_subquery()
    rows = session.scalars(
        select(ServiceRecord)
        .join(Candidacy, Candidacy.id == ServiceRecord.candidacy_id)
        .join(Firm, Firm.id == Candidacy.firm_id)
        .where(or_(ServiceRecord.id == record_id, ServiceRecord.visit_id == visit), firm_within(actor.scope))
        .order_by(ServiceRecord.id)
        .with_for_update(of=ServiceRecord)
        .execution_options(populate_existing=True)
    ).all()
    this = next((row for row in rows if row.id == record_id), None)
    if this is None:
        raise NotFound
    if version is not None and version != this.version:
        raise Conflict(N_("Somebody else changed this record in the meantime."), current=this)
    if this.withdrawn_at is not None:
        raise Invalid(N_("The record was withdrawn; it cannot be changed any more."), code="withdrawn")
    return [row for row in rows if row.withdrawn_at is None]


def own(session: Session, actor: Actor, record_id: int, version: int | None) -> list[ServiceRecord]:
    """The visit, for its author and for the bureau."""
    rows = visit_in_scope(session, actor, record_id, version)
    if not may_correct(actor, rows[0].by_id):
        raise Forbidden(N_("Only who recorded it, or the bureau, may change what was recorded."))
    return rows


def may_correct(actor: Actor, by_id: int | None) -> bool:
    """Whether somebody may change a record of that author."""
    return actor.may(Act.RECORD_SERVICE) and (by_id == actor.user_id or actor.may(Act.CORRECT_SERVICE))


def apply(row: ServiceRecord, values: dict[str, Any]) -> None:
    """Write and count the version on."""
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1


def _checked(session: Session, ways: Sequence[Candidacy], said: Service) -> dict[str, Any]:
    """What is said as columns, or the first thing that is wrong with it."""
    values = {each.name: getattr(said, each.name) for each in fields(said)}
    values |= {name: values[name].strip() for name in _LONGEST}
    day = values["on"] = said.on or clock.today()
    _check_kind(said.kind)
    if day > clock.today():
        raise Invalid(N_("The day lies in the future."), field="on", code="day-in-future")
    for name, longest in _LONGEST.items():
        if len(values[name]) > longest:
            raise Invalid(
                N_("The text is longer than %(longest)s characters."),
                field=name,
                code="text-too-long",
                longest=longest,
            )
    _check_follow_up(said, day)
    if said.follow_up_owner_id is not None:
        for way in ways:
            people.require_works_at(
                session, said.follow_up_owner_id, way.street_id, way.park_id, field="follow_up_owner"
            )
    return values


def _check_kind(kind: str) -> None:
    if kind not in service_kinds.services():
        raise Invalid(
            N_("There is no kind of service “%(kind)s”."), field="kind", code="kind-unknown", kind=kind
        )


def _check_follow_up(said: Service, day: date) -> None:
    if said.follow_up_on is None and (said.follow_up.strip() or said.follow_up_owner_id is not None):
        raise Invalid(
            N_("Say by when the follow-up is due."), field="follow_up_on", code="follow-up-day-missing"
        )
    if said.follow_up_on is not None and said.follow_up_on < day:
        raise Invalid(
            N_("The follow-up lies before the service."),
            field="follow_up_on",
            code="follow-up-before-service",
        )


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
