"""Facts that people stated of firms: what stands, who gave it out of which document, what was said before."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate.db.many import among, plain_rows
from cultivate.models import FirmFact, User


@dataclass(frozen=True, slots=True)
class FactRow:
    """One fact as it was given; ``replaced_at`` where another has taken its place, or none."""

    id: int
    fact: str
    value: Any
    source: str
    by: str | None
    recorded_at: datetime
    replaced_at: datetime | None


def of_firm(session: Session, firm_id: int, *, history: bool = False) -> list[FactRow]:
    """The facts of a firm that the caller may see, by name, the latest first; with ``history`` the replaced too."""
    statement = (
        select(
            FirmFact.id,
            FirmFact.fact,
            FirmFact.value,
            FirmFact.source,
            User.display_name,
            FirmFact.recorded_at,
            FirmFact.replaced_at,
        )
        .outerjoin(User, User.id == FirmFact.by_id)
        .where(FirmFact.firm_id == firm_id, FirmFact.year == 0)
        .order_by(FirmFact.fact, FirmFact.id.desc())
    )
    if not history:
        statement = statement.where(FirmFact.replaced_at.is_(None))
    return [FactRow(*row) for row in session.execute(statement)]


def current_of(session: Session, firm_ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """Firm -> fact -> value, of many firms."""
    found: dict[int, dict[str, Any]] = {}
    statement = select(FirmFact.firm_id, FirmFact.fact, FirmFact.value).where(
        among(session, FirmFact.firm_id, firm_ids), FirmFact.replaced_at.is_(None), FirmFact.year == 0
    )
    for firm_id, fact, value in plain_rows(session, statement):
        found.setdefault(firm_id, {})[fact] = value
    return found
