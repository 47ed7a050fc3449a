"""Coming into an application batch: the move to ``recommend`` does it, and nothing else (services/stages.py)."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain.policy.pack import Paper
from cultivate.errors import N_, Invalid, NotFound
from cultivate.models import BatchEntry, BatchPaper, Candidacy, Proposal
from cultivate.queries import application_batches as batches
from cultivate.queries.application_batches import BatchRow


def choose(
    session: Session, candidacy: Candidacy, day: date, batch_id: int | None, *, waived: bool
) -> BatchRow | None:
    """The batch that takes the candidacy in on that day.

    The one that is named; else the one that it is proposed for; else the one that closes first. Who waives the
    conditions may name one that is closed: a firm that comes late by agreement.
    """
    if batch_id is not None:
        named = of_track(session, batch_id, candidacy.track)
        return named if waived or named.days.takes_in(day) else None
    found = batches.taking_in(session, candidacy.track, day)
    if len(found) > 1:
        wanted = session.scalar(
            select(Proposal.batch_id).where(
                Proposal.candidacy_id == candidacy.id,
                Proposal.status == "waiting",
                Proposal.batch_id.is_not(None),
            )
        )
        found = [row for row in found if row.id == wanted] or found
    return next(iter(found), None)


def of_track(session: Session, batch_id: int, track: str) -> BatchRow:
    """A batch that somebody named; ``Invalid`` where there is none of the track."""
    try:
        found = batches.get_batch(session, batch_id)
    except NotFound:
        found = None
    if found is None or found.track != track:
        raise Invalid(
            N_("There is no such application batch of this track."), field="batch_id", code="batch-unknown"
        )
    return found


def enter(
    session: Session, candidacy: Candidacy, batch: BatchRow, move_id: int, papers: Sequence[Paper]
) -> int:
    """Write the entry for a move that was just booked; returns its id.

    ``papers`` are the pack's that judged the firm; what becomes of the pack later does not reach them. Who comes
    in again, after the first time was taken back or given back, goes on with those that are there.
    """
    entry = session.scalar(
        select(BatchEntry).where(BatchEntry.batch_id == batch.id, BatchEntry.candidacy_id == candidacy.id)
    )
    if entry is not None:
        entry.move_id, entry.version = move_id, entry.version + 1
        entry.submitted_on = entry.publicised_on = entry.incomplete_reason = None
        entry.scores = {}
        session.flush()
        return entry.id
    entry = BatchEntry(
        batch_id=batch.id, candidacy_id=candidacy.id, move_id=move_id, scores={}, created_at=clock.now()
    )
    session.add(entry)
    session.flush()
    session.add_all(
        BatchPaper(
            entry_id=entry.id,
            position=position,
            code=paper.code,
            title_zh=paper.title.zh,
            title_en=paper.title.en,
            owner_id=candidacy.in_charge_id,
        )
        for position, paper in enumerate(papers, start=1)
    )
    session.flush()
    return entry.id
