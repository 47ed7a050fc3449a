"""What an entry into ``certify`` had superseded, when that entry is taken back: it stands again, as before."""

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from cultivate.models import Candidacy, StageMove, Transfer
from cultivate.services import booking
from cultivate.services.booking import Act


def let_stand(act: Act, entry_id: int, reason: str) -> None:
    """Take back what the entry brought about, and book again what had made room for it."""
    caused = act.session.scalars(
        select(StageMove).where(StageMove.caused_by_id == entry_id).order_by(StageMove.id.desc())
    ).all()
    for move in caused:
        standing = booking.standing_moves(act.session, move.candidacy_id)
        if standing and standing[-1].id == move.id:
            candidacy = act.session.get_one(Candidacy, move.candidacy_id)
            booking.counter(act, candidacy, move, reason)
            _as_before(act, candidacy, move)
            booking.replay_transfers(act, candidacy)


def _as_before(act: Act, candidacy: Candidacy, caused: StageMove) -> None:
    """Book again what the same act had taken back to make room for the move that is now taken back itself."""
    original = aliased(StageMove)
    taken = act.session.scalars(
        select(original)
        .join(StageMove, StageMove.reverses_id == original.id)
        .where(
            StageMove.candidacy_id == candidacy.id,
            StageMove.recorded_at == caused.recorded_at,
            original.effective_on > caused.effective_on,
        )
        .order_by(original.id)
    ).all()
    for move in taken:
        if _holds_still(act.session, move):
            booking.again(act, candidacy, move, move.caused_by_id)


def _holds_still(session: Session, move: StageMove) -> bool:
    """Whether what a move followed (a change of street, another's certification) has not been taken back since."""
    if move.transfer_id is not None:
        return session.get_one(Transfer, move.transfer_id).reversed_at is None
    if move.caused_by_id is None:
        return True
    return session.scalar(select(StageMove.id).where(StageMove.reverses_id == move.caused_by_id)) is None
