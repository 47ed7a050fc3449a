"""Share passed on and days on the way, out of the ledger."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from cultivate.domain.conversion import Conversion, Entrance, conversions
from cultivate.domain.scope import Scope
from cultivate.domain.stages import STAGES
from cultivate.models import Posting, StageMove
from cultivate.queries.memo import remember
from cultivate.queries.places import within

#: a cohort long enough to have had a recognition season, short enough to tell of today
MONTHS = 24


def since(as_of: date) -> date:
    """First day of the cohort: that of the month two years before."""
    return as_of.replace(year=as_of.year - MONTHS // 12, day=1)


def by_stage(
    session: Session, scope: Scope, track: str, as_of: date, known_at: datetime | None = None
) -> dict[str, Conversion]:
    """Conversion of the entries since ``since(as_of)``, by stage."""
    key = ("conversion", scope, track, as_of, known_at)
    return remember(session, key, lambda: conversions(_entrances(session, scope, track, as_of, known_at)))


def _entrances(
    session: Session, scope: Scope, track: str, as_of: date, known_at: datetime | None
) -> list[Entrance]:
    """Entries that stand: what was taken back, as far as it was known, never happened."""
    reversal = aliased(StageMove)
    undone = reversal.reverses_id == Posting.move_id
    if known_at is not None:
        undone &= reversal.recorded_at <= known_at
    statement = (
        select(Posting.candidacy_id, Posting.id, Posting.account, Posting.effective_on)
        .outerjoin(reversal, undone)
        .where(
            Posting.track == track,
            Posting.account.in_(STAGES),
            Posting.effective_on >= since(as_of),
            Posting.effective_on <= as_of,
            Posting.entered == 1,
            reversal.id.is_(None),
        )
        .order_by(Posting.candidacy_id, Posting.id)
    )
    if known_at is not None:
        statement = statement.where(Posting.recorded_at <= known_at)
    inside = within(Posting, scope)
    if inside is not None:
        statement = statement.where(inside)
    return [Entrance(*row) for row in session.execute(statement)]
