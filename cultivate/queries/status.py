"""The thin line under the header: as of when, books checked, letters sent; and for which units one reads."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain.actor import Actor
from cultivate.models import Delivery
from cultivate.queries import jobs, units
from cultivate.queries.units import Unit

#: the job that checks the invariants, and the kind of the letters
VERIFY = "verify"
WEEKLY = "weekly"


@dataclass(frozen=True, slots=True)
class StatusLine:
    """What the line says; ``None`` where something has not happened yet."""

    as_of: date
    verified: str | None
    """``done`` or ``failed``: how the last check of the books ended."""
    verified_at: datetime | None
    letters_at: datetime | None
    """When the last weekly letters were composed."""
    letters: int
    letters_sent: int
    district: Unit | None
    own_units: tuple[Unit, ...]

    def district_name(self, language: str) -> str:
        """The district, for the header."""
        return self.district.name(language) if self.district else ""

    def reader_units(self, language: str) -> str:
        """The reader's units, else the whole district."""
        mark = "、" if language == "zh" else ", "
        return mark.join(unit.name(language) for unit in self.own_units) or self.district_name(language)


def status_line(session: Session, actor: Actor) -> StatusLine:
    """The line as ``actor`` reads it."""
    run = jobs.last_run(session, VERIFY)
    letters_at, letters, sent = _last_letters(session)
    known = units.list_units(session)
    return StatusLine(
        as_of=clock.today(),
        verified=run.status if run else None,
        verified_at=run.finished_at if run else None,
        letters_at=letters_at,
        letters=letters,
        letters_sent=sent,
        district=next((unit for unit in known if unit.kind == "district"), None),
        own_units=tuple(unit for unit in known if unit.id in actor.unit_ids),
    )


def _last_letters(session: Session) -> tuple[datetime | None, int, int]:
    """When the newest week's letters were made, how many there are, how many are sent."""
    newest = (
        select(Delivery.period)
        .where(Delivery.kind == WEEKLY)
        .order_by(Delivery.period.desc(), Delivery.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    composed, letters, sent = session.execute(
        select(
            func.max(Delivery.composed_at),
            func.count(),
            func.count().filter(Delivery.status == "sent"),
        ).where(Delivery.kind == WEEKLY, Delivery.period == newest)
    ).one()
    return composed, letters, sent
