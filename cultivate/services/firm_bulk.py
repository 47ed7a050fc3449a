"""Many firms at once: the importer's forms of ``firms.register`` and ``firms.update``.

Same rules, asked as sets. The importer has judged each row in its preview, so a row that breaks a rule here is
a lost race, and the whole import is refused.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import insert, select
from sqlalchemy.orm import Session, selectinload

from cultivate import clock
from cultivate.domain import firm_names
from cultivate.domain.actor import Actor
from cultivate.domain.firm_data import UNSET, FirmData
from cultivate.domain.permissions import Act
from cultivate.errors import N_, Conflict, Invalid, NotFound
from cultivate.models import AuditEvent, Firm, FirmName, FirmYear
from cultivate.queries import units
from cultivate.queries.candidacies import firm_within
from cultivate.services import firm_rules, firms
from cultivate.services.firm_rules import InvalidFirm, Place

CHUNK = 500
#: without it the ORM makes a statement for each pattern of empty columns: a thousand rows become hundreds
_ONE_BATCH = {"render_nulls": True}
Item = TypeVar("Item")


def register_many(
    session: Session,
    actor: Actor,
    rows: Sequence[FirmData],
    import_batch_id: int | None,
    *,
    judged: bool = False,
) -> list[int]:
    """Write many new firms; returns their ids in the order of ``rows``.

    ``judged`` rows have come through ``roster_rules`` in this very transaction and are not asked again.

    Raises ``InvalidFirm`` for a row that breaks a rule, ``Conflict`` when a code was taken since the preview.
    """
    actor.require(Act.EDIT_FIRM)
    if not rows:
        return []
    clean = list(rows) if judged else [_judged(data) for data in rows]
    _refuse_taken(session, [data.uscc for data in clean if isinstance(data.uscc, str)])
    places = _places(session, actor, clean)
    records = [
        firms.new_row(actor, data, place, import_batch_id) | {"version": 1}
        for data, place in zip(clean, places, strict=True)
    ]
    statement = insert(Firm).returning(Firm.id, sort_by_parameter_order=True).execution_options(**_ONE_BATCH)
    # in parts: the time to put the ids of one statement together grows with its square
    ids = [key for part in _chunks(records) for key in session.scalars(statement, part)]
    _insert_children(session, ids, clean)
    _insert_trail(session, actor, ids, clean, import_batch_id)
    return ids


def update_many(
    session: Session, actor: Actor, changes: Sequence[tuple[int, FirmData]], import_batch_id: int | None
) -> int:
    """Change many firms; returns how many differ afterwards. Street and park are left as they are.

    A roster says where a firm is thought to lie; only a transfer moves it.
    """
    actor.require(Act.EDIT_FIRM)
    changed = 0
    codes = {unit.id: unit.code for unit in units.list_units(session)}
    for part in _chunks(changes):
        found = _firms(session, actor, [firm_id for firm_id, _ in part])
        for firm_id, data in part:
            firm = found.get(firm_id)
            if firm is None:
                raise NotFound
            before = firms.data_of(firm, codes)
            after, problems = firm_rules.checked(data.over(before))
            if problems:
                raise InvalidFirm(problems)
            after = replace(after, street=before.street, park=before.park)
            if after.uscc != before.uscc and isinstance(after.uscc, str):
                _refuse_taken(session, [after.uscc])
            changed += firms.apply(session, actor, firm, (before, after), import_batch_id=import_batch_id)
        session.flush()
    return changed


def _judged(data: FirmData) -> FirmData:
    clean, problems = firm_rules.checked(data.over(FirmData(name=None)))
    if problems:
        raise InvalidFirm(problems)
    return clean


def _refuse_taken(session: Session, codes: Sequence[str]) -> None:
    for part in _chunks(codes):
        taken = session.scalar(
            select(Firm.uscc).where(Firm.uscc.in_(part), Firm.deleted_at.is_(None)).limit(1)
        )
        if taken is not None:
            raise Conflict(N_("%(code)s was registered in the meantime. Check the file again."), code=taken)


def _places(session: Session, actor: Actor, rows: Sequence[FirmData]) -> list[Place]:
    known = {(unit.kind, unit.code): unit.id for unit in units.list_units(session)}
    return [_place(actor, data, known) for data in rows]


def _place(actor: Actor, data: FirmData, known: Mapping[tuple[str, str], int]) -> Place:
    street = known.get(("street", str(data.street)))
    if street is None:
        raise Invalid(
            N_("There is no unit with the code “%(unit)s”."),
            field="street",
            code="unit-unknown",
            unit="" if data.street is UNSET else data.street,
        )
    place = Place(street, known.get(("park", str(data.park))))
    firm_rules.require_within(actor, place)
    return place


def _insert_children(session: Session, ids: Sequence[int], rows: Sequence[FirmData]) -> None:
    names = [
        {"firm_id": firm_id, "name": name, "name_key": firm_names.normalise(name)}
        for firm_id, data in zip(ids, rows, strict=True)
        for name in data.former_names
    ]
    years = [
        {"firm_id": firm_id, "year": year, "sales": figures.get("sales"), "rd": figures.get("rd")}
        for firm_id, data in zip(ids, rows, strict=True)
        for year, figures in data.years.items()
        if any(value is not None for value in figures.values())
    ]
    if names:
        session.execute(insert(FirmName).execution_options(**_ONE_BATCH), names)
    if years:
        session.execute(insert(FirmYear).execution_options(**_ONE_BATCH), years)


def _insert_trail(
    session: Session, actor: Actor, ids: Sequence[int], rows: Sequence[FirmData], import_batch_id: int | None
) -> None:
    shared: dict[str, Any] = {
        "at": clock.now(),
        "actor_id": actor.user_id,
        "source": actor.source,
        "verb": "register",
        "subject": "firm",
    }
    session.execute(
        insert(AuditEvent),
        [
            {
                **shared,
                "subject_id": firm_id,
                "details": {
                    "name": data.name,
                    "uscc": data.uscc if isinstance(data.uscc, str) else None,
                    "version": 1,
                    "import_batch_id": import_batch_id,
                },
            }
            for firm_id, data in zip(ids, rows, strict=True)
        ],
    )


def _firms(session: Session, actor: Actor, ids: Sequence[int]) -> dict[int, Firm]:
    statement = (
        select(Firm)
        .where(Firm.id.in_(ids), firm_within(actor.scope))
        .options(selectinload(Firm.years))
        .order_by(Firm.id)
        .execution_options(populate_existing=True)
    )
    return {firm.id: firm for firm in session.scalars(statement)}


def _chunks(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]
