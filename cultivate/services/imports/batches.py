"""A batch and its rows as their writers get them: within the actor's reach, and locked until the transaction ends."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate.domain.actor import Actor
from cultivate.errors import NotFound
from cultivate.models import ImportBatch, ImportRow
from cultivate.queries.imports import visible
from cultivate.services.imports.kinds import get_kind
from cultivate.services.imports.known_firms import chunks


def batch_for_update(session: Session, actor: Actor, batch_id: int) -> ImportBatch:
    """The row as it stands now; who comes second waits here and sees what the first has done.

    Raises ``NotFound`` for somebody else's, ``Forbidden`` where the role may not import that kind.
    """
    batch = session.scalar(
        select(ImportBatch)
        .where(ImportBatch.id == batch_id, visible(actor))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if batch is None:
        raise NotFound
    actor.require(get_kind(batch.kind).act)
    return batch


def rows_for_update(session: Session, batch: ImportBatch, numbers: Sequence[int]) -> list[ImportRow]:
    """Rows of a locked batch as they stand now, in the order of the file.

    Raises ``NotFound`` for a row that is not there.
    """
    wanted = sorted(set(numbers))
    rows: list[ImportRow] = []
    for part in chunks(wanted):
        rows += session.scalars(
            select(ImportRow)
            .where(ImportRow.batch_id == batch.id, ImportRow.number.in_(part))
            .order_by(ImportRow.number)
            .execution_options(populate_existing=True)
        )
    if len(rows) != len(wanted):
        raise NotFound
    return rows
