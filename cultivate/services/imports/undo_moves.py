"""Taking an import's moves back in bulk: counter-moves, and again the moves that its lists had taken back."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cultivate.domain.actor import Actor
from cultivate.errors import N_
from cultivate.models import BatchEntry, Candidacy, Certificate, ImportBatch, StageMove
from cultivate.queries.candidacies import source_of, target_of
from cultivate.services import ledger
from cultivate.services.imports.known_firms import chunks
from cultivate.services.ledger import MoveDraft

REASON = N_("import taken back")


@dataclass(slots=True)
class _Booker:
    """Builds drafts in order; knows which moves of each candidacy stand at every point."""

    actor: Actor
    standing: dict[int, list[StageMove]]
    tracks: dict[int, str]
    drafts: list[MoveDraft]
    repeated: dict[int, int] = field(default_factory=dict)
    """Moves that are booked again: where each stands among the drafts."""

    def counter(self, move: StageMove) -> None:
        """The counter-move of the last standing move of its candidacy."""
        left = self.standing[move.candidacy_id]
        left.remove(move)
        self._add(
            move,
            kind="reversal",
            backwards=True,
            since=_since(left) or move.effective_on,
            reason=REASON,
            reverses_id=move.id,
        )

    def again(self, move: StageMove) -> None:
        """The same move once more, on its own day."""
        held = self.standing[move.candidacy_id]
        held.append(move)
        self.repeated[move.id] = len(self.drafts)
        self._add(
            move,
            kind=move.kind,
            backwards=False,
            since=_since(held) or move.effective_on,
            reason=move.reason,
            evidence=move.evidence,
            override_reason=move.override_reason,
            retry_year=move.retry_year,
            caused_by_id=move.caused_by_id,
        )

    def _add(self, move: StageMove, *, backwards: bool, kind: str, since: date, **extra: object) -> None:
        source, target = source_of(move), target_of(move)
        self.drafts.append(
            MoveDraft(
                candidacy_id=move.candidacy_id,
                track=self.tracks[move.candidacy_id],
                kind=kind,
                source_place=target if backwards else source,
                target_place=source if backwards else target,
                effective_on=move.effective_on,
                stage_since=since,
                actor_id=self.actor.user_id,
                source=self.actor.source,
                transfer_id=move.transfer_id,
                **extra,  # type: ignore[arg-type]  # the fields that the two ways set differently
            )
        )


def take_back(session: Session, actor: Actor, batch: ImportBatch, recorded_at: datetime) -> int:
    """Take the batch's standing moves back, last first, then book again what the batch had taken back.

    The caller has made sure that nothing was booked on these candidacies since (``refuse_touched``) and
    holds the ledger's lock. Returns the number of moves booked.
    """
    own = list(
        session.scalars(select(StageMove).where(StageMove.import_batch_id == batch.id).order_by(StageMove.id))
    )
    moves = _all_moves(session, {move.candidacy_id for move in own})
    booker = _Booker(actor, _standing(moves.values()), _tracks(session, moves), [])
    for move in reversed(own):
        if move in booker.standing[move.candidacy_id]:
            booker.counter(move)
    taken_back = {move.reverses_id for move in own if move.reverses_id is not None}
    for move in sorted((m for m in moves.values() if m.id in taken_back), key=lambda each: each.id):
        if move.import_batch_id != batch.id:
            booker.again(move)
    session.execute(
        update(Certificate)
        .where(Certificate.import_batch_id == batch.id, Certificate.status != "void")
        .values(status="void", version=Certificate.version + 1)
        .execution_options(synchronize_session="fetch")
    )
    made = ledger.append(session, booker.drafts, recorded_at)
    for move_id, place in booker.repeated.items():  # what rests on a move rests on it as it is called now
        session.execute(update(BatchEntry).where(BatchEntry.move_id == move_id).values(move_id=made[place]))
    return len(booker.drafts)


def _since(standing: list[StageMove]) -> date | None:
    """Day of the move that brought a candidacy into its stage; a transfer does not start it anew."""
    entered = [move for move in standing if move.transfer_id is None]
    return entered[-1].effective_on if entered else None


def _all_moves(session: Session, candidacy_ids: Iterable[int]) -> dict[int, StageMove]:
    found: dict[int, StageMove] = {}
    for part in chunks(sorted(candidacy_ids)):
        rows = session.scalars(
            select(StageMove).where(StageMove.candidacy_id.in_(part)).order_by(StageMove.id)
        )
        found.update((move.id, move) for move in rows)
    return found


def _standing(moves: Iterable[StageMove]) -> dict[int, list[StageMove]]:
    """Moves that stand by candidacy, oldest first."""
    listed = list(moves)
    reversed_ids = {move.reverses_id for move in listed}
    standing: dict[int, list[StageMove]] = defaultdict(list)
    for move in listed:
        if move.reverses_id is None and move.id not in reversed_ids:
            standing[move.candidacy_id].append(move)
    return standing


def _tracks(session: Session, moves: dict[int, StageMove]) -> dict[int, str]:
    tracks: dict[int, str] = {}
    for part in chunks(sorted({move.candidacy_id for move in moves.values()})):
        rows = session.execute(select(Candidacy.id, Candidacy.track).where(Candidacy.id.in_(part)))
        tracks.update((candidacy_id, track) for candidacy_id, track in rows)
    return tracks
