"""What a list shows of its firms beyond their rows; only what the chosen columns ask for is read."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cultivate import clock, packs
from cultivate.domain import masking
from cultivate.domain.policy.readiness import LACKING, NEXT, READY
from cultivate.domain.scope import Scope
from cultivate.domain.stages import STAGES
from cultivate.errors import N_
from cultivate.i18n import _, _n, language
from cultivate.models import (
    Candidacy,
    Certificate,
    Firm,
    FirmFigure,
    FirmTag,
    Screening,
    ServiceRecord,
    Tag,
    User,
)
from cultivate.queries.candidacies import firm_within


@dataclass(slots=True)
class Detail:
    """One firm; what nobody asked for keeps its default."""

    uscc: str | None = None
    field: str | None = None
    established_on: date | None = None
    registered_capital: Decimal | None = None
    contact_name: str | None = None
    contact_phone: str | None = None
    address: str | None = None
    staff: int | None = None
    rd_staff: int | None = None
    class1_ip: int | None = None
    class2_ip: int | None = None
    note: str | None = None
    tags: tuple[str, ...] = ()
    charged: tuple[str, ...] = ()
    """Who is in charge of its candidacies at a stage."""
    served_on: date | None = None
    ends_on: date | None = None
    """Last day of the certificate in force that ends first."""
    years: tuple[int, ...] = ()
    """Years of which figures are known, newest first."""
    readiness: tuple[str, ...] = ()
    """In words, for this year's filing, a track each."""


_COPIED = (
    "uscc",
    "field",
    "established_on",
    "registered_capital",
    "contact_name",
    "contact_phone",
    "address",
    "staff",
    "rd_staff",
    "class1_ip",
    "class2_ip",
    "note",
)


def details(
    session: Session, scope: Scope, firm_ids: Collection[int], needs: Collection[str]
) -> dict[int, Detail]:
    """What ``needs`` names (a key of ``_FILLS``), a query each.

    Every id has an answer; of a firm outside the scope it is empty.
    """
    ids = sorted(set(firm_ids))
    found = {firm_id: Detail() for firm_id in ids}
    for need, fill in _FILLS.items():
        if need in needs and ids:
            fill(session, scope, ids, found)
    return found


def _firm(session: Session, scope: Scope, ids: Sequence[int], found: dict[int, Detail]) -> None:
    columns: tuple[Any, ...] = tuple(getattr(Firm, name) for name in _COPIED)
    statement = select(Firm.id, *columns).where(Firm.id.in_(ids), firm_within(scope)).order_by(Firm.id)
    for firm_id, *values in session.execute(statement):
        detail = found[firm_id]
        for name, value in zip(_COPIED, values, strict=True):
            setattr(detail, name, value)
        if not scope.contacts:
            detail.contact_name = masking.mask_name(detail.contact_name)
            detail.contact_phone = masking.mask_phone(detail.contact_phone)


def _tags(session: Session, scope: Scope, ids: Sequence[int], found: dict[int, Detail]) -> None:
    statement = (
        select(FirmTag.firm_id, Tag.name)
        .join(Tag, Tag.id == FirmTag.tag_id)
        .join(Firm, Firm.id == FirmTag.firm_id)
        .where(FirmTag.firm_id.in_(ids), firm_within(scope))
        .order_by(Tag.name_key, Tag.id)
    )
    for firm_id, name in session.execute(statement):
        found[firm_id].tags += (name,)


def _charged(session: Session, scope: Scope, ids: Sequence[int], found: dict[int, Detail]) -> None:
    statement = (
        select(Candidacy.firm_id, User.display_name)
        .join(User, User.id == Candidacy.in_charge_id)
        .join(Firm, Firm.id == Candidacy.firm_id)
        .where(Candidacy.firm_id.in_(ids), Candidacy.stage.in_(STAGES), firm_within(scope))
        .order_by(Candidacy.track, Candidacy.id)
    )
    for firm_id, name in session.execute(statement):
        if name not in found[firm_id].charged:
            found[firm_id].charged += (name,)


def _served(session: Session, scope: Scope, ids: Sequence[int], found: dict[int, Detail]) -> None:
    statement = (
        select(Candidacy.firm_id, func.max(ServiceRecord.on))
        .join(ServiceRecord, ServiceRecord.candidacy_id == Candidacy.id)
        .join(Firm, Firm.id == Candidacy.firm_id)
        .where(Candidacy.firm_id.in_(ids), ServiceRecord.withdrawn_at.is_(None), firm_within(scope))
        .group_by(Candidacy.firm_id)
    )
    for firm_id, day in session.execute(statement):
        found[firm_id].served_on = day


def _ends(session: Session, scope: Scope, ids: Sequence[int], found: dict[int, Detail]) -> None:
    statement = (
        select(Certificate.firm_id, func.min(Certificate.valid_through))
        .join(Candidacy, Candidacy.id == Certificate.candidacy_id)
        .join(Firm, Firm.id == Certificate.firm_id)
        .where(
            Certificate.firm_id.in_(ids),
            Certificate.status == "valid",
            Candidacy.stage == STAGES[-1],
            firm_within(scope),
        )
        .group_by(Certificate.firm_id)
    )
    for firm_id, day in session.execute(statement):
        found[firm_id].ends_on = day


def _years(session: Session, scope: Scope, ids: Sequence[int], found: dict[int, Detail]) -> None:
    statement = (
        select(FirmFigure.firm_id, FirmFigure.year)
        .join(Firm, Firm.id == FirmFigure.firm_id)
        .where(
            FirmFigure.firm_id.in_(ids),
            FirmFigure.replaced_at.is_(None),
            FirmFigure.value.is_not(None),
            firm_within(scope),
        )
        .distinct()
        .order_by(FirmFigure.firm_id, FirmFigure.year.desc())
    )
    for firm_id, year in session.execute(statement):
        found[firm_id].years += (year,)


def _readiness(session: Session, scope: Scope, ids: Sequence[int], found: dict[int, Detail]) -> None:
    """As the last screening found it; certified firms are in none."""
    for firm_id, track, words in _screened(session, scope, ids):
        found[firm_id].readiness += (f"{packs.track(track).short(language())} {words}",)


def readiness_of(session: Session, scope: Scope, firm_ids: Collection[int], track: str) -> dict[int, str]:
    """The same for one track alone: words by firm."""
    return {
        firm_id: words
        for firm_id, of_track, words in _screened(session, scope, firm_ids)
        if of_track == track
    }


def _screened(session: Session, scope: Scope, ids: Collection[int]) -> Iterator[tuple[int, str, str]]:
    statement = (
        select(Screening.firm_id, Screening.track, Screening.readiness, Screening.not_met)
        .join(Firm, Firm.id == Screening.firm_id)
        .where(Screening.firm_id.in_(ids), Screening.filing_year == clock.today().year, firm_within(scope))
        .order_by(Screening.firm_id, Screening.track)
    )
    for firm_id, track, readiness, not_met in session.execute(statement):
        words = _n("%(num)s thing short", "%(num)s things short", not_met)
        yield firm_id, track, _(SAID[readiness]) if readiness in SAID else words


#: where the number of conditions that are not met is not the word
SAID = {READY: N_("ready"), NEXT: N_("next year"), LACKING: N_("figures wanted")}

_FILLS = {
    "readiness": _readiness,
    "firm": _firm,
    "tags": _tags,
    "charged": _charged,
    "served": _served,
    "ends": _ends,
    "years": _years,
}
