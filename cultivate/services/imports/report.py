"""What became of a file: the report of the contract, in the reader's language."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy.orm import Session

from cultivate.domain.actor import Actor
from cultivate.queries import imports, units
from cultivate.queries.imports import BatchRow, RowView
from cultivate.services.imports.kinds import OUTCOMES, get_kind
from cultivate.services.imports.words import message


def report(session: Session, actor: Actor, batch_id: int) -> dict[str, Any]:
    """Counts that add up to the file's rows, and why rows were rejected; ``warnings`` tell of odd ones.

    Raises ``NotFound`` for an import of somebody else's.
    """
    batch = imports.get_batch(session, actor, batch_id)
    rows = imports.all_rows(session, actor, batch_id)
    names = {unit.code: unit for unit in units.list_units(session)}

    def told(*, warnings: bool) -> list[dict[str, Any]]:
        return [
            _told(batch, row, problem, names)
            for row, problem in _problems(rows)
            if problem["warning"] == warnings
        ]

    result = {
        "batch": batch.id,
        "status": batch.status,
        "policy": batch.policy,
        "file": batch.file_name,
        "kind": batch.kind,
        "sheet": batch.sheet,
        "header_row": batch.header_row,
        "rows": batch.counts.get("rows", 0),
        **{outcome: batch.counts.get(outcome, 0) for outcome in OUTCOMES[batch.kind]},
        "booked": batch.counts.get("booked", 0),
    }
    result |= get_kind(batch.kind).report(session, actor, batch, rows)
    return result | {"problems": told(warnings=False), "warnings": told(warnings=True)}


def _problems(rows: list[RowView]) -> Iterator[tuple[RowView, Mapping[str, Any]]]:
    for row in rows:
        for problem in row.problems:
            yield row, problem


def _told(
    batch: BatchRow, row: RowView, problem: Mapping[str, Any], names: Mapping[str, units.Unit]
) -> dict[str, Any]:
    return {
        "row": row.number,
        "column": batch.columns.get(problem["field"] or "", problem["field"]),
        "code": problem["code"],
        "message": message(problem, names),
        "suggestion": problem["suggestion"],
    }
