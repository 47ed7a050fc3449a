"""Reading the register for pairs of firms that may be one: the whole of it by night, a few firms by day."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate.domain import duplicates
from cultivate.domain.duplicates import Blocks, Candidate, FirmFacts, Likeness
from cultivate.models import Firm, FirmName

CHUNK = 500
_STREAMED = 5000
_COLUMNS = (Firm.id, Firm.name, Firm.uscc, Firm.contact_phone, Firm.address, Firm.established_on)


@dataclass(frozen=True, slots=True)
class FoundPair:
    """A pair, the lower id first, with what a decision about it would rest on."""

    firm_id: int
    other_id: int
    likeness: Likeness
    facts: str


def sweep(session: Session) -> list[FoundPair]:
    """Every pair of the register. Firms stream by; only those that share a key are kept to be compared."""
    blocks = Blocks()
    for firm in _stream(session):
        blocks.add(firm)
    tried = set(blocks.candidates())
    groups = list(blocks.neighbours())
    del blocks
    wanted = {firm_id for pair in tried for firm_id in pair}.union(*groups)
    known = facts_of(session, wanted)
    for group in groups:
        tried.update(duplicates.near_pairs(known[each] for each in group if each in known))
    return list(_judged(tried, known))


def facts_of(session: Session, firm_ids: Iterable[int]) -> dict[int, FirmFacts]:
    """Living firms as they are compared, by id."""
    found: dict[int, FirmFacts] = {}
    ids = sorted(firm_ids)
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        statement = select(*_COLUMNS).where(Firm.id.in_(part), Firm.deleted_at.is_(None))
        former = _former_names(session, part)
        found |= {row.id: _facts(row, former) for row in session.execute(statement)}
    return found


def _stream(session: Session) -> Iterator[FirmFacts]:
    """All living firms, a few thousand at a time."""
    last = 0
    while True:
        rows = session.execute(
            select(*_COLUMNS)
            .where(Firm.id > last, Firm.deleted_at.is_(None))
            .order_by(Firm.id)
            .limit(_STREAMED)
        ).all()
        if not rows:
            return
        former = _former_between(session, last, rows[-1].id)
        yield from (_facts(row, former) for row in rows)
        last = rows[-1].id


def _judged(pairs: Iterable[Candidate], known: dict[int, FirmFacts]) -> Iterator[FoundPair]:
    for pair in sorted(pairs):
        one, other = known.get(pair.first), known.get(pair.second)
        if one is None or other is None:
            continue
        likeness = duplicates.compare(one, other)
        if likeness is not None:
            yield FoundPair(one.id, other.id, likeness, duplicates.digest(one, other))


def _facts(row: Any, former: dict[int, list[str]]) -> FirmFacts:
    return FirmFacts(
        id=row.id,
        name=row.name,
        former_names=tuple(former.get(row.id, ())),
        code=row.uscc,
        phone=row.contact_phone,
        address=row.address,
        established_on=row.established_on,
    )


def _former_names(session: Session, firm_ids: Sequence[int]) -> dict[int, list[str]]:
    return _by_firm(session, FirmName.firm_id.in_(firm_ids))


def _former_between(session: Session, after: int, last: int) -> dict[int, list[str]]:
    return _by_firm(session, FirmName.firm_id.between(after + 1, last))


def _by_firm(session: Session, condition: Any) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    statement = select(FirmName.firm_id, FirmName.name).where(condition).order_by(FirmName.id)
    for firm_id, name in session.execute(statement):
        found[firm_id].append(name)
    return found
