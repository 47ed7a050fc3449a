"""What is known of firms as texts to compare, formed by the database: whether anything has changed since last time.

Everything that ``queries/facts`` reads: what is missing here would never be seen to change. A figure or a stated fact
is never changed but replaced by another row, so that their ids say it all; the sum of the figures is a second look.
The same facts give the same text on one database; should the order of two rows differ, a firm is merely looked at
once more. Who has left the district is not screened, so that its way needs no mention.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, func, literal, select
from sqlalchemy.orm import Session

from cultivate.db.many import among, plain_rows
from cultivate.models import Candidacy, Firm, FirmFact, FirmFigure, IntellectualProperty
from cultivate.queries.facts import YEARS_BACK


@dataclass(frozen=True, slots=True)
class FactText:
    """All that is known of one firm, in one text."""

    firm_id: int
    unit_ids: tuple[int, ...]
    """Its street, and its park where it has one."""
    text: str


def texts(session: Session, firm_ids: Collection[int], applied_on: date) -> Iterator[FactText]:
    """By id; four statements, so that a thousand firms at once cost little more than ten."""
    ids = sorted(firm_ids)
    figures = _by_firm(session, _figures(session, ids, applied_on))
    rights = _by_firm(session, _rights(session, ids))
    stated = _by_firm(session, _stated(session, ids))
    own = _joined(Firm.established_on, Firm.staff, Firm.rd_staff, Firm.class1_ip, Firm.class2_ip, Firm.field)
    statement = (
        select(Firm.id, Firm.street_id, Firm.park_id, own)
        .where(among(session, Firm.id, ids), Firm.deleted_at.is_(None))
        .order_by(Firm.id)
    )
    for firm_id, street, park, said in plain_rows(session, statement):
        parts = [figures.get(firm_id, ""), rights.get(firm_id, ""), stated.get(firm_id, ""), said]
        yield FactText(firm_id, (street, park) if park else (street,), f"{applied_on} {'|'.join(parts)}")


def _by_firm(session: Session, statement: Select[int, str]) -> dict[int, str]:
    return {row[0]: row[1] for row in plain_rows(session, statement)}


def _figures(session: Session, ids: list[int], applied_on: date) -> Select[int, str]:
    rows = func.aggregate_strings(cast(FirmFigure.id, String), ",")
    return (
        select(FirmFigure.firm_id, rows.concat("=").concat(cast(func.sum(FirmFigure.value), String)))
        .where(
            among(session, FirmFigure.firm_id, ids),
            FirmFigure.replaced_at.is_(None),
            FirmFigure.year.between(applied_on.year - YEARS_BACK, applied_on.year),
        )
        .group_by(FirmFigure.firm_id)
        .order_by(FirmFigure.firm_id)
    )


def _rights(session: Session, ids: list[int]) -> Select[int, str]:
    right = IntellectualProperty
    row = _joined(right.kind, right.granted_on, right.ends_on, right.obtained, Candidacy.stage)
    return (
        select(right.firm_id, func.aggregate_strings(row, ","))
        .outerjoin(Candidacy, Candidacy.id == right.used_for_id)
        .where(among(session, right.firm_id, ids), right.deleted_at.is_(None))
        .group_by(right.firm_id)
        .order_by(right.firm_id)
    )


def _stated(session: Session, ids: list[int]) -> Select[int, str]:
    return (
        select(FirmFact.firm_id, func.aggregate_strings(cast(FirmFact.id, String), ","))
        .where(among(session, FirmFact.firm_id, ids), FirmFact.replaced_at.is_(None), FirmFact.year == 0)
        .group_by(FirmFact.firm_id)
        .order_by(FirmFact.firm_id)
    )


def _joined(first: Any, *others: Any) -> ColumnElement[str]:
    """Columns as one text; what is empty leaves its place."""
    text: ColumnElement[str] = func.coalesce(cast(first, String), "")
    for each in others:
        text = text.concat(literal(" ")).concat(func.coalesce(cast(each, String), ""))
    return text
