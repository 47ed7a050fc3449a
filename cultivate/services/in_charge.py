"""Who is in charge: the one place where it is set, each time with a line of history."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.db import bulk
from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Act
from cultivate.models import Assignment, Candidacy, StageMove
from cultivate.queries import candidacies


def put(
    session: Session,
    actor: Actor,
    candidacy: Candidacy,
    user_id: int | None,
    *,
    reason: str = "",
    handover_id: int | None = None,
    at: datetime | None = None,
) -> None:
    """Put a candidacy in somebody's charge, or in nobody's. Whoever asks has asked whether that may be.

    ``at`` is the time of the move that brings it about; by it the two go together.
    """
    if candidacy.in_charge_id == user_id:
        return
    now = at or clock.now()
    session.add(
        Assignment(
            candidacy_id=candidacy.id,
            from_id=candidacy.in_charge_id,
            to_id=user_id,
            by_id=actor.user_id,
            at=now,
            reason=reason,
            handover_id=handover_id,
            seen_at=None if actor.user_id is not None and user_id not in {None, actor.user_id} else now,
        )
    )
    candidacy.in_charge_id = user_id


def as_before(session: Session, actor: Actor, candidacy: Candidacy, move: StageMove) -> None:
    """In nobody's charge again, where this move put it in its maker's and nobody has changed that since."""
    last = session.scalar(
        select(Assignment)
        .where(Assignment.candidacy_id == candidacy.id)
        .order_by(Assignment.id.desc())
        .limit(1)
    )
    if last is None or last.at != move.recorded_at:
        return
    if last.from_id is None and last.to_id == move.actor_id == candidacy.in_charge_id:
        put(session, actor, candidacy, None)
        session.flush()


def opened(session: Session, by_id: int | None, candidacies: Sequence[tuple[int, int]]) -> None:
    """The first line of candidacies that were opened in somebody's charge: their ids, and whose they are."""
    if not candidacies:
        return
    ways, people = zip(*candidacies, strict=True)
    now = clock.now()
    columns = {"candidacy_id": ways, "to_id": people}
    bulk.add(session, Assignment, columns, {"by_id": by_id, "at": now, "seen_at": now})


def acted(session: Session, actor: Actor, candidacy: Candidacy) -> None:
    """Who acts on what is in their charge has taken note of it."""
    if actor.user_id is not None and candidacy.in_charge_id == actor.user_id:
        _note(session, actor, Assignment.candidacy_id == candidacy.id)


def seen(session: Session, actor: Actor, candidacy_id: int) -> None:
    """Take note of a candidacy that somebody else put in the actor's charge; twice is once."""
    actor.require(Act.ASSIGN)
    candidacies.get_candidacy(session, actor.scope, candidacy_id)
    _note(session, actor, Assignment.candidacy_id == candidacy_id)


def all_seen(session: Session, actor: Actor, until: int) -> None:
    """Take note of all, up to the line of the history that was shown last: what came since still waits."""
    actor.require(Act.ASSIGN)
    _note(session, actor, Assignment.id <= until)


def _note(session: Session, actor: Actor, which: ColumnElement[bool]) -> None:
    unseen = (Assignment.to_id == actor.user_id, Assignment.seen_at.is_(None), which)
    session.execute(update(Assignment).where(*unseen).values(seen_at=clock.now()))
