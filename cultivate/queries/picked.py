"""Rows that somebody picked in a list, and the candidacies that an act upon them means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate.domain.scope import Scope
from cultivate.domain.stages import OPEN_STAGES, STAGES
from cultivate.models import Candidacy, Firm
from cultivate.queries import candidacies
from cultivate.queries.candidacies import CandidacyRow, firm_within


@dataclass(frozen=True, slots=True)
class Picked:
    """One row: the firm, and the candidacies that the list showed of it with the versions it showed."""

    firm_id: int
    ways: dict[int, int | None] = field(default_factory=dict)
    #: whether versions were shown: who picks all rows of a filter has seen none
    seen: bool = True


@dataclass(frozen=True, slots=True)
class Item:
    """What one act is done to. ``version`` is the candidacy's as it was shown, ``None`` where it was not."""

    firm_id: int
    candidacy_id: int | None = None
    version: int | None = None


def parse(values: Sequence[str]) -> list[Picked]:
    """Rows as their boxes say them, ``firm,candidacy.version,…``; what is no such text is left out."""
    found: dict[tuple[int, ...], Picked] = {}
    for value in values:
        firm, *ways = value.split(",")
        pairs = [way.partition(".")[::2] for way in ways]
        if all(part.isascii() and part.isdecimal() and len(part) < 16 for part in (firm, *sum(pairs, ()))):
            shown: dict[int, int | None] = {int(way): int(version) for way, version in pairs}
            found.setdefault((int(firm), *shown), Picked(int(firm), shown))
    return list(found.values())


def items_of(session: Session, scope: Scope, rows: Sequence[Picked], track: str) -> list[Item]:
    """Of each row the candidacy of the track that goes on: the open one, else in force, else the last.

    A candidacy that the list did not show has been opened since: version 0 stands for it, which none has.
    """
    found: dict[int, list[CandidacyRow]] = {}
    ids = [row.firm_id for row in rows]
    for start in range(0, len(ids), 500):
        found |= candidacies.list_of_firms(session, scope, ids[start : start + 500])
    return [_item(row, [way for way in found.get(row.firm_id, ()) if way.track == track]) for row in rows]


def _item(row: Picked, ways: Sequence[CandidacyRow]) -> Item:
    live = [way for way in ways if way.stage in OPEN_STAGES] or [way for way in ways if way.stage in STAGES]
    meant = (live or list(ways))[-1:]
    if not meant:
        return Item(row.firm_id)
    version = row.ways.get(meant[0].id, 0) if row.seen else None
    return Item(row.firm_id, meant[0].id, version)


def items_shown(rows: Sequence[Picked]) -> list[Item]:
    """Of a list of candidacies: each row is one."""
    return [
        Item(row.firm_id, way, version if row.seen else None)
        for row in rows
        for way, version in row.ways.items()
    ]


def items_named(session: Session, scope: Scope, versions: Mapping[int, int | None]) -> list[Item]:
    """Candidacies named by a program; one outside the scope has no firm, which every service answers alike."""
    ids = list(versions)
    firms: dict[int, int] = {}
    for start in range(0, len(ids), 500):
        statement = (
            select(Candidacy.id, Candidacy.firm_id)
            .join(Firm, Firm.id == Candidacy.firm_id)
            .where(Candidacy.id.in_(ids[start : start + 500]), firm_within(scope))
            .order_by(Candidacy.id)
        )
        firms.update((way, firm_id) for way, firm_id in session.execute(statement))
    return [Item(firms.get(way, 0), way, version) for way, version in versions.items()]
