"""What was promised: the targets of units, and the one that a day is measured against."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate.domain import plans
from cultivate.domain.scope import Scope
from cultivate.models import OrgUnit, Target


@dataclass(frozen=True, slots=True)
class Promise:
    """A target as plain values."""

    plan: str
    unit_id: int
    unit_kind: str
    track: str
    baseline: int
    baseline_on: date
    value: int
    target_on: date

    def pace(self, as_of: date) -> int:
        """What should be in force at the close of ``as_of``."""
        return plans.pace(self.baseline, self.value, self.baseline_on, self.target_on, as_of)


def list_targets(session: Session, track: str | None = None) -> list[Promise]:
    """All targets, the district's first, then by unit and year."""
    statement = (
        select(Target, OrgUnit.kind)
        .join(OrgUnit, OrgUnit.id == Target.unit_id)
        .order_by(OrgUnit.position, OrgUnit.code, Target.track, Target.target_on, Target.id)
    )
    if track is not None:
        statement = statement.where(Target.track == track)
    return [
        Promise(
            row.plan, row.unit_id, kind, row.track, row.baseline, row.baseline_on, row.value, row.target_on
        )
        for row, kind in session.execute(statement)
    ]


def applying(promises: Sequence[Promise], track: str, as_of: date) -> Promise | None:
    """The promise that ``as_of`` is measured against, out of one unit's.

    The first that ends on or after the day; when every period is over the latest stands until a later plan
    is loaded.
    """
    mine = sorted((row for row in promises if row.track == track), key=lambda row: row.target_on)
    ahead = [row for row in mine if row.target_on >= as_of]
    return ahead[0] if ahead else (mine[-1] if mine else None)


def of_unit(promises: Sequence[Promise], unit_id: int) -> list[Promise]:
    """The promises of one unit."""
    return [row for row in promises if row.unit_id == unit_id]


def of_scope(promises: Sequence[Promise], scope: Scope) -> list[Promise]:
    """The promises of whoever looks: the district's, or those of a caseworker's only unit.

    Somebody with several units has no target: a sum of streets and parks would count firms twice.
    """
    if scope.everything:
        return [row for row in promises if row.unit_kind == "district"]
    if len(scope.unit_ids) != 1:
        return []
    return of_unit(promises, next(iter(scope.unit_ids)))


def of_units(promises: Sequence[Promise], scope: Scope, as_of: date) -> dict[int, dict[str, Promise]]:
    """What streets and parks promised for ``as_of``, by unit and track, as far as the scope goes."""
    found: dict[int, dict[str, Promise]] = {}
    for row in promises:
        visible = scope.everything or row.unit_id in scope.unit_ids
        if visible and row.unit_kind in {"street", "park"}:
            best = applying(of_unit(promises, row.unit_id), row.track, as_of)
            found.setdefault(row.unit_id, {})[row.track] = best or row
    return found
