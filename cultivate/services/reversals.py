"""Taking a move back: by a counter-move that names it, like any ledger. Nothing is erased."""

from datetime import timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain.actor import Actor
from cultivate.domain.ledger import NO_PARK
from cultivate.domain.moves import required_act
from cultivate.domain.permissions import Act as Permission
from cultivate.domain.stages import OPEN_STAGES, STAGES, Exit, Stage
from cultivate.errors import N_, Forbidden, Invalid, NotFound
from cultivate.i18n import _
from cultivate.models import Candidacy, Certificate, Firm, StageMove, Transfer
from cultivate.services import audit, booking, in_charge, standing_again
from cultivate.services.booking import Act
from cultivate.services.stages import candidacy_in_scope

#: an undo is offered for so long, and taken a little later for those who hesitate
UNDO_SECONDS = 30
UNDO_SLACK_SECONDS = 30


def undo(session: Session, actor: Actor, move_id: int) -> int:
    """Take back a move that was only just made: as ``reverse``, but nobody is asked why.

    Returns the candidacy's id; raises ``Invalid`` with code ``too-late`` once the offer has ended.
    """
    move = session.get(StageMove, move_id)
    if move is None:
        raise NotFound
    candidacy = candidacy_in_scope(session, actor, move.candidacy_id)
    if clock.now() > move.recorded_at + timedelta(seconds=UNDO_SECONDS + UNDO_SLACK_SECONDS):
        raise Invalid(
            N_("It is too late to take this back at once; take it back at the firm, and say why."),
            field="move",
            code="too-late",
        )
    take_back(session, actor, move_id, _("Taken back right after the move"))
    return candidacy.id


def take_back(session: Session, actor: Actor, move_id: int, reason: str) -> int:
    """As ``reverse``, of a move that was only just made: who came to be in charge by it is so no longer."""
    made = reverse(session, actor, move_id, reason)
    move = session.get_one(StageMove, move_id)
    in_charge.as_before(session, actor, session.get_one(Candidacy, move.candidacy_id), move)
    return made


def reverse(session: Session, actor: Actor, move_id: int, reason: str) -> int:
    """Take back the last standing move of a candidacy; returns the counter-move's id.

    What the move brought about goes back with it: a certificate becomes void, the candidacy that it
    superseded stands again, a transfer is taken back for all candidacies of the firm. Raises ``Invalid``
    with a reason when something later stands in the way.
    """
    act = booking.begin(session, actor)
    move = session.get(StageMove, move_id)
    if move is None:
        raise NotFound
    candidacy = candidacy_in_scope(session, actor, move.candidacy_id)
    _check_right(actor, move)
    if not reason.strip():
        raise Invalid(N_("A reason is needed."), field="reason", code="reason-missing")
    if move.caused_by_id is not None:
        raise _refusal(N_("Another candidacy's certification brought this about; take that one back."))
    _check_last(act, candidacy, move)
    if move.transfer_id is not None:
        moved = _reverse_transfer(act, session.get_one(Transfer, move.transfer_id), reason)
    else:
        moved = [_reverse_one(act, candidacy, move, reason)]
    audit.note(session, actor, "reverse", "move", move.id, candidacy=candidacy.id, reason=reason)
    return moved[0]


def _refusal(message: str) -> Invalid:
    return Invalid(message, field="move", code="not-reversible")


def _check_right(actor: Actor, move: StageMove) -> None:
    if actor.may(Permission.REVERSE_ANY):
        return
    actor.require(Permission.REVERSE_OWN)
    own = actor.user_id is not None and move.actor_id == actor.user_id
    if not own or not actor.may(required_act(move.from_account, move.to_account)):
        raise Forbidden(N_("You may take back only your own moves; ask the bureau for others."))


def _reverse_one(act: Act, candidacy: Candidacy, move: StageMove, reason: str) -> int:
    _check_way_back(act, candidacy, move)
    if move.to_account == Stage.CERTIFY:
        _void_certificate(act, move, reason)
    if move.to_account == Exit.REVOKED:
        _validate_again(act, candidacy)
    return booking.counter(act, candidacy, move, reason)


def _check_last(act: Act, candidacy: Candidacy, move: StageMove) -> None:
    if move.reverses_id is not None:
        raise _refusal(N_("A counter-move cannot be taken back; make the move anew."))
    standing = booking.standing_moves(act.session, candidacy.id)
    if not standing or standing[-1].id != move.id:
        raise _refusal(
            N_("Only the last move that stands can be taken back; take back the later ones first.")
        )


def _check_way_back(act: Act, candidacy: Candidacy, move: StageMove) -> None:
    """The place that the candidacy goes back to must still be free and still be the firm's."""
    if move.from_account not in STAGES:
        return
    firm = act.session.get_one(Firm, candidacy.firm_id)
    if (move.from_street_id, move.from_park_id or NO_PARK) != (firm.street_id, firm.park_id or NO_PARK):
        raise _refusal(N_("The firm has changed its street or park since; open it anew there."))
    if act.session.scalar(_rivals(candidacy, move).limit(1)) is not None:
        raise _refusal(N_("The firm has gone on in another candidacy since."))


def _rivals(candidacy: Candidacy, move: StageMove) -> Select[int]:
    """What stands in the way back: another way that is open, or a certificate that came after this one left.

    Such a certificate counted on days on which this one would count again, whatever has become of it since.
    """
    others = select(Candidacy.id).where(
        Candidacy.firm_id == candidacy.firm_id,
        Candidacy.track == candidacy.track,
        Candidacy.id != candidacy.id,
    )
    if move.from_account != Stage.CERTIFY:
        return others.where(Candidacy.stage.in_(OPEN_STAGES))
    return others.join(Certificate, Certificate.candidacy_id == Candidacy.id).where(
        Certificate.status != "void", Certificate.counts_from >= move.effective_on
    )


def _void_certificate(act: Act, move: StageMove, reason: str) -> None:
    """The certificate is void; what its entry superseded stands again."""
    for certificate in act.session.scalars(
        select(Certificate).where(Certificate.move_id == move.id).order_by(Certificate.id)
    ):
        certificate.status = "void"
    act.session.flush()
    standing_again.let_stand(act, move.id, reason)


def _validate_again(act: Act, candidacy: Candidacy) -> None:
    for certificate in act.session.scalars(
        select(Certificate)
        .where(Certificate.candidacy_id == candidacy.id, Certificate.status == "revoked")
        .order_by(Certificate.id)
    ):
        certificate.status = "valid"
        certificate.revoked_on = None
        certificate.revoked_reason = None


def _reverse_transfer(act: Act, transfer: Transfer, reason: str) -> list[int]:
    """Take a transfer back for every candidacy of the firm that it moved."""
    firm = act.session.get_one(Firm, transfer.firm_id)
    if firm.deleted_at is not None:
        raise _refusal(N_("This change of street came with a merge; undo the merge instead."))
    if transfer.reversed_at is not None:
        raise _refusal(N_("This change of street has been taken back already."))
    if booking.later_transfers(act.session, firm.id, transfer.effective_on):
        raise _refusal(N_("The firm has changed its street or park since; take that back first."))
    moves = act.session.scalars(
        select(StageMove)
        .where(StageMove.transfer_id == transfer.id, StageMove.reverses_id.is_(None))
        .order_by(StageMove.id)
    ).all()
    standing = [move for move in moves if move in booking.standing_moves(act.session, move.candidacy_id)]
    begun_since = select(Candidacy.id).where(
        Candidacy.firm_id == firm.id,
        Candidacy.stage.in_(STAGES),
        Candidacy.id.not_in([move.candidacy_id for move in standing]),
    )
    if act.session.scalar(begun_since.limit(1)) is not None:
        raise _refusal(N_("The firm has gone on in another candidacy since."))
    taken = []
    for move in standing:
        candidacy = act.session.get_one(Candidacy, move.candidacy_id)
        _check_last(act, candidacy, move)
        taken.append(booking.counter(act, candidacy, move, reason))
    transfer.reversed_at = clock.now()
    firm.street_id = transfer.from_street_id
    firm.park_id = transfer.from_park_id
    firm.updated_at = clock.now()
    act.session.flush()
    return taken
