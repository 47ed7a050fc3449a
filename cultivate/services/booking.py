"""Booking steps of one candidacy: a step, a counter-step, and setting it back to a day.

These keep the order of effective days (no step before the last one that stands), on which "no stage is ever
negative" rests. They do not ask whether a step is allowed: ``stages``, ``certificates`` … do.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain.actor import Actor
from cultivate.domain.ledger import NO_PARK, Place
from cultivate.domain.stages import OUTSIDE, STAGES
from cultivate.models import BatchEntry, Candidacy, Firm, StageMove, Transfer
from cultivate.queries.candidacies import booked_moves, source_of, target_of
from cultivate.services import in_charge, ledger


@dataclass(frozen=True, slots=True)
class Act:
    """What the bookings of one act share."""

    session: Session
    actor: Actor
    recorded_at: datetime
    import_batch_id: int | None = None


def begin(session: Session, actor: Actor, import_batch_id: int | None = None) -> Act:
    """Take the ledger's lock; everything read after this is what the bookings stand on."""
    return Act(session, actor, ledger.begin(session), import_batch_id)


def place_of(candidacy: Candidacy) -> Place:
    """Where the cache says a candidacy stands."""
    return Place(candidacy.stage, candidacy.street_id, candidacy.park_id or NO_PARK)


def standing_moves(session: Session, candidacy_id: int) -> list[StageMove]:
    """The moves that stand, oldest first: without the reversed ones and the reversals."""
    moves = booked_moves(session, candidacy_id)
    reversed_ids = {move.reverses_id for move in moves}
    return [move for move in moves if move.reverses_id is None and move.id not in reversed_ids]


def step(act: Act, candidacy: Candidacy, account: str, effective_on: date, **extra: Any) -> int:
    """Book a move of the candidacy from where it stands to ``account``, in its street; returns the move's id."""
    source = place_of(candidacy)
    target = source._replace(account=account)
    return _append(act, candidacy, "move", source, target, effective_on, since=effective_on, **extra)


def relocate(act: Act, candidacy: Candidacy, transfer: Transfer) -> int:
    """Book the candidacy's part of a firm's transfer; its time in the stage goes on."""
    source = place_of(candidacy)
    target = Place(source.account, transfer.to_street_id, transfer.to_park_id or NO_PARK)
    return _append(
        act,
        candidacy,
        "transfer",
        source,
        target,
        transfer.effective_on,
        since=candidacy.stage_since,
        transfer_id=transfer.id,
        reason=transfer.reason,
    )


def counter(act: Act, candidacy: Candidacy, move: StageMove, reason: str) -> int:
    """Book the counter-move of the last move that stands, effective on that move's day."""
    left = [other for other in standing_moves(act.session, candidacy.id) if other.id != move.id]
    entered = [other for other in left if other.transfer_id is None]
    since = entered[-1].effective_on if entered else move.effective_on
    return _append(
        act,
        candidacy,
        "reversal",
        target_of(move),
        source_of(move),
        move.effective_on,
        since=since,
        reverses_id=move.id,
        transfer_id=move.transfer_id,
        reason=reason,
    )


def again(act: Act, candidacy: Candidacy, move: StageMove, caused_by_id: int | None) -> int:
    """Book a move that was taken back once more, on its own day; ``caused_by_id`` as it is called now.

    It leaves from where the candidacy stands now: a change of street between may have been taken back since.
    """
    source = place_of(candidacy)
    entered = [other for other in standing_moves(act.session, candidacy.id) if other.transfer_id is None]
    transfer = move.transfer_id is not None
    made = _append(
        act,
        candidacy,
        move.kind,
        source,
        target_of(move) if transfer else source._replace(account=move.to_account),
        move.effective_on,
        since=entered[-1].effective_on if transfer and entered else move.effective_on,
        transfer_id=move.transfer_id,
        reason=move.reason,
        evidence=move.evidence,
        override_reason=move.override_reason,
        retry_year=move.retry_year,
        caused_by_id=caused_by_id,
    )
    # what rests on the move rests on it as it is called now
    act.session.execute(update(BatchEntry).where(BatchEntry.move_id == move.id).values(move_id=made))
    return made


def _append(
    act: Act,
    candidacy: Candidacy,
    kind: str,
    source: Place,
    target: Place,
    effective_on: date,
    *,
    since: date,
    **extra: Any,
) -> int:
    draft = ledger.MoveDraft(
        candidacy_id=candidacy.id,
        track=candidacy.track,
        kind=kind,
        source_place=source,
        target_place=target,
        effective_on=effective_on,
        stage_since=since,
        actor_id=act.actor.user_id,
        source=act.actor.source,
        import_batch_id=act.import_batch_id,
        **extra,
    )
    return ledger.append(act.session, [draft], act.recorded_at)[0]


def rewind(act: Act, candidacy: Candidacy, day: date, reason: str) -> list[int]:
    """Take back every standing move effective after ``day``, last first; returns the ids taken back.

    A change of street among them is booked again by ``replay_transfers`` once the candidacy stands anew.
    """
    taken = []
    for move in reversed(standing_moves(act.session, candidacy.id)):
        if move.effective_on <= day:
            break
        counter(act, candidacy, move, reason)
        taken.append(move.id)
    return taken


def replay_transfers(act: Act, candidacy: Candidacy, *, before: date = date.max) -> None:
    """Book the later changes of street for a candidacy that was opened or set back before them.

    One that has left stays where it left.

    They are the firm's, and those that the candidacy itself went along with while its firm was another one,
    before a merge: the merge's own change of street among them.
    """
    if candidacy.stage not in STAGES:
        return
    last = standing_moves(act.session, candidacy.id)[-1].effective_on
    booked = {move.transfer_id for move in standing_moves(act.session, candidacy.id)}
    own = select(StageMove.transfer_id).where(
        StageMove.candidacy_id == candidacy.id, StageMove.transfer_id.is_not(None)
    )
    concerned = or_(Transfer.firm_id == candidacy.firm_id, Transfer.id.in_(own))
    for transfer in _later(act.session, concerned, last):
        there = (transfer.to_street_id, transfer.to_park_id)
        if (
            transfer.effective_on < before
            and transfer.id not in booked
            and (candidacy.street_id, candidacy.park_id) != there
        ):
            relocate(act, candidacy, transfer)


def later_transfers(session: Session, firm_id: int, day: date) -> list[Transfer]:
    """Changes of street of a firm effective after ``day`` that stand, oldest first."""
    return _later(session, Transfer.firm_id == firm_id, day)


def _later(session: Session, condition: ColumnElement[bool], day: date) -> list[Transfer]:
    return list(
        session.scalars(
            select(Transfer)
            .where(condition, Transfer.effective_on > day, Transfer.reversed_at.is_(None))
            .order_by(Transfer.effective_on, Transfer.id)
        )
    )


def open_new(
    act: Act,
    firm: Firm,
    track: str,
    stage: str,
    effective_on: date,
    *,
    renews: Candidacy | None = None,
    in_charge_id: int | None = None,
    **extra: Any,
) -> Candidacy:
    """A new candidacy, opened at ``stage`` where the firm lay on that day; later changes of street follow.

    The caller books what comes between and then calls ``replay_transfers``.
    """
    later = later_transfers(act.session, firm.id, effective_on)
    street_id = later[0].from_street_id if later else firm.street_id
    park_id = later[0].from_park_id if later else firm.park_id
    last = act.session.scalar(
        select(func.max(Candidacy.cycle)).where(Candidacy.firm_id == firm.id, Candidacy.track == track)
    )
    candidacy = Candidacy(
        firm_id=firm.id,
        track=track,
        cycle=(last or 0) + 1,
        stage=OUTSIDE,
        stage_since=effective_on,
        street_id=street_id,
        park_id=park_id,
        renews_id=renews.id if renews else None,
        in_charge_id=in_charge_id,
        created_at=clock.now(),
        version=0,
    )
    act.session.add(candidacy)
    act.session.flush()
    if in_charge_id is not None:
        in_charge.opened(act.session, act.actor.user_id, [(candidacy.id, in_charge_id)])
    step(act, candidacy, stage, effective_on, **extra)
    return candidacy
