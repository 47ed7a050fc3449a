"""A person takes a suggestion over: the cell says something else from then on, and the row is judged like any.

A suggestion is proved by check digits; whether it is this firm's code only a person can say. The cell as it was
read stays with the row, so that the page can show both and the person can take it back before the commit.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from cultivate.domain.actor import Actor
from cultivate.errors import N_, Conflict, Invalid
from cultivate.models import ImportBatch, ImportRow
from cultivate.models.import_batch import ACCEPTED
from cultivate.services import audit, long_work
from cultivate.services.imports.batches import batch_for_update, rows_for_update
from cultivate.services.imports.rows import refresh
from cultivate.services.imports.verdict import REJECTED, accepted_of


@long_work.seldom_collecting()
def accept_suggestions(session: Session, actor: Actor, batch_id: int, seen: Mapping[int, str]) -> None:
    """Take over, by row, the suggestion that the person saw; then judge the whole preview anew.

    Raises ``Conflict`` where a row suggests something else by now: then none is taken over.
    """
    batch = _open_batch(session, actor, batch_id)
    told = []
    for row in rows_for_update(session, batch, list(seen)):
        found = _suggestion(row)
        if found is None or found["suggestion"] != seen[row.number]:
            message = N_("Row %(row)s no longer says what you saw. Look at it again.")
            raise Conflict(message, row=row.number)
        key = found["field"]
        change = {"before": row.values[key], "after": found["suggestion"]}
        row.values = row.values | {key: change["after"]}
        row.given = row.given | {ACCEPTED: accepted_of(row.given) | {key: change}}
        told.append({"row": row.number, "field": key} | change)
    _judge_anew(session, actor, batch, "accept", told)


@long_work.seldom_collecting()
def take_back_accepted(session: Session, actor: Actor, batch_id: int, numbers: Sequence[int]) -> None:
    """Let cells say again what was read; rows of which nothing was taken over stay as they are."""
    batch = _open_batch(session, actor, batch_id)
    told = []
    for row in rows_for_update(session, batch, numbers):
        changes = accepted_of(row.given)
        row.values = row.values | {key: change["before"] for key, change in changes.items()}
        row.given = {key: value for key, value in row.given.items() if key != ACCEPTED}
        told += [
            {"row": row.number, "field": key, "before": change["after"], "after": change["before"]}
            for key, change in changes.items()
        ]
    if told:
        _judge_anew(session, actor, batch, "unaccept", told)


def _open_batch(session: Session, actor: Actor, batch_id: int) -> ImportBatch:
    batch = batch_for_update(session, actor, batch_id)
    if batch.status != "preview":
        message = N_("Suggestions are accepted in a preview only, and this import is none any more.")
        raise Invalid(message, code="not-open")
    return batch


def _suggestion(row: ImportRow) -> Mapping[str, Any] | None:
    """The problem of a rejected row that brings a suggestion for a cell of its."""
    if row.outcome != REJECTED:
        return None
    return next((p for p in row.problems if p["suggestion"] and p["field"] in row.values), None)


def _judge_anew(
    session: Session, actor: Actor, batch: ImportBatch, act: str, told: Sequence[Mapping[str, Any]]
) -> None:
    session.flush()
    refresh(session, actor, batch)
    audit.note(session, actor, act, "import", batch.id, rows=told)
