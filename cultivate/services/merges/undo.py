"""``undo_merge``: two firms again, to the last row."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Act as Permission
from cultivate.domain.stages import Stage
from cultivate.errors import N_, Conflict, Forbidden, NotFound
from cultivate.models import Candidacy, Certificate, Firm, FirmMerge, StageMove, Transfer
from cultivate.services import audit, booking
from cultivate.services.booking import Act
from cultivate.services.merges import journal
from cultivate.services.merges.touched import refuse_touched

REASON = N_("merge undone")


def undo_merge(session: Session, actor: Actor, merge_id: int) -> None:
    """Take a merge apart: rows go back, the ledger books counter-moves and again what the merge had taken back.

    Raises ``MergeTouched`` with what has happened since, ``Conflict`` when it was undone already, ``Forbidden``
    for somebody else's merge unless one may take back anybody's.
    """
    actor.require(Permission.MERGE)
    act = booking.begin(session, actor)
    merge = _locked(session, actor, merge_id)
    refuse_touched(session, merge)
    own = session.scalars(
        select(StageMove).where(StageMove.id.in_(merge.details["moves"])).order_by(StageMove.id)
    ).all()
    _counter(act, [move.id for move in own if move.reverses_id is None])
    journal.restore(session, merge.details["rows"])
    booked = {move.id for move in own}
    known = _book_again(
        act,
        [move.reverses_id for move in own if move.reverses_id is not None and move.reverses_id not in booked],
    )
    _follow(session, merge, known)
    now = clock.now()
    session.execute(
        update(Transfer).where(Transfer.id.in_(merge.details["transfers"])).values(reversed_at=now)
    )
    merge.undone_by_id, merge.undone_at = actor.user_id, now
    session.flush()
    session.expire_all()
    audit.note(session, actor, "unmerge", "firm", merge.kept_id, merge=merge.id, gone=merge.gone_id)


def _locked(session: Session, actor: Actor, merge_id: int) -> FirmMerge:
    merge = session.scalar(
        select(FirmMerge)
        .where(FirmMerge.id == merge_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if merge is None:
        raise NotFound
    for firm_id in (merge.kept_id, merge.gone_id):
        firm = session.get_one(Firm, firm_id, populate_existing=True)
        if not actor.scope.holds(firm.street_id, firm.park_id):
            raise NotFound
    if merge.by_id != actor.user_id and not actor.may(Permission.REVERSE_ANY):
        raise Forbidden(N_("You may undo only your own merges; ask the bureau for others."))
    if merge.undone_at is not None:
        raise Conflict(N_("This merge has been undone already."))
    return merge


def _counter(act: Act, move_ids: list[int]) -> None:
    """Take back what the merge booked, last first."""
    for move_id in reversed(move_ids):
        move = act.session.get_one(StageMove, move_id)
        standing = booking.standing_moves(act.session, move.candidacy_id)
        if standing and standing[-1].id == move.id:
            booking.counter(act, act.session.get_one(Candidacy, move.candidacy_id), move, REASON)


def _book_again(act: Act, move_ids: list[int]) -> dict[int, int]:
    """Book again what the merge had taken back, unless it was the merge's own; oldest first.

    A certificate rests on the entry that now stands for it, and an earlier merge is undone by it: returns
    ids of moves by the ids that they had.
    """
    known: dict[int, int] = {}
    for move_id in sorted(move_ids):
        move = act.session.get_one(StageMove, move_id)
        caused_by = known.get(move.caused_by_id or 0, move.caused_by_id)
        made = booking.again(act, act.session.get_one(Candidacy, move.candidacy_id), move, caused_by)
        known[move_id] = made
        if move.to_account == Stage.CERTIFY:
            act.session.execute(
                update(Certificate).where(Certificate.move_id == move_id).values(move_id=made)
            )
    act.session.expire_all()
    return known


def _follow(session: Session, undone: FirmMerge, known: dict[int, int]) -> None:
    """Moves of earlier merges into the two firms, by the ids under which they stand now."""
    earlier = select(FirmMerge).where(
        FirmMerge.kept_id.in_([undone.kept_id, undone.gone_id]), FirmMerge.undone_at.is_(None)
    )
    for merge in session.scalars(earlier.order_by(FirmMerge.id)).all():
        moves = [known.get(each, each) for each in merge.details["moves"]]
        if moves != merge.details["moves"]:
            merge.details = {**merge.details, "moves": moves}
    session.flush()
