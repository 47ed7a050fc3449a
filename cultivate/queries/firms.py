"""Firms: the list, one firm, and finding one by code or id."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.db.many import among
from cultivate.domain import credit_code, firm_names, masking, search_text
from cultivate.domain.scope import Scope
from cultivate.domain.stages import STAGES
from cultivate.errors import N_, Merged, NotFound
from cultivate.models import Candidacy, Firm, FirmName, User
from cultivate.queries import candidacies, figures, search, units
from cultivate.queries.candidacies import CandidacyRow, firm_within
from cultivate.queries.figures import FigureRow
from cultivate.queries.merged import find_merged, last_of_chain, merged_into
from cultivate.queries.narrow import ANYTHING, Narrow, firm_conditions, way_conditions
from cultivate.queries.paging import Page, offset_of
from cultivate.queries.places import lies_in
from cultivate.queries.units import Unit

#: sort key -> columns; the id makes every order total
SORTS: dict[str, tuple[Any, ...]] = {
    "newest": (Firm.id.desc(),),
    "-newest": (Firm.id,),
    "name": (Firm.name_key, Firm.id),
    "-name": (Firm.name_key.desc(), Firm.id.desc()),
    "updated": (Firm.updated_at.desc(), Firm.id.desc()),
    "-updated": (Firm.updated_at, Firm.id),
    "established": (Firm.established_on.desc().nulls_last(), Firm.id.desc()),
    "-established": (Firm.established_on.nulls_last(), Firm.id),
    "street": (Firm.street_id, Firm.name_key, Firm.id),
    "-street": (Firm.street_id.desc(), Firm.name_key, Firm.id),
}
NEAR_LIMIT = 5
#: digits of an id; a credit code is longer
LONGEST_ID = 15


@dataclass(frozen=True, slots=True)
class FirmFilter:
    """What a list asks for; every part may be left out."""

    q: str = ""
    unit: Unit | None = None
    track: str | None = None
    stage: str | None = None
    field: str | None = None
    no_code: bool = False
    sort: str = "newest"
    narrow: Narrow = ANYTHING
    ids: tuple[int, ...] | None = None
    """Only these, where somebody has picked rows."""

    @property
    def of_way(self) -> bool:
        """Whether something is asked of the firm's candidacies."""
        return bool(self.track or self.stage) or self.narrow.of_way

    @property
    def searches(self) -> bool:
        """Whether words are asked for."""
        return bool(search_text.words(self.q))


@dataclass(frozen=True, slots=True)
class FirmRow:
    """A firm in a list; ``candidacies`` are the ones that say where it stands, at most two a track."""

    id: int
    version: int
    name: str
    uscc: str | None
    street: Unit
    park: Unit | None
    field: str | None
    established_on: date | None
    updated_at: datetime
    candidacies: tuple[CandidacyRow, ...]


@dataclass(frozen=True, slots=True)
class FormerName:
    """A former name, until when where known."""

    name: str
    until: date | None


@dataclass(frozen=True, slots=True)
class FirmDetail:
    """One firm with all its values; contacts masked outside ``scope.contacts``."""

    id: int
    version: int
    name: str
    uscc: str | None
    street: Unit
    park: Unit | None
    established_on: date | None
    registered_capital: Decimal | None
    field: str | None
    address: str | None
    contact_name: str | None
    contact_phone: str | None
    staff: int | None
    rd_staff: int | None
    class1_ip: int | None
    class2_ip: int | None
    note: str | None
    created_at: datetime
    created_by: str | None
    updated_at: datetime
    former_names: tuple[FormerName, ...]
    figures: tuple[FigureRow, ...]
    """The current ones, the latest year first."""
    candidacies: tuple[CandidacyRow, ...]

    @property
    def years(self) -> dict[int, dict[str, Decimal]]:
        """Year -> figure by its key, the latest year first."""
        found: dict[int, dict[str, Decimal]] = {}
        for row in self.figures:
            found.setdefault(row.year, {})[row.key] = row.value
        return found


_COPIED = (
    "id",
    "version",
    "name",
    "uscc",
    "established_on",
    "registered_capital",
    "field",
    "address",
    "staff",
    "rd_staff",
    "class1_ip",
    "class2_ip",
    "note",
    "created_at",
    "updated_at",
)


def list_firms(
    session: Session, scope: Scope, wanted: FirmFilter, number: int = 1, size: int = 50
) -> Page[FirmRow]:
    """One page of the register, with its true total (of a search: see ``Page.more``)."""
    if wanted.searches:
        return _search(session, scope, wanted, max(number, 1), size)
    if wanted.of_way:  # slow to ask: once, for the total and the page
        ids = session.scalars(narrowed(select(Firm.id), scope, wanted).order_by(*_order(wanted))).all()
        rows = by_ids(session, ids[offset_of(number, size) : offset_of(max(number, 1) + 1, size)])
        return Page(as_rows(session, scope, rows), len(ids), max(number, 1), size)
    statement = narrowed(select(Firm), scope, wanted).order_by(*_order(wanted))
    rows = session.scalars(statement.offset(offset_of(number, size)).limit(size)).all()
    total = session.scalar(narrowed(select(func.count()).select_from(Firm), scope, wanted)) or 0
    return Page(as_rows(session, scope, rows), total, max(number, 1), size)


def _search(session: Session, scope: Scope, wanted: FirmFilter, number: int, size: int) -> Page[FirmRow]:
    """A page of what the search found, best first unless another order is asked for."""
    found, offset = _found(session, scope, wanted), offset_of(number, size)
    if wanted.sort not in SORTS:
        rows = by_ids(session, found.ids[offset : offset + size])
        return Page(as_rows(session, scope, rows), found.total, number, size, found.more, len(found.ids))
    among_found = [among(session, Firm.id, found.ids)] if found.complete else []
    statement = narrowed(select(Firm), scope, wanted).where(*among_found).order_by(*_order(wanted))
    rows = session.scalars(statement.offset(offset).limit(size)).all()
    return Page(as_rows(session, scope, rows), found.total, number, size, found.more)


def _found(session: Session, scope: Scope, wanted: FirmFilter) -> search.Found:
    return search.find(session, scope, wanted.q, wanted.unit, list(_others(wanted)))


def _order(wanted: FirmFilter) -> tuple[Any, ...]:
    return SORTS.get(wanted.sort, SORTS["newest"])


def by_ids(session: Session, ids: Sequence[int]) -> Sequence[Firm]:
    """These firms, in this order."""
    found = {
        firm.id: firm for firm in session.scalars(select(Firm).where(Firm.id.in_(ids)).order_by(Firm.id))
    }
    return [found[firm_id] for firm_id in ids if firm_id in found]


def rows_within(session: Session, scope: Scope, ids: Sequence[int]) -> list[FirmRow]:
    """Of these firms those in the scope, in this order."""
    inside = select(Firm).where(Firm.id.in_(ids), firm_within(scope)).order_by(Firm.id)
    found = {firm.id: firm for firm in session.scalars(inside)}
    return as_rows(session, scope, [found[firm_id] for firm_id in ids if firm_id in found])


def list_after(session: Session, scope: Scope, wanted: FirmFilter, after: int, limit: int) -> list[FirmRow]:
    """Firms with an id above ``after``, by id: pages of a program that walks the whole register."""
    statement = narrowed(select(Firm), scope, wanted).where(Firm.id > after).order_by(Firm.id).limit(limit)
    if wanted.searches and (found := _found(session, scope, wanted)).complete:
        statement = statement.where(among(session, Firm.id, found.ids))
    return as_rows(session, scope, session.scalars(statement).all())


def list_ids(session: Session, scope: Scope, wanted: FirmFilter, limit: int) -> list[int]:
    """Ids of the firms of a filter, in the list's order: what "all of the filter" selects."""
    statement = narrowed(select(Firm.id), scope, wanted).order_by(*_order(wanted))
    return list(session.scalars(statement.limit(limit)))


def count_firms(session: Session, scope: Scope, wanted: FirmFilter) -> int:
    """How many firms a filter finds; a search that finds thousands is counted one by one."""
    if wanted.searches and not (found := _found(session, scope, wanted)).more:
        return found.total
    return session.scalar(narrowed(select(func.count()).select_from(Firm), scope, wanted)) or 0


def narrowed(statement: Select[Any], scope: Scope, wanted: FirmFilter) -> Select[Any]:
    """A statement over ``Firm``, narrowed to scope and filter: list, count and export share it."""
    placed = [] if wanted.unit is None else [lies_in(Firm, wanted.unit)]
    return statement.where(firm_within(scope), *search.conditions(scope, wanted.q), *placed, *_others(wanted))


def _others(wanted: FirmFilter) -> Iterator[ColumnElement[bool]]:
    """What is asked for beside words and place."""
    if wanted.field:
        yield Firm.field == wanted.field
    if wanted.no_code:
        yield Firm.uscc.is_(None)
    if wanted.ids is not None:
        yield Firm.id.in_(wanted.ids)
    yield from firm_conditions(wanted.narrow)
    if wanted.of_way:
        yield Firm.id.in_(_standing(wanted))


def _standing(wanted: FirmFilter) -> Select[Any]:
    """Firms with one candidacy of which all that is asked of a candidacy is true."""
    statement = select(Candidacy.firm_id).where(
        Candidacy.stage.in_([wanted.stage] if wanted.stage else STAGES),
        *way_conditions(wanted.narrow, clock.today()),
    )
    return statement.where(Candidacy.track == wanted.track) if wanted.track else statement


def as_rows(session: Session, scope: Scope, rows: Sequence[Firm]) -> list[FirmRow]:
    """Rows of firms as plain values, with units and candidacies: two queries for all of them."""
    places = units.by_id(session)
    standing = candidacies.list_of_firms(session, scope, [firm.id for firm in rows])
    return [
        FirmRow(
            id=firm.id,
            version=firm.version,
            name=firm.name,
            uscc=firm.uscc,
            street=places[firm.street_id],
            park=places[firm.park_id] if firm.park_id else None,
            field=firm.field,
            established_on=firm.established_on,
            updated_at=firm.updated_at,
            candidacies=current(standing[firm.id]),
        )
        for firm in rows
    ]


def current(found: Sequence[CandidacyRow]) -> tuple[CandidacyRow, ...]:
    """Of a firm's candidacies those that say where it stands: the live ones of each track, else its last."""
    shown: list[CandidacyRow] = []
    for track in dict.fromkeys(row.track for row in found):
        of_track = [row for row in found if row.track == track]
        shown += [row for row in of_track if row.stage in STAGES] or of_track[-1:]
    return tuple(shown)


def get_firm(session: Session, scope: Scope, firm_id: int) -> FirmDetail:
    """One firm, or ``NotFound``; a tombstone says when it was taken back, to those who could see the firm.

    Raises ``Merged`` for a firm that was merged into one that the reader may see.
    """
    firm = session.get(Firm, firm_id, populate_existing=True)
    if firm is not None and firm.deleted_at is not None:
        _follow_merge(session, scope, firm)
    if firm is None or not scope.holds(firm.street_id, firm.park_id):
        raise NotFound
    if firm.deleted_at is not None:
        raise NotFound(
            N_("%(name)s was taken back on %(day)s with the import that had brought it."),
            name=firm.name,
            day=firm.deleted_at.date().isoformat(),
        )
    places = units.by_id(session)
    shown = scope.contacts
    return FirmDetail(
        **{key: getattr(firm, key) for key in _COPIED},
        street=places[firm.street_id],
        park=places[firm.park_id] if firm.park_id else None,
        contact_name=firm.contact_name if shown else masking.mask_name(firm.contact_name),
        contact_phone=firm.contact_phone if shown else masking.mask_phone(firm.contact_phone),
        created_by=session.scalar(select(User.display_name).where(User.id == firm.created_by_id)),
        former_names=_former_names(session, firm_id),
        figures=tuple(figures.of_firm(session, firm_id)),
        candidacies=tuple(candidacies.list_of_firm(session, scope, firm_id)),
    )


def _follow_merge(session: Session, scope: Scope, firm: Firm) -> None:
    """A merged firm leads to the one that stayed, or is not there for those who may not see that one."""
    kept_id = merged_into(session, scope, firm.id)
    if kept_id is not None:
        raise Merged(firm.name, kept_id)
    if last_of_chain(session, firm.id) != firm.id:
        raise NotFound


def _former_names(session: Session, firm_id: int) -> tuple[FormerName, ...]:
    statement = select(FirmName.name, FirmName.until).where(FirmName.firm_id == firm_id).order_by(FirmName.id)
    return tuple(FormerName(name, until) for name, until in session.execute(statement))


def find_reference(session: Session, scope: Scope, text: str) -> int:
    """The id of the firm that a credit code or an id names, or ``NotFound``. Commands ask here."""
    code = credit_code.normalise(text)
    named = Firm.uscc == code
    if code.isdigit() and len(code) < LONGEST_ID:
        named = Firm.id == int(code)
    found = session.scalar(select(Firm.id).where(named, firm_within(scope)))
    if found is None:
        found = find_merged(session, scope, named)
    if found is None:
        raise NotFound(N_("There is no firm “%(firm)s”; give a credit code or an id."), firm=text)
    return found


def near_names(session: Session, scope: Scope, name: str, but: int | None = None) -> list[FirmRow]:
    """Firms within the scope whose names share the telling part of this one: a hint, nothing more."""
    found = search.find(session, replace(scope, contacts=False), firm_names.stem(name))
    near = [firm_id for firm_id in found.ids[: NEAR_LIMIT + 1] if firm_id != but]
    return as_rows(session, scope, by_ids(session, near[:NEAR_LIMIT]))
