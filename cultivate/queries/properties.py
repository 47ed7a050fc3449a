"""Intellectual property of firms: the rows, and how many of each class there are."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate.domain.property_kinds import count_classes
from cultivate.domain.scope import Scope
from cultivate.errors import NotFound
from cultivate.models import Firm, IntellectualProperty
from cultivate.queries.candidacies import firm_within


@dataclass(frozen=True, slots=True)
class PropertyRow:
    """One right as plain values."""

    id: int
    version: int
    firm_id: int
    kind: str
    number: str
    title: str
    applied_on: date | None
    granted_on: date | None
    ends_on: date | None
    owner: str
    obtained: str
    used_for_id: int | None
    note: str


@dataclass(frozen=True, slots=True)
class Classes:
    """Rights of class Ⅰ and Ⅱ; ``counted``: from rows, not from a number somebody typed."""

    first: int | None
    second: int | None
    counted: bool


_COLUMNS = tuple(getattr(IntellectualProperty, name) for name in PropertyRow.__dataclass_fields__)


def list_of_firm(session: Session, firm_id: int) -> list[PropertyRow]:
    """The rights of a firm that the caller may see, the newest grant first, pending ones on top."""
    statement = (
        select(*_COLUMNS)
        .where(IntellectualProperty.firm_id == firm_id, IntellectualProperty.deleted_at.is_(None))
        .order_by(
            IntellectualProperty.granted_on.is_not(None),
            IntellectualProperty.granted_on.desc(),
            IntellectualProperty.id,
        )
    )
    return [PropertyRow(*row) for row in session.execute(statement)]


def list_of_firms(session: Session, firm_ids: Collection[int]) -> list[PropertyRow]:
    """The rights of many firms, by id; the ids fit into one ``IN``."""
    statement = (
        select(*_COLUMNS)
        .where(IntellectualProperty.firm_id.in_(firm_ids), IntellectualProperty.deleted_at.is_(None))
        .order_by(IntellectualProperty.id)
    )
    return [PropertyRow(*row) for row in session.execute(statement)]


def get_property(session: Session, scope: Scope, property_id: int) -> PropertyRow:
    """One right of a firm within the scope, else ``NotFound``."""
    statement = (
        select(*_COLUMNS)
        .join(Firm, Firm.id == IntellectualProperty.firm_id)
        .where(
            IntellectualProperty.id == property_id,
            IntellectualProperty.deleted_at.is_(None),
            firm_within(scope),
        )
    )
    row = session.execute(statement).first()
    if row is None:
        raise NotFound
    return PropertyRow(*row)


def classes_of(session: Session, firm_ids: Collection[int], as_of: date) -> dict[int, Classes]:
    """By firm: granted rights that have not ended by the day, where there are rows; else what was typed.

    A right that is pending is no right yet (195号). The ids fit into one ``IN``.
    """
    kinds: dict[int, list[str]] = {}
    known: set[int] = set()
    statement = (
        select(
            IntellectualProperty.firm_id,
            IntellectualProperty.kind,
            IntellectualProperty.granted_on,
            IntellectualProperty.ends_on,
        )
        .where(IntellectualProperty.firm_id.in_(firm_ids), IntellectualProperty.deleted_at.is_(None))
        .order_by(IntellectualProperty.id)
    )
    for firm_id, kind, granted_on, ends_on in session.execute(statement):
        known.add(firm_id)
        if granted_on is not None and granted_on <= as_of and (ends_on is None or ends_on >= as_of):
            kinds.setdefault(firm_id, []).append(kind)
    typed = session.execute(
        select(Firm.id, Firm.class1_ip, Firm.class2_ip).where(Firm.id.in_(firm_ids)).order_by(Firm.id)
    )
    return {
        firm_id: Classes(*count_classes(kinds.get(firm_id, ())), counted=True)
        if firm_id in known
        else Classes(first, second, counted=False)
        for firm_id, first, second in typed
    }
