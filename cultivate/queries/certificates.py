"""Certificates as of a day: which count, which end, which have ended.

A certificate's status on a day is where its candidacy stood on that day, so that "in force" here is the number
that the funnel shows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, or_, select
from sqlalchemy.orm import Session

from cultivate.domain.scope import Scope
from cultivate.domain.stages import Exit, Stage
from cultivate.errors import N_, NotFound
from cultivate.models import Certificate, Firm
from cultivate.queries import units
from cultivate.queries.attention import renewal_under_way
from cultivate.queries.candidacies import firm_within
from cultivate.queries.paging import Page, offset_of
from cultivate.queries.places import lies_in, within
from cultivate.queries.standing import standing
from cultivate.queries.units import Unit

#: status -> words; ``ending`` is the part of ``in_force`` whose last day lies in the day's year
STATUSES: dict[str, str] = {
    "in_force": N_("In force"),
    "ending": N_("Ending this year"),
    "lapsed": N_("Lapsed"),
    "superseded": N_("Renewed by a later one"),
    "revoked": N_("Revoked"),
}
#: of one that left the district, or whose firm closed: in no list, but its page is there
LEFT = "left"
_ACCOUNTS = (Stage.CERTIFY, Exit.EXPIRED, Exit.SUPERSEDED, Exit.REVOKED)
_GONE = (Exit.MOVED_OUT, Exit.CLOSED, Exit.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Span:
    """Last days from one to another, both among them; ``renewing`` asks whether the next round is open."""

    first: date
    last: date | None = None
    renewing: bool | None = None

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        """As a query asks for it; a certificate without an end never ends in any span that has one."""
        later = Certificate.valid_through >= self.first
        yield later if self.last is not None else or_(later, Certificate.valid_through.is_(None))
        if self.last is not None:
            yield Certificate.valid_through <= self.last
        if self.renewing is not None:
            yield renewal_under_way() if self.renewing else ~renewal_under_way()


@dataclass(frozen=True, slots=True)
class ListedCertificate:
    """A certificate with its status on the day; ``open_to_reader`` where the firm's page can be opened."""

    id: int
    candidacy_id: int
    firm_id: int
    firm: str
    uscc: str | None
    track: str
    number: str
    issued_on: date
    counts_from: date
    valid_through: date | None
    status: str
    revoked_on: date | None
    revoked_reason: str | None
    street: Unit
    park: Unit | None
    version: int
    open_to_reader: bool
    rename_reported_on: date | None
    relocation_case: str | None


def ending_days(
    session: Session, scope: Scope, track: str, as_of: date, unit: Unit | None = None
) -> list[tuple[date, bool, int]]:
    """Last days of the certificates that count, each with whether the next round is open, and how many."""
    place = standing(track, as_of, _ACCOUNTS)
    renewing = renewal_under_way()
    counted: Any = select(Certificate.valid_through, renewing, func.count())
    statement = _narrowed(counted, place, scope, unit, _running(place, as_of))
    statement = statement.where(Certificate.valid_through.is_not(None))
    rows = statement.group_by(Certificate.valid_through, renewing).order_by(Certificate.valid_through)
    return [(row[0], bool(row[1]), row[2]) for row in session.execute(rows)]


def list_certificates(
    session: Session,
    scope: Scope,
    track: str | None,
    as_of: date,
    status: str | Span | None = None,
    unit: Unit | None = None,
    number: int = 1,
    size: int = 50,
) -> Page[ListedCertificate]:
    """One page of certificates, those that end first on top; ``status`` ``None`` is all that ever counted.

    A ``Span`` asks for those in force whose last day lies in it.
    """
    place = standing(track, as_of, _ACCOUNTS)
    ends = status if isinstance(status, Span) else None
    chosen = [_status_condition(place, "in_force" if ends else status, as_of)]
    chosen += ends.conditions() if ends else []
    total = session.scalar(_narrowed(select(func.count()), place, scope, unit, *chosen)) or 0
    columns = (Certificate, Firm, place.c.street_id, place.c.park_id, _status(place, as_of))
    statement = _narrowed(
        select(*columns).join(Firm, Firm.id == Certificate.firm_id), place, scope, unit, *chosen
    )
    rows = session.execute(
        statement.order_by(
            Certificate.valid_through.asc().nulls_last(), Certificate.issued_on.desc(), Certificate.id
        )
        .offset(offset_of(number, size))
        .limit(size)
    ).all()
    places = units.by_id(session)
    return Page([_row(row, places, scope) for row in rows], total, max(number, 1), size)


def count_by_status(
    session: Session, scope: Scope, track: str | None, as_of: date, unit: Unit | None = None
) -> dict[str, int]:
    """Certificates by status on the day; ``in_force`` is the funnel's number and contains ``ending``."""
    place = standing(track, as_of, _ACCOUNTS)
    status = _status(place, as_of)
    counted: Any = select(status, func.count())
    statement = _narrowed(counted, place, scope, unit).group_by(status)
    counts = {code: int(count) for code, count in session.execute(statement)}
    counts["in_force"] = counts.get("in_force", 0) + counts.get("ending", 0)
    return {code: counts.get(code, 0) for code in STATUSES}


def get_certificate(session: Session, scope: Scope, certificate_id: int, as_of: date) -> ListedCertificate:
    """One certificate, or ``NotFound`` when its firm lies outside the scope or it did not count yet."""
    place = standing(None, as_of, (*_ACCOUNTS, *_GONE))
    row = session.execute(
        select(Certificate, Firm, place.c.street_id, place.c.park_id, _status(place, as_of))
        .join(place, place.c.candidacy_id == Certificate.candidacy_id)
        .join(Firm, Firm.id == Certificate.firm_id)
        .where(Certificate.id == certificate_id, Certificate.status != "void", firm_within(scope))
    ).one_or_none()
    if row is None:
        raise NotFound
    return _row(row, units.by_id(session), scope)


def _narrowed(
    statement: Select[Any],
    place: Subquery,
    scope: Scope,
    unit: Unit | None,
    *chosen: ColumnElement[bool] | None,
) -> Select[Any]:
    """Certificates that are not void, by where their candidacies stood; scope and unit are of that day too."""
    statement = statement.select_from(Certificate) if not statement.get_final_froms() else statement
    conditions = [Certificate.status != "void", *chosen, within(place.c, scope)]
    conditions.append(lies_in(place.c, unit) if unit else None)
    return statement.join(place, place.c.candidacy_id == Certificate.candidacy_id).where(
        *(condition for condition in conditions if condition is not None)
    )


def _running(place: Subquery, as_of: date) -> ColumnElement[bool]:
    """Counts on the day: at ``certify``, and not past its last day while its lapse waits to be booked."""
    ended = Certificate.valid_through < as_of
    return and_(place.c.account == Stage.CERTIFY, or_(Certificate.valid_through.is_(None), ~ended))


def _status_condition(place: Subquery, status: str | Span | None, as_of: date) -> ColumnElement[bool] | None:
    if status is None:
        return None
    if status == "in_force":
        return _running(place, as_of)
    return _status(place, as_of) == status


def _status(place: Subquery, as_of: date) -> ColumnElement[str]:
    year_end = as_of.replace(month=12, day=31)
    return case(
        (and_(_running(place, as_of), Certificate.valid_through <= year_end), "ending"),
        (_running(place, as_of), "in_force"),
        (place.c.account == Exit.REVOKED, "revoked"),
        (place.c.account == Exit.SUPERSEDED, "superseded"),
        (place.c.account.in_(_GONE), LEFT),
        else_="lapsed",
    )


def _row(row: Any, places: dict[int, Unit], scope: Scope) -> ListedCertificate:
    certificate, firm, street_id, park_id, status = row
    return ListedCertificate(
        id=certificate.id,
        candidacy_id=certificate.candidacy_id,
        firm_id=firm.id,
        firm=firm.name,
        uscc=firm.uscc,
        track=certificate.track,
        number=certificate.number,
        issued_on=certificate.issued_on,
        counts_from=certificate.counts_from,
        valid_through=certificate.valid_through,
        status=status,
        revoked_on=certificate.revoked_on,
        revoked_reason=certificate.revoked_reason,
        street=places[street_id],
        park=places[park_id] if park_id else None,
        version=certificate.version,
        open_to_reader=firm.deleted_at is None and scope.holds(firm.street_id, firm.park_id),
        rename_reported_on=certificate.rename_reported_on,
        relocation_case=certificate.relocation_case,
    )


def statuses() -> Sequence[str]:
    """Codes of the statuses, in the order in which a page offers them."""
    return tuple(STATUSES)
