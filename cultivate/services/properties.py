"""Writing intellectual property. A right that is taken off the list leaves a tombstone."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Act
from cultivate.domain.property_kinds import KINDS, OBTAINED, number_key
from cultivate.errors import N_, Conflict, Invalid, NotFound
from cultivate.models import Candidacy, Firm, IntellectualProperty
from cultivate.queries.candidacies import firm_within
from cultivate.services import audit
from cultivate.services.stages import firm_in_scope


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyData:
    """What is said of a right; empty texts and ``None`` where nothing is said."""

    kind: str
    number: str
    title: str = ""
    applied_on: date | None = None
    granted_on: date | None = None
    ends_on: date | None = None
    owner: str = ""
    obtained: str = ""
    used_for_id: int | None = None
    note: str = ""


FIELDS = tuple(PropertyData.__dataclass_fields__)
_LONGEST = {"number": 60, "title": 200, "owner": 200, "note": 500}


def add(
    session: Session, actor: Actor, firm_id: int, data: PropertyData, import_batch_id: int | None = None
) -> int:
    """Put a right on the firm's list; returns its id. ``Invalid`` when the firm has that number already."""
    actor.require(Act.EDIT_FIRM)
    firm = firm_in_scope(session, actor, firm_id)
    _check(session, firm.id, data)
    now = clock.now()
    row = IntellectualProperty(
        firm_id=firm.id,
        **_values(data),
        number_key=number_key(data.number),
        by_id=actor.user_id,
        import_batch_id=import_batch_id,
        created_at=now,
        updated_at=now,
    )
    session.add(row)
    session.flush()
    _note(session, actor, firm, "add_property", row, {})
    return row.id


def change(session: Session, actor: Actor, property_id: int, version: int | None, data: PropertyData) -> bool:
    """Correct a right; True when something differs. ``Conflict`` when somebody changed it meanwhile."""
    actor.require(Act.EDIT_FIRM)
    row, firm = _get(session, actor, property_id, version)
    _check(session, firm.id, data, but=row.id)
    changes = {
        key: [_plain(getattr(row, key)), _plain(value)]
        for key, value in _values(data).items()
        if getattr(row, key) != value
    }
    if not changes:
        return False
    for key, value in _values(data).items():
        setattr(row, key, value)
    row.number_key = number_key(data.number)
    row.updated_at = clock.now()
    session.flush()
    _note(session, actor, firm, "edit_property", row, changes)
    return True


def remove(session: Session, actor: Actor, property_id: int, version: int | None) -> None:
    """Take a right off the list: it was entered by mistake. One that ended gets its last day instead."""
    actor.require(Act.EDIT_FIRM)
    row, firm = _get(session, actor, property_id, version)
    row.deleted_at = row.updated_at = clock.now()
    session.flush()
    _note(session, actor, firm, "remove_property", row, {})


def _get(
    session: Session, actor: Actor, property_id: int, version: int | None
) -> tuple[IntellectualProperty, Firm]:
    found = session.execute(
        select(IntellectualProperty, Firm)
        .join(Firm, Firm.id == IntellectualProperty.firm_id)
        .where(
            IntellectualProperty.id == property_id,
            IntellectualProperty.deleted_at.is_(None),
            firm_within(actor.scope),
        )
        .execution_options(populate_existing=True)
    ).first()
    if found is None:
        raise NotFound
    row, firm = found
    if version is not None and version != row.version:
        raise Conflict(N_("Somebody else changed this right in the meantime. Look at it again."))
    return row, firm


def _check(session: Session, firm_id: int, data: PropertyData, but: int | None = None) -> None:
    if data.kind not in KINDS:
        raise Invalid(N_("Choose the kind of the right."), field="kind", code="kind-unknown")
    if data.obtained and data.obtained not in OBTAINED:
        raise Invalid(N_("Choose how the right was obtained."), field="obtained", code="obtained-unknown")
    if not number_key(data.number):
        raise Invalid(N_("Enter the number."), field="number", code="number-missing")
    for key, longest in _LONGEST.items():
        if len(getattr(data, key)) > longest:
            message = N_("The text is longer than %(longest)s characters.")
            raise Invalid(message, field=key, code="text-too-long", longest=longest)
    check_days(data)
    twin = select(IntellectualProperty.id).where(
        IntellectualProperty.firm_id == firm_id,
        IntellectualProperty.number_key == number_key(data.number),
        IntellectualProperty.deleted_at.is_(None),
        IntellectualProperty.id != (but or 0),
    )
    if session.scalar(twin) is not None:
        raise Invalid(N_("This number is on the firm's list already."), field="number", code="number-known")
    if data.used_for_id is not None and not _is_own_way(session, firm_id, data.used_for_id):
        raise Invalid(N_("Choose an application of this firm."), field="used_for_id", code="not-its-own")


def _is_own_way(session: Session, firm_id: int, candidacy_id: int) -> bool:
    statement = select(Candidacy.id).where(Candidacy.id == candidacy_id, Candidacy.firm_id == firm_id)
    return session.scalar(statement) is not None


def check_days(data: PropertyData) -> None:
    """Refuse days that are to come or out of order."""
    today = clock.today()
    for key in ("applied_on", "granted_on"):
        day = getattr(data, key)
        if day is not None and day > today:
            raise Invalid(N_("The day lies in the future."), field=key, code="day-in-future")
    ordered = [day for day in (data.applied_on, data.granted_on, data.ends_on) if day is not None]
    if ordered != sorted(ordered):
        message = N_("The days are out of order: applied, granted, ended.")
        raise Invalid(message, field="granted_on", code="days-out-of-order")


def _values(data: PropertyData) -> dict[str, Any]:
    return {key: getattr(data, key) for key in FIELDS}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _note(
    session: Session,
    actor: Actor,
    firm: Firm,
    verb: str,
    row: IntellectualProperty,
    changes: dict[str, list[Any]],
) -> None:
    # the firm's facts have changed: its version grows, as with its figures
    firm.updated_at = clock.now()
    details = {"firm_id": firm.id, "number": row.number, "kind": row.kind}
    audit.note(
        session, actor, verb, "property", row.id, **details, **({"changes": changes} if changes else {})
    )
