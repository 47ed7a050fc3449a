"""Firms: the list, one firm, and finding one by code or id."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from cultivate.domain import credit_code, firm_names, masking, search_text
from cultivate.domain.scope import Scope
from cultivate.domain.stages import STAGES
from cultivate.errors import N_, NotFound
from cultivate.models import Candidacy, Firm, FirmName, FirmYear, User
from cultivate.queries import candidacies, units
from cultivate.queries.candidacies import CandidacyRow, firm_within
from cultivate.queries.paging import Page, offset_of
from cultivate.queries.places import lies_in
from cultivate.queries.units import Unit

#: sort key -> columns; the id makes every order total
SORTS: dict[str, tuple[Any, ...]] = {
    "newest": (Firm.id.desc(),),
    "name": (Firm.name_key, Firm.id),
    "updated": (Firm.updated_at.desc(), Firm.id.desc()),
    "established": (Firm.established_on.desc().nulls_last(), Firm.id.desc()),
    "street": (Firm.street_id, Firm.name_key, Firm.id),
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
class YearRow:
    """Figures of a fiscal year, 万元."""

    year: int
    sales: Decimal | None
    rd: Decimal | None


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
    years: tuple[YearRow, ...]
    candidacies: tuple[CandidacyRow, ...]


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
    """One page of the register, with its true total; four queries however long the page."""
    find = _search if wanted.q else _page
    rows, total = find(session, scope, wanted, offset_of(number, size), size)
    return Page(as_rows(session, scope, rows), total, max(number, 1), size)


def _page(
    session: Session, scope: Scope, wanted: FirmFilter, offset: int, size: int
) -> tuple[Sequence[Firm], int]:
    """Count, and read the page alone."""
    statement = narrowed(select(Firm), scope, wanted).order_by(*SORTS.get(wanted.sort, SORTS["newest"]))
    return session.scalars(statement.offset(offset).limit(size)).all(), count_firms(session, scope, wanted)


def _search(
    session: Session, scope: Scope, wanted: FirmFilter, offset: int, size: int
) -> tuple[Sequence[Firm], int]:
    """A word may stand anywhere in a text, so all texts are read: once, for the total and the page."""
    statement = narrowed(select(Firm.id), scope, wanted).order_by(*SORTS.get(wanted.sort, SORTS["newest"]))
    ids = session.scalars(statement).all()
    shown = ids[offset : offset + size]
    found = {
        firm.id: firm for firm in session.scalars(select(Firm).where(Firm.id.in_(shown)).order_by(Firm.id))
    }
    return [found[firm_id] for firm_id in shown], len(ids)


def list_after(session: Session, scope: Scope, wanted: FirmFilter, after: int, limit: int) -> list[FirmRow]:
    """Firms with an id above ``after``, by id: pages of a program that walks the whole register."""
    statement = narrowed(select(Firm), scope, wanted).where(Firm.id > after).order_by(Firm.id).limit(limit)
    return as_rows(session, scope, session.scalars(statement).all())


def count_firms(session: Session, scope: Scope, wanted: FirmFilter) -> int:
    """How many firms a filter finds."""
    return session.scalar(narrowed(select(func.count()).select_from(Firm), scope, wanted)) or 0


def narrowed(statement: Select[Any], scope: Scope, wanted: FirmFilter) -> Select[Any]:
    """A statement over ``Firm``, narrowed to scope and filter: list, count and export share it."""
    return statement.where(firm_within(scope), *_conditions(wanted))


def _conditions(wanted: FirmFilter) -> Iterator[ColumnElement[bool]]:
    for word in search_text.words(wanted.q):
        yield Firm.search_text.contains(word, autoescape=True)
    if wanted.unit is not None:
        yield lies_in(Firm, wanted.unit)
    if wanted.field:
        yield Firm.field == wanted.field
    if wanted.no_code:
        yield Firm.uscc.is_(None)
    if wanted.track or wanted.stage:
        yield Firm.id.in_(_standing(wanted.track, wanted.stage))


def _standing(track: str | None, stage: str | None) -> Select[Any]:
    statement = select(Candidacy.firm_id).where(Candidacy.stage.in_([stage] if stage else STAGES))
    return statement.where(Candidacy.track == track) if track else statement


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
    """One firm, or ``NotFound``; a tombstone says when it was taken back, to those who could see the firm."""
    firm = session.get(Firm, firm_id, populate_existing=True)
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
        years=_years(session, firm_id),
        candidacies=tuple(candidacies.list_of_firm(session, scope, firm_id)),
    )


def _former_names(session: Session, firm_id: int) -> tuple[FormerName, ...]:
    statement = select(FirmName.name, FirmName.until).where(FirmName.firm_id == firm_id).order_by(FirmName.id)
    return tuple(FormerName(name, until) for name, until in session.execute(statement))


def _years(session: Session, firm_id: int) -> tuple[YearRow, ...]:
    statement = select(FirmYear.year, FirmYear.sales, FirmYear.rd).where(FirmYear.firm_id == firm_id)
    return tuple(YearRow(*row) for row in session.execute(statement.order_by(FirmYear.year)))


def find_reference(session: Session, scope: Scope, text: str) -> int:
    """The id of the firm that a credit code or an id names, or ``NotFound``. Commands ask here."""
    code = credit_code.normalise(text)
    named = Firm.uscc == code
    if code.isdigit() and len(code) < LONGEST_ID:
        named = Firm.id == int(code)
    found = session.scalar(select(Firm.id).where(named, firm_within(scope)))
    if found is None:
        raise NotFound(N_("There is no firm “%(firm)s”; give a credit code or an id."), firm=text)
    return found


def near_names(session: Session, scope: Scope, name: str, but: int | None = None) -> list[FirmRow]:
    """Firms within the scope whose names share the telling part of this one: a hint, nothing more."""
    stem = firm_names.stem(name).lower()
    if not stem:
        return []
    statement = (
        select(Firm)
        .where(firm_within(scope), Firm.search_text.contains(stem, autoescape=True))
        .order_by(func.length(Firm.name_key), Firm.id)
        .limit(NEAR_LIMIT + 1)
    )
    rows = [firm for firm in session.scalars(statement) if firm.id != but]
    return as_rows(session, scope, rows[:NEAR_LIMIT])
