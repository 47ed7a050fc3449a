"""A batch as its writers get it: within the actor's reach, and locked until the transaction ends."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate.domain.actor import Actor
from cultivate.errors import NotFound
from cultivate.models import ImportBatch
from cultivate.queries.imports import visible
from cultivate.services.imports.kinds import get_kind


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
