"""What the papers that go up with a batch say of its firms."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate.db.many import among
from cultivate.domain import masking
from cultivate.domain.batches import WITHDRAWN
from cultivate.domain.scope import Scope
from cultivate.models import Candidacy, Firm
from cultivate.packs import policies
from cultivate.queries import facts, readiness, units
from cultivate.queries.application_batches import BatchRow
from cultivate.queries.batch_entries import EntryFilter, EntryRow, list_entries
from cultivate.queries.facts import YEARS_BACK

#: more firms than any district puts forward in one batch
_MOST = 100_000


@dataclass(frozen=True, slots=True)
class Recommended:
    """A firm of the list; amounts in 万元, of the closed years before the filing."""

    name: str
    uscc: str | None
    street_id: int
    street: str
    field: str | None
    established_on: date | None
    renewal: bool
    staff: int | None
    rd_staff: int | None
    rights: tuple[int | None, int | None]
    """Of class Ⅰ and Ⅱ."""
    sales: Decimal | None
    rd: Decimal | None
    contact: str | None
    phone: str | None


def list_recommended(
    session: Session, scope: Scope, batch: BatchRow, wanted: EntryFilter
) -> list[Recommended]:
    """By street and name; who withdrew is left out, unless asked for."""
    rows = list_entries(session, scope, batch.id, wanted, 1, _MOST).items
    entries = [row for row in rows if wanted.state or row.state != WITHDRAWN]
    base = readiness.policy_of(batch.track)
    calibres = policies.policy(base).calibres if base else {}
    ids = [row.firm_id for row in entries]
    known = facts.of_firms(session, ids, date(batch.year, 12, 31), calibres)
    firms = _firms(session, ids)
    renewals = _renewals(session, [row.candidacy_id for row in entries])
    places = units.by_id(session)
    return [
        _recommended(
            row,
            firms[row.firm_id],
            known[row.firm_id].raw,
            scope,
            batch.year,
            places[row.street_id].name_zh,
            renewal=row.candidacy_id in renewals,
        )
        for row in entries
    ]


def _renewals(session: Session, candidacy_ids: list[int]) -> set[int]:
    statement = select(Candidacy.id).where(
        among(session, Candidacy.id, candidacy_ids), Candidacy.renews_id.is_not(None)
    )
    return set(session.scalars(statement))


def _firms(session: Session, ids: list[int]) -> dict[int, Any]:
    statement = select(Firm.id, Firm.field, Firm.established_on, Firm.contact_name, Firm.contact_phone).where(
        among(session, Firm.id, ids)
    )
    return {row.id: row for row in session.execute(statement)}


def _recommended(
    row: EntryRow, firm: Any, raw: Mapping[str, Any], scope: Scope, year: int, street: str, *, renewal: bool
) -> Recommended:
    contact, phone = firm.contact_name, firm.contact_phone
    if not scope.contacts:
        contact, phone = masking.mask_name(contact), masking.mask_phone(phone)
    return Recommended(
        name=row.name,
        uscc=row.uscc,
        street_id=row.street_id,
        street=street,
        field=firm.field,
        established_on=firm.established_on,
        renewal=renewal,
        staff=_whole(raw.get("staff")),
        rd_staff=_whole(raw.get("rd_staff")),
        rights=(raw.get("class1_ip"), raw.get("class2_ip")),
        sales=_amount(raw, year - 1, "sales"),
        rd=_sum(raw, year, "rd"),
        contact=contact,
        phone=phone,
    )


def _whole(value: Any) -> int | None:
    return None if value is None else round(value)


def _amount(raw: Mapping[str, Any], year: int, figure: str) -> Decimal | None:
    """A figure with or without the calibre it was given in."""
    found = raw["years"].get(year, {}).get(figure)
    value: Decimal | None = found["value"] if isinstance(found, dict) else found
    return value


def _sum(raw: Mapping[str, Any], year: int, figure: str) -> Decimal | None:
    """Over the three closed years; of a young firm over those there are, of none nothing."""
    values = [_amount(raw, year - back, figure) for back in range(1, YEARS_BACK + 1)]
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known else None
