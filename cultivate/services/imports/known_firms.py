"""Firms of the register that a file may speak of, loaded as sets: no query per row."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from cultivate.domain.firm_data import SCALARS, FirmData
from cultivate.domain.matching import KnownFirm, NameIndex
from cultivate.domain.scope import Scope
from cultivate.models import Firm, FirmName
from cultivate.queries import figures
from cultivate.queries.candidacies import firm_within

CHUNK = 500
_PLAIN = tuple(key for key in SCALARS if key not in {"street", "park"})
# columns, not entities: some thousand rows pass, and the caller's session keeps what it holds
_COLUMNS = (
    Firm.id,
    Firm.version,
    Firm.street_id,
    Firm.park_id,
    Firm.name_key,
    *(getattr(Firm, key) for key in _PLAIN),
)
Key = TypeVar("Key", int, str)


@dataclass(frozen=True, slots=True)
class Known:
    """A firm as it stands; ``former`` are the normalised former names."""

    id: int
    version: int
    street_id: int
    park_id: int | None
    name_key: str
    data: FirmData
    former: frozenset[str]


@dataclass(slots=True)
class KnownFirms:
    """Firms by what a row may name them by."""

    by_id: dict[int, Known] = field(default_factory=dict)
    by_code: dict[str, Known] = field(default_factory=dict)
    by_name: dict[str, list[Known]] = field(default_factory=lambda: defaultdict(list))
    by_former: dict[str, list[Known]] = field(default_factory=lambda: defaultdict(list))

    def add(self, firm: Known) -> None:
        """Take a firm in."""
        self.by_id[firm.id] = firm
        if isinstance(firm.data.uscc, str):
            self.by_code[firm.data.uscc] = firm
        self.by_name[firm.name_key].append(firm)
        for name in firm.former:
            self.by_former[name].append(firm)


def load(
    session: Session,
    codes: Collection[str],
    name_keys: Collection[str],
    units: Mapping[int, str],
    ids: Collection[int] = (),
) -> KnownFirms:
    """Every living firm with one of these codes, normalised names (present or former) or ids, wherever it lies.

    The whole district is asked, whatever the actor's scope: a firm of another street must be recognised.
    """
    known = KnownFirms()
    for part in chunks(sorted(_ids(session, codes, name_keys) | _living(session, ids))):
        former, years = _former_names(session, part), figures.current_of(session, part)
        for row in session.execute(select(*_COLUMNS).where(Firm.id.in_(part)).order_by(Firm.id)):
            known.add(
                Known(
                    id=row.id,
                    version=row.version,
                    street_id=row.street_id,
                    park_id=row.park_id,
                    name_key=row.name_key,
                    data=FirmData(
                        **{key: getattr(row, key) for key in _PLAIN},
                        street=units[row.street_id],
                        park=units[row.park_id] if row.park_id else None,
                        years=years.get(row.id, {}),
                    ),
                    former=frozenset(former[row.id]),
                )
            )
    return known


def name_index(session: Session, scope: Scope) -> NameIndex:
    """All living firms of the scope, as an official list is matched against them."""
    former: dict[int, list[str]] = defaultdict(list)
    for firm_id, name in session.execute(
        select(FirmName.firm_id, FirmName.name)
        .join(Firm, Firm.id == FirmName.firm_id)
        .where(firm_within(scope))
        .order_by(FirmName.id)
    ):
        former[firm_id].append(name)
    rows = session.execute(select(Firm.id, Firm.name, Firm.uscc).where(firm_within(scope)).order_by(Firm.id))
    return NameIndex(KnownFirm(key, name, code, tuple(former.get(key, ()))) for key, name, code in rows)


def chunks(items: Iterable[Key]) -> Iterator[list[Key]]:
    """Parts that fit into one ``IN``."""
    listed = list(items)
    for start in range(0, len(listed), CHUNK):
        yield listed[start : start + CHUNK]


def _ids(session: Session, codes: Collection[str], name_keys: Collection[str]) -> set[int]:
    def found(column: Any, keys: Collection[str]) -> Iterator[int]:
        for part in chunks(sorted(keys)):
            condition: ColumnElement[bool] = column.in_(part)
            yield from session.scalars(select(Firm.id).where(condition, Firm.deleted_at.is_(None)))

    ids = {*found(Firm.uscc, codes), *found(Firm.name_key, name_keys)}
    for part in chunks(sorted(name_keys)):
        ids.update(
            session.scalars(
                select(FirmName.firm_id)
                .join(Firm, Firm.id == FirmName.firm_id)
                .where(FirmName.name_key.in_(part), Firm.deleted_at.is_(None))
            )
        )
    return ids


def _living(session: Session, ids: Collection[int]) -> set[int]:
    found: set[int] = set()
    for part in chunks(sorted(ids)):
        found.update(session.scalars(select(Firm.id).where(Firm.id.in_(part), Firm.deleted_at.is_(None))))
    return found


def _former_names(session: Session, ids: Collection[int]) -> dict[int, set[str]]:
    names: dict[int, set[str]] = defaultdict(set)
    for firm_id, key in session.execute(
        select(FirmName.firm_id, FirmName.name_key).where(FirmName.firm_id.in_(ids))
    ):
        names[firm_id].add(key)
    return names
