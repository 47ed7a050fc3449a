"""Taking an import back, as long as nothing else touched its firms."""

from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Act
from cultivate.errors import N_, Invalid
from cultivate.services import audit, ledger
from cultivate.services.imports.batches import batch_for_update
from cultivate.services.imports.kinds import get_kind


def undo(session: Session, actor: Actor, batch_id: int) -> None:
    """Take back all that an import did: counter-moves, void certificates, tombstones, former values.

    Raises ``ImportTouched`` with the firms that something has touched since, ``Invalid`` for an import that
    was not done. The ledger loses no line; the file can be imported again.
    """
    actor.require(Act.UNDO_IMPORT)
    batch = batch_for_update(session, actor, batch_id)
    if batch.status != "committed":
        raise Invalid(N_("Only an import that was done can be undone."), code="not-committed")
    moment = ledger.begin(session)
    kind = get_kind(batch.kind)
    kind.refuse_touched(session, batch)
    booked = kind.take_back(session, actor, batch, moment)
    batch.status = "undone"
    batch.undone_at = clock.now()
    session.flush()
    audit.note(session, actor, "undo", "import", batch.id, file=batch.file_name, moves=booked)
