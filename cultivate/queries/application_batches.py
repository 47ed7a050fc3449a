"""Application batches: the list, one of them, and which takes a firm in on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from cultivate.domain.batches import Days
from cultivate.errors import NotFound
from cultivate.models import ApplicationBatch, User
from cultivate.queries.paging import Page, offset_of


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A batch as plain values. Everybody sees all batches; of the firms in them those of the scope."""

    id: int
    version: int
    track: str
    year: int
    round: int
    title: str
    days: Days
    note: str
    import_batch_id: int | None
    updated_by: str | None
    updated_at: datetime


def _plain(row: ApplicationBatch, who: str | None) -> BatchRow:
    days = Days(
        opens_on=row.opens_on,
        closes_on=row.closes_on,
        upper_closes_on=row.upper_closes_on,
        submitted_on=row.submitted_on,
        publicised_on=row.publicised_on,
        announced_on=row.announced_on,
    )
    return BatchRow(
        row.id,
        row.version,
        row.track,
        row.year,
        row.round,
        row.title,
        days,
        row.note,
        row.import_batch_id,
        who,
        row.updated_at,
    )


def _ordered() -> Select[ApplicationBatch, str]:
    """The newest year first; within it tracks and rounds in their order."""
    return (
        select(ApplicationBatch, User.display_name)
        .outerjoin(User, User.id == ApplicationBatch.updated_by_id)
        .order_by(
            ApplicationBatch.year.desc(), ApplicationBatch.track, ApplicationBatch.round, ApplicationBatch.id
        )
    )


def list_batches(
    session: Session, track: str | None = None, year: int | None = None, number: int = 1, size: int = 20
) -> Page[BatchRow]:
    """A page of batches, of one track or year or of all."""
    statement = _ordered()
    if track is not None:
        statement = statement.where(ApplicationBatch.track == track)
    if year is not None:
        statement = statement.where(ApplicationBatch.year == year)
    found = [_plain(*row) for row in session.execute(statement)]
    start = offset_of(number, size)
    return Page(found[start : start + size], len(found), max(number, 1), size)


def list_years(session: Session) -> list[int]:
    """Years that have a batch, the newest first."""
    return list(
        session.scalars(select(ApplicationBatch.year).distinct().order_by(ApplicationBatch.year.desc()))
    )


def get_batch(session: Session, batch_id: int) -> BatchRow:
    """One batch; ``NotFound`` otherwise."""
    row = session.execute(_ordered().where(ApplicationBatch.id == batch_id)).first()
    if row is None:
        raise NotFound
    return _plain(*row)


def taking_in(session: Session, track: str, day: date) -> Sequence[BatchRow]:
    """Batches of the track into which a firm may come on that day, the one that closes first on top."""
    statement = (
        _ordered()
        .where(
            ApplicationBatch.track == track,
            ApplicationBatch.opens_on <= day,
            ApplicationBatch.closes_on >= day,
            or_(ApplicationBatch.submitted_on.is_(None), ApplicationBatch.submitted_on >= day),
        )
        .order_by(None)
        .order_by(ApplicationBatch.closes_on, ApplicationBatch.round, ApplicationBatch.id)
    )
    return [_plain(*row) for row in session.execute(statement)]


def lately_open(session: Session, track: str, today: date) -> Sequence[BatchRow]:
    """The last batches of the track that have opened: what a late firm may be let into."""
    statement = (
        _ordered()
        .where(ApplicationBatch.track == track, ApplicationBatch.opens_on <= today)
        .order_by(None)
        .order_by(ApplicationBatch.closes_on.desc(), ApplicationBatch.id)
        .limit(4)
    )
    return [_plain(*row) for row in session.execute(statement)]


def to_come(session: Session, track: str, today: date) -> Sequence[BatchRow]:
    """Batches that a street may propose a firm for: open, or not open yet; the one that closes first on top."""
    statement = (
        _ordered()
        .where(
            ApplicationBatch.track == track,
            ApplicationBatch.closes_on >= today,
            ApplicationBatch.submitted_on.is_(None),
        )
        .order_by(None)
        .order_by(ApplicationBatch.closes_on, ApplicationBatch.round, ApplicationBatch.id)
    )
    return [_plain(*row) for row in session.execute(statement)]
