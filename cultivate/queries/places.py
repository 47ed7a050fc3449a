"""Where a row lies: the scope's part of a table, and a unit's."""

from typing import Any

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import Session

from cultivate.domain.scope import Scope
from cultivate.errors import NotFound
from cultivate.queries import units
from cultivate.queries.units import Unit

#: stands for "in no park" where a park is asked for, so that the column of parks adds up to the whole
NO_PARK = Unit(0, "no-park", "不在园区", "In no park", "park", None)


def within(table: Any, scope: Scope) -> ColumnElement[bool] | None:
    """Rows whose street or park is in the scope; ``None`` (no condition) for the whole district."""
    if scope.everything:
        return None
    ids = sorted(scope.unit_ids)
    return or_(table.street_id.in_(ids), table.park_id.in_(ids))


def lies_in(table: Any, unit: Unit) -> ColumnElement[bool]:
    """Rows of one street or park."""
    if unit == NO_PARK:
        return table.park_id.is_(None)  # type: ignore[no-any-return]
    column: ColumnElement[int] = table.park_id if unit.kind == "park" else table.street_id
    return column == unit.id


def shown(found: list[Unit], scope: Scope) -> list[Unit]:
    """Streets and parks that somebody may ask for.

    Streets and parks cut across one another: who has a street sees it and its firms in every park, who has
    a park sees it and its firms in every street. Nobody sees a second one of their own kind.
    """
    places = [unit for unit in found if unit.kind in {"street", "park"}]
    if scope.everything:
        return places
    kinds = {unit.kind for unit in places if unit.id in scope.unit_ids}
    across = {"street": "park" in kinds, "park": "street" in kinds}
    return [unit for unit in places if unit.id in scope.unit_ids or across[unit.kind]]


def get_place(session: Session, scope: Scope, code: str) -> Unit | None:
    """The street or park of that code; ``None`` for the district itself (and for an empty code).

    One outside the scope is not told from one that does not exist.
    """
    found = units.list_units(session)
    if not code or any(unit.code == code and unit.kind == "district" for unit in found):
        return None
    for unit in (*shown(found, scope), NO_PARK):
        if unit.code == code:
            return unit
    raise NotFound
