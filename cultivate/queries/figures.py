"""Figures of a firm: what stands, in which calibre, who gave it out of which paper, and what was said before."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate.domain.figures import Picked, key_of, pick
from cultivate.models import FirmFigure, ImportBatch, User


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One figure as it was given; ``replaced_at`` where another has taken its place."""

    id: int
    firm_id: int
    year: int
    figure: str
    calibre: str
    value: Decimal
    source: str
    by: str | None
    import_batch_id: int | None
    recorded_at: datetime
    replaced_at: datetime | None
    file: str | None
    """The file that an import read it from."""

    @property
    def key(self) -> str:
        """The figure with its calibre: ``rd@tax``."""
        return key_of(self.figure, self.calibre)


_COLUMNS: tuple[Any, ...] = (
    FirmFigure.id,
    FirmFigure.firm_id,
    FirmFigure.year,
    FirmFigure.figure,
    FirmFigure.calibre,
    FirmFigure.value,
    FirmFigure.source,
    User.display_name,
    FirmFigure.import_batch_id,
    FirmFigure.recorded_at,
    FirmFigure.replaced_at,
    ImportBatch.file_name,
)


def of_firm(session: Session, firm_id: int, *, history: bool = False) -> list[FigureRow]:
    """The figures of a firm that the caller may see, by year, latest first; with ``history`` the replaced ones too."""
    statement = (
        select(*_COLUMNS)
        .outerjoin(User, User.id == FirmFigure.by_id)
        .outerjoin(ImportBatch, ImportBatch.id == FirmFigure.import_batch_id)
        .where(FirmFigure.firm_id == firm_id)
        .order_by(FirmFigure.year.desc(), FirmFigure.figure, FirmFigure.calibre, FirmFigure.id.desc())
    )
    if not history:
        statement = statement.where(FirmFigure.replaced_at.is_(None))
    return [FigureRow(*row) for row in session.execute(statement)]


def current_of(session: Session, firm_ids: Collection[int]) -> dict[int, dict[int, dict[str, Decimal]]]:
    """Firm -> year -> key -> value of many firms; the ids fit into one ``IN``."""
    statement = select(
        FirmFigure.firm_id, FirmFigure.year, FirmFigure.figure, FirmFigure.calibre, FirmFigure.value
    ).where(FirmFigure.firm_id.in_(firm_ids), FirmFigure.replaced_at.is_(None))
    found: dict[int, dict[int, dict[str, Decimal]]] = {}
    for firm_id, year, figure, calibre, value in session.execute(statement):
        found.setdefault(firm_id, {}).setdefault(year, {})[key_of(figure, calibre)] = value
    return found


def slots_of(
    session: Session, firm_ids: Collection[int]
) -> dict[tuple[int, int, str], tuple[Decimal | None, int | None]]:
    """Firm, year and key -> value and the import that brought it, of current figures."""
    statement = select(
        FirmFigure.firm_id,
        FirmFigure.year,
        FirmFigure.figure,
        FirmFigure.calibre,
        FirmFigure.value,
        FirmFigure.import_batch_id,
    ).where(FirmFigure.firm_id.in_(firm_ids), FirmFigure.replaced_at.is_(None))
    return {
        (firm_id, year, key_of(figure, calibre)): (value, batch)
        for firm_id, year, figure, calibre, value, batch in session.execute(statement)
    }


def picked(figures: dict[str, Decimal], figure: str) -> Picked | None:
    """Of one figure of a year, in whatever calibres, the one to go on with."""
    return pick(
        {key.partition("@")[2]: value for key, value in figures.items() if key.partition("@")[0] == figure}
    )
