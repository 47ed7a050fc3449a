"""Intellectual property as a recognition counts it: what is granted, and of class Ⅱ what is not used up."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate.db.many import among, plain_rows
from cultivate.domain.property_kinds import FIRST, KINDS, SECOND
from cultivate.domain.stages import Exit, Stage
from cultivate.models import Candidacy, IntellectualProperty

#: where a candidacy is once it was recognised: what it used of class Ⅱ does not serve again (195号)
RECOGNISED = frozenset({Stage.CERTIFY, Exit.EXPIRED, Exit.REVOKED, Exit.SUPERSEDED})


@dataclass(slots=True)
class Rights:
    """Of one firm: how many count in each class, how many of class Ⅱ are used up, and whether it made any itself."""

    first: int | None = 0
    second: int | None = 0
    used_up: int = 0
    self_developed: bool | None = None


def rights_of(session: Session, firm_ids: Collection[int], as_of: date) -> dict[int, Rights]:
    """By firm, of those that have a list of rights; for the others what was typed has to do.

    A right counts when it is granted and has not ended by the day; a pending one is no right yet.
    """
    statement = (
        select(
            IntellectualProperty.firm_id,
            IntellectualProperty.kind,
            IntellectualProperty.granted_on,
            IntellectualProperty.ends_on,
            IntellectualProperty.obtained,
            Candidacy.stage,
        )
        .outerjoin(Candidacy, Candidacy.id == IntellectualProperty.used_for_id)
        .where(
            among(session, IntellectualProperty.firm_id, firm_ids), IntellectualProperty.deleted_at.is_(None)
        )
        .order_by(IntellectualProperty.id)
    )
    found: dict[int, Rights] = {}
    ways: dict[int, set[str]] = {}
    for firm_id, kind, granted_on, ends_on, obtained, used_in in plain_rows(session, statement):
        mine = found.setdefault(firm_id, Rights())
        if granted_on is None or granted_on > as_of or (ends_on is not None and ends_on < as_of):
            continue
        if _count(mine, kind, spent=used_in in RECOGNISED):
            ways.setdefault(firm_id, set()).add(obtained)
    for firm_id, seen in ways.items():
        found[firm_id].self_developed = _self_developed(seen)
    return found


def _count(mine: Rights, kind: str, *, spent: bool) -> bool:
    """Count a granted right; whether it counts."""
    rank = KINDS[kind].rank if kind in KINDS else 0
    if rank == FIRST:
        mine.first = (mine.first or 0) + 1
    elif rank == SECOND and spent:
        mine.used_up += 1
        return False
    elif rank == SECOND:
        mine.second = (mine.second or 0) + 1
    return rank in {FIRST, SECOND}


def _self_developed(ways: Collection[str]) -> bool | None:
    """One of its own does; only where all are known and none is, it has none of its own."""
    if "self" in ways:
        return True
    return None if "" in ways else False
