"""The day of the last move that stands, of many candidacies at once: nothing can be booked before it."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from cultivate.models import StageMove

_CHUNK = 500


def last_days(session: Session, candidacy_ids: Collection[int]) -> dict[int, date]:
    """Day by candidacy; one whose moves were all taken back has none."""
    found: dict[int, date] = {}
    counter = aliased(StageMove)
    ids = sorted(candidacy_ids)
    for start in range(0, len(ids), _CHUNK):
        rows = session.execute(
            select(StageMove.candidacy_id, func.max(StageMove.effective_on))
            .where(
                StageMove.candidacy_id.in_(ids[start : start + _CHUNK]),
                StageMove.reverses_id.is_(None),
                ~select(counter.id).where(counter.reverses_id == StageMove.id).exists(),
            )
            .group_by(StageMove.candidacy_id)
        )
        found.update((candidacy_id, day) for candidacy_id, day in rows)
    return found
