"""``merge``: two records of one firm become one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain.actor import Actor
from cultivate.domain.moves import required_act
from cultivate.domain.permissions import Act as Permission
from cultivate.errors import N_, Conflict, Forbidden, Invalid, NotFound
from cultivate.models import Candidacy, DuplicatePair, Firm, FirmMerge, StageMove, Transfer
from cultivate.services import audit, booking, certificates, duplicates
from cultivate.services.merges import candidacies, children, fields
from cultivate.services.merges.candidacies import Merger
from cultivate.services.merges.journal import Journal
from cultivate.services.merges.touched import standing


def merge(
    session: Session,
    actor: Actor,
    kept_id: int,
    gone_id: int,
    choices: Mapping[str, str] | None = None,
    reason: str = "",
    versions: tuple[int, int] | None = None,
) -> int:
    """Make ``gone`` a tombstone that leads to ``kept``, with everything that hung on it; returns the merge's id.

    ``choices`` say ``kept`` or ``gone`` for a field, for ``figures`` and for ``track:<code>``; what is not chosen
    stays as the firm that stays has it, and what that does not know is taken from the other. ``versions`` are
    those of both firms that the person saw. Raises ``NotFound`` unless both are the actor's, ``Conflict`` when
    one was merged or changed in the meantime, ``Forbidden`` where it needs moves that only the bureau makes.
    """
    actor.require(Permission.MERGE)
    act = booking.begin(session, actor)
    if kept_id == gone_id:
        raise Invalid(N_("These are one record already."), field="gone", code="same-firm")
    kept, gone = _both(session, actor, kept_id, gone_id)
    if versions is not None and versions != (kept.version, gone.version):
        raise Conflict(N_("Somebody else changed one of the two firms in the meantime. Compare them again."))
    said = dict(choices or {})
    fields.check(kept, gone, said, reason.strip())
    # no part of the merge, as the job of the night would book them: they stay after an undo
    certificates.post_lapses_of(act, [kept_id, gone_id], clock.today())
    journal = Journal(session)
    last_move = session.scalar(select(func.max(StageMove.id))) or 0
    last_transfer = session.scalar(select(func.max(Transfer.id))) or 0
    candidacies.join(Merger(act, journal, kept, gone, said))
    _check_rights(session, actor, last_move)
    kept, gone = session.get_one(Firm, kept_id), session.get_one(Firm, gone_id)
    fields.take_over(session, journal, kept, gone, said)
    children.move(session, journal, kept_id, gone_id, said)
    _decide_pair(session, actor, journal, kept_id, gone_id)
    journal.seal()
    row = FirmMerge(
        kept_id=kept_id,
        gone_id=gone_id,
        reason=reason.strip(),
        details=_details(session, journal, said, last_move, last_transfer)
        | {"standing": standing(session, kept_id)},
        by_id=actor.user_id,
        merged_at=_after(act.recorded_at),
    )
    session.add(row)
    session.flush()
    _note(session, actor, row, said)
    return row.id


def _both(session: Session, actor: Actor, kept_id: int, gone_id: int) -> tuple[Firm, Firm]:
    """Both firms, locked in the order of their ids; who comes second sees what the first has done."""
    rows = session.scalars(
        select(Firm)
        .where(Firm.id.in_([kept_id, gone_id]))
        .order_by(Firm.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    found = {row.id: row for row in rows if actor.scope.holds(row.street_id, row.park_id)}
    if len(found) != 2:
        raise NotFound
    for row in found.values():
        if row.deleted_at is not None:
            merged = session.scalar(
                select(FirmMerge.id).where(FirmMerge.gone_id == row.id, FirmMerge.undone_at.is_(None))
            )
            if merged is None:
                raise NotFound
            raise Conflict(N_("%(name)s has been merged in the meantime."), name=row.name)
    return found[kept_id], found[gone_id]


def _check_rights(session: Session, actor: Actor, last_move: int) -> None:
    """The moves that the merge needed must be ones that the actor may make; else nothing of it stands."""
    taken_back = select(StageMove.reverses_id).where(StageMove.id > last_move)
    moves = session.scalars(
        select(StageMove)
        .where((StageMove.id > last_move) | StageMove.id.in_(taken_back))
        .order_by(StageMove.id)
    )
    for move in moves:
        needed = Permission.TRANSFER if move.transfer_id else required_act(move.from_account, move.to_account)
        if move.reverses_id is None and not actor.may(needed):
            raise Forbidden(
                N_("This merge moves counts that the bureau decides about. Ask the bureau to merge the two."),
                code="bureau-merges",
            )


def _decide_pair(session: Session, actor: Actor, journal: Journal, kept_id: int, gone_id: int) -> None:
    pair = duplicates.find_row(session, kept_id, gone_id)
    if pair is not None:
        journal.change(
            DuplicatePair,
            {"id": pair.id},
            status=duplicates.MERGED,
            decided_by_id=actor.user_id,
            decided_at=clock.now(),
        )


def _details(
    session: Session, journal: Journal, choices: Mapping[str, str], last_move: int, last_transfer: int
) -> dict[str, Any]:
    """What an undo needs: rows as they were, moves and changes of street that the merge booked."""
    moves = session.scalars(select(StageMove.id).where(StageMove.id > last_move).order_by(StageMove.id)).all()
    transfers = session.scalars(
        select(Transfer.id).where(Transfer.id > last_transfer).order_by(Transfer.id)
    ).all()
    return {
        "choices": dict(choices),
        "rows": journal.entries,
        "moves": list(moves),
        "transfers": list(transfers),
    }


def _after(recorded_at: datetime) -> datetime:
    """When the merge was made: what is recorded later came after it."""
    return max(recorded_at, clock.now())


def _note(session: Session, actor: Actor, row: FirmMerge, choices: Mapping[str, str]) -> None:
    gone = session.get_one(Firm, row.gone_id)
    moved = session.scalar(
        select(func.count()).select_from(Candidacy).where(Candidacy.firm_id == row.kept_id)
    )
    audit.note(
        session,
        actor,
        "merge",
        "firm",
        row.kept_id,
        merge=row.id,
        gone=row.gone_id,
        name=gone.name,
        choices=dict(choices),
        reason=row.reason,
        candidacies=moved,
    )
