"""Many firms at once: the importer's forms of ``firms.register`` and ``firms.update``.

Same rules, asked as sets. The importer has judged each row in its preview, so a row that breaks a rule here is
a lost race, and the whole import is refused.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from cultivate import clock
from cultivate.db import bulk
from cultivate.domain import firm_names
from cultivate.domain.actor import Actor
from cultivate.domain.firm_data import UNSET, FirmData
from cultivate.domain.permissions import Act
from cultivate.errors import N_, Conflict, Invalid, NotFound
from cultivate.models import AuditEvent, Firm, FirmFigure, FirmName
from cultivate.queries import units
from cultivate.queries.candidacies import firm_within
from cultivate.services import firm_figures, firm_rules, firms, long_work
from cultivate.services.firm_rules import InvalidFirm, Place

CHUNK = 500
_WRITTEN_AT_ONCE = 5_000
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
    ids = bulk.new_ids(session, Firm, len(clean))
    for start in range(0, len(clean), _WRITTEN_AT_ONCE):
        long_work.say(long_work.WRITING, start, len(clean))
        part = slice(start, start + _WRITTEN_AT_ONCE)
        records = [
            firms.new_row(actor, data, place, import_batch_id)
            for data, place in zip(clean[part], places[part], strict=True)
        ]
        bulk.add(session, Firm, {"id": ids[part]} | bulk.turned(records), {"version": 1})
        _insert_children(session, actor, ids[part], clean[part], import_batch_id)
        _insert_trail(session, actor, ids[part], clean[part], import_batch_id)
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


def _insert_children(
    session: Session, actor: Actor, ids: Sequence[int], rows: Sequence[FirmData], import_batch_id: int | None
) -> None:
    names = [
        {"firm_id": firm_id, "name": name, "name_key": firm_names.normalise(name)}
        for firm_id, data in zip(ids, rows, strict=True)
        for name in data.former_names
    ]
    figures = [
        row
        for firm_id, data in zip(ids, rows, strict=True)
        for row in firm_figures.new_rows(actor, firm_id, data.years, import_batch_id)
    ]
    if names:
        bulk.add(session, FirmName, bulk.turned(names), {})
    if figures:
        bulk.add(session, FirmFigure, bulk.turned(figures), {})


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
    details = [
        {
            "name": data.name,
            "uscc": data.uscc if isinstance(data.uscc, str) else None,
            "version": 1,
            "import_batch_id": import_batch_id,
        }
        for data in rows
    ]
    bulk.add(session, AuditEvent, {"subject_id": ids, "details": details}, shared)


def _firms(session: Session, actor: Actor, ids: Sequence[int]) -> dict[int, Firm]:
    statement = (
        select(Firm)
        .where(Firm.id.in_(ids), firm_within(actor.scope))
        .options(selectinload(Firm.figures))
        .order_by(Firm.id)
        .execution_options(populate_existing=True)
    )
    return {firm.id: firm for firm in session.scalars(statement)}


def _chunks(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]
