"""The screening: who is looked at, where each stands, and the list behind every figure of the page."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from cultivate.db.many import among
from cultivate.domain import masking
from cultivate.domain.policy.judged import MET
from cultivate.domain.policy.pack import Pack
from cultivate.domain.policy.readiness import CLASSES, READY
from cultivate.domain.scope import Scope
from cultivate.domain.stages import STAGES, Exit, Stage
from cultivate.models import (
    Candidacy,
    Certificate,
    Firm,
    Screening,
    ScreeningChange,
    ScreeningRun,
    ServiceRecord,
    User,
)
from cultivate.queries.candidacies import firm_within
from cultivate.queries.paging import Page, offset_of
from cultivate.queries.places import lies_in
from cultivate.queries.units import Unit

PAGE_SIZE = 50
#: ways to sort: the first is the page's own
SORTS = ("close", "growth", "rd", "class1", "name")
CHANGES_SHOWN = 200


def filing_day(pack: Pack, year: int, today: date) -> date:
    """The day of filing that is assumed: the last day of the year's windows while it lies ahead, else 31 December.

    One fixed day, not today's: else every firm would be looked at anew every night.
    """
    closing = [window.closes_on for window in pack.windows if window.year == year]
    last = max(closing, default=date(year, 12, 31))
    return last if last >= today and last.year == year else date(year, 12, 31)


def filing_years(pack: Pack, today: date) -> tuple[int, ...]:
    """This year; the next one too once this year's last window is over."""
    closing = [window.closes_on for window in pack.windows if window.year == today.year]
    over = bool(closing) and max(closing) < today
    return (today.year, today.year + 1) if over else (today.year,)


def firms_to_screen(session: Session, track: str, year: int) -> list[int]:
    """Living firms of the district without a certificate that outlasts the year of filing, by id."""
    statement = select(Firm.id).where(Firm.deleted_at.is_(None), *_wanted(track, year)).order_by(Firm.id)
    return list(session.scalars(statement))


def _wanted(track: str, year: int) -> tuple[ColumnElement[bool], ...]:
    certified = select(Certificate.firm_id).where(
        Certificate.track == track,
        Certificate.status == "valid",
        or_(Certificate.valid_through.is_(None), Certificate.valid_through > date(year, 12, 31)),
    )
    gone = select(Candidacy.firm_id).where(Candidacy.stage.in_((Exit.MOVED_OUT, Exit.CLOSED)))
    here = select(Candidacy.firm_id).where(Candidacy.stage.in_(STAGES))
    return (Firm.id.not_in(certified), or_(Firm.id.not_in(gone), Firm.id.in_(here)))


def known_rows(session: Session, track: str, year: int) -> dict[int, tuple[str, str, str]]:
    """Firm -> fingerprint, class and pack's digest of what was found last."""
    statement = select(Screening.firm_id, Screening.fingerprint, Screening.readiness, Screening.digest).where(
        Screening.track == track, Screening.filing_year == year
    )
    return {row[0]: (row[1], row[2], row[3]) for row in session.execute(statement)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The question of the page; an empty ``readiness`` asks for all classes."""

    track: str
    year: int
    readiness: str = ""
    unit: Unit | None = None
    sort: str = SORTS[0]
    ids: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class ScreenedFirm:
    """One row of the list."""

    firm_id: int
    name: str
    uscc: str | None
    street_id: int
    park_id: int | None
    readiness: str
    verdict: str
    policy: str
    digest: str
    gaps: Sequence[Mapping[str, Any]]
    growth: Decimal | None
    rd_ratio: Decimal | None
    rd_year: int | None
    class1: int | None
    assessed_at: datetime
    address: str | None
    contact_name: str | None
    contact_phone: str | None
    candidacy_id: int | None = None
    version: int | None = None
    stage: str | None = None
    in_charge: str | None = None
    served_on: date | None = None

    @property
    def picks(self) -> str:
        """``firm,candidacy.version``: what a ticked box says to the bulk acts."""
        return (
            f"{self.firm_id},{self.candidacy_id}.{self.version}" if self.candidacy_id else str(self.firm_id)
        )


def counts(session: Session, scope: Scope, asked: Asked) -> dict[str, int]:
    """Firms by class: each figure is the length of the list that it leads to. ``""`` is all of them."""
    statement = (
        select(Screening.readiness, func.count())
        .join(Firm, Firm.id == Screening.firm_id)
        .where(*_conditions(scope, asked, any_class=True))
        .group_by(Screening.readiness)
    )
    found: dict[str, int] = {row[0]: row[1] for row in session.execute(statement)}
    return {**{code: found.get(code, 0) for code in CLASSES}, "": sum(found.values())}


def count_confirmed(session: Session, scope: Scope, asked: Asked) -> int:
    """Of those ready now, those of which nothing at all is open."""
    statement = select(func.count()).select_from(Screening).join(Firm, Firm.id == Screening.firm_id)
    conditions = _conditions(scope, replace(asked, readiness=READY))
    return session.scalar(statement.where(*conditions, Screening.verdict == MET)) or 0


def by_street(session: Session, scope: Scope, asked: Asked) -> dict[int, dict[str, int]]:
    """Street -> class -> firms."""
    statement = (
        select(Firm.street_id, Screening.readiness, func.count())
        .select_from(Screening)
        .join(Firm, Firm.id == Screening.firm_id)
        .where(*_conditions(scope, asked, any_class=True))
        .group_by(Firm.street_id, Screening.readiness)
        .order_by(Firm.street_id, Screening.readiness)
    )
    found: dict[int, dict[str, int]] = {}
    for street_id, readiness, number in session.execute(statement):
        found.setdefault(street_id, dict.fromkeys(CLASSES, 0))[readiness] = number
    return found


def count(session: Session, scope: Scope, asked: Asked) -> int:
    """How long the list is."""
    statement = select(func.count()).select_from(Screening).join(Firm, Firm.id == Screening.firm_id)
    return session.scalar(statement.where(*_conditions(scope, asked))) or 0


def list_firms(
    session: Session, scope: Scope, asked: Asked, number: int = 1, size: int = PAGE_SIZE
) -> Page[ScreenedFirm]:
    """A page of the list, the cheapest to close first; the last page where it has become shorter."""
    total = count(session, scope, asked)
    page = min(max(number, 1), max(1, -(-total // size)))
    statement = (
        _rows()
        .where(*_conditions(scope, asked))
        .order_by(*_order(asked.sort))
        .limit(size)
        .offset(offset_of(page, size))
    )
    return Page(_filled(session, scope, asked.track, session.execute(statement).all()), total, page, size)


def readiness_of(session: Session, firm_ids: Collection[int], track: str, year: int) -> dict[int, str]:
    """Class of each of these firms that was screened."""
    statement = select(Screening.firm_id, Screening.readiness).where(
        among(session, Screening.firm_id, firm_ids), Screening.track == track, Screening.filing_year == year
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def _rows() -> Any:
    return select(
        Screening.firm_id,
        Firm.name,
        Firm.uscc,
        Firm.street_id,
        Firm.park_id,
        Screening.readiness,
        Screening.verdict,
        Screening.policy,
        Screening.digest,
        Screening.gaps,
        Screening.growth,
        Screening.rd_ratio,
        Screening.rd_year,
        Screening.class1,
        Screening.assessed_at,
        Firm.address,
        Firm.contact_name,
        Firm.contact_phone,
    ).join(Firm, Firm.id == Screening.firm_id)


def _conditions(scope: Scope, asked: Asked, *, any_class: bool = False) -> Iterator[ColumnElement[bool]]:
    """Rows that the reader may see; who has been certified or has left since the run is none of them."""
    yield Screening.track == asked.track
    yield Screening.filing_year == asked.year
    yield Firm.deleted_at.is_(None)
    yield firm_within(scope)
    yield from _wanted(asked.track, asked.year)
    if asked.unit is not None:
        yield lies_in(Firm, asked.unit)
    if asked.readiness and not any_class:
        yield Screening.readiness == asked.readiness
    if asked.ids is not None:
        yield Screening.firm_id.in_(asked.ids)


def _order(sort: str) -> tuple[Any, ...]:
    """Where a signal is not known the firm comes last."""
    orders: dict[str, tuple[Any, ...]] = {
        "growth": (Screening.growth.desc().nulls_last(),),
        "rd": (Screening.rd_ratio.desc().nulls_last(),),
        "class1": (Screening.class1.desc().nulls_last(),),
        "name": (Firm.name,),
    }
    return (
        *orders.get(sort, ()),
        Screening.closeness,
        Screening.growth.desc().nulls_last(),
        Screening.firm_id,
    )


def _filled(session: Session, scope: Scope, track: str, rows: Sequence[Any]) -> list[ScreenedFirm]:
    """With the firm's way on the track, its last service and who is in charge, for the rows of one page."""
    ids = [row[0] for row in rows]
    ways = _ways(session, ids, track)
    served = _served(session, ids)
    found = []
    for row in rows:
        way = ways.get(row[0], (None, None, None, None))
        contacts = row[16:18] if scope.contacts else (masking.mask_name(row[16]), masking.mask_phone(row[17]))
        values: tuple[Any, ...] = (*row[:16], *contacts, *way, served.get(row[0]))
        found.append(ScreenedFirm(*values))
    return found


def _ways(session: Session, ids: list[int], track: str) -> dict[int, tuple[Any, ...]]:
    """Firm -> its candidacy at a stage; an open one before one that is certified."""
    statement = (
        select(Candidacy.firm_id, Candidacy.id, Candidacy.version, Candidacy.stage, User.display_name)
        .outerjoin(User, User.id == Candidacy.in_charge_id)
        .where(Candidacy.firm_id.in_(ids), Candidacy.track == track, Candidacy.stage.in_(STAGES))
        .order_by((Candidacy.stage != Stage.CERTIFY), Candidacy.id)
    )
    return {row[0]: tuple(row[1:]) for row in session.execute(statement)}


def _served(session: Session, ids: list[int]) -> dict[int, date]:
    statement = (
        select(Candidacy.firm_id, func.max(ServiceRecord.on))
        .join(ServiceRecord, ServiceRecord.candidacy_id == Candidacy.id)
        .where(Candidacy.firm_id.in_(ids), ServiceRecord.withdrawn_at.is_(None))
        .group_by(Candidacy.firm_id)
    )
    return {row[0]: row[1] for row in session.execute(statement)}


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run as the page tells of it."""

    id: int
    track: str
    filing_year: int
    applied_on: date
    digest: str
    occasion: str
    by: str | None
    started_at: datetime
    finished_at: datetime | None
    firms: int
    assessed: int
    gained: int
    lost: int


_RUN: tuple[Any, ...] = (
    ScreeningRun.id,
    ScreeningRun.track,
    ScreeningRun.filing_year,
    ScreeningRun.applied_on,
    ScreeningRun.digest,
    ScreeningRun.occasion,
    User.display_name,
    ScreeningRun.started_at,
    ScreeningRun.finished_at,
    ScreeningRun.firms,
    ScreeningRun.assessed,
    ScreeningRun.gained,
    ScreeningRun.lost,
)


def last_run(session: Session, track: str, year: int) -> RunRow | None:
    """The run that was finished last."""
    return _run(session, track, year, ScreeningRun.finished_at.is_not(None))


def last_change(session: Session, track: str, year: int) -> RunRow | None:
    """The run that was the last to put a firm into another class."""
    changed = select(ScreeningChange.run_id).where(ScreeningChange.run_id == ScreeningRun.id).exists()
    return _run(session, track, year, ScreeningRun.finished_at.is_not(None), changed)


def _run(session: Session, track: str, year: int, *conditions: ColumnElement[bool]) -> RunRow | None:
    row = session.execute(
        select(*_RUN)
        .outerjoin(User, User.id == ScreeningRun.by_id)
        .where(ScreeningRun.track == track, ScreeningRun.filing_year == year, *conditions)
        .order_by(ScreeningRun.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else RunRow(*row)


@dataclass(frozen=True, slots=True)
class Change:
    """A firm that changed its class in a run; ``gained``: for the better."""

    firm_id: int
    name: str
    street_id: int
    before: str
    after: str
    by_rules: bool

    @property
    def gained(self) -> bool:
        """Whether it came nearer to filing."""
        order = list(CLASSES)
        return order.index(self.after) < order.index(self.before)


def changes_of(session: Session, scope: Scope, run_id: int, limit: int = CHANGES_SHOWN) -> list[Change]:
    """Who changed class in a run, within the scope, by what they became."""
    statement = (
        select(
            ScreeningChange.firm_id,
            Firm.name,
            Firm.street_id,
            ScreeningChange.before,
            ScreeningChange.after,
            ScreeningChange.by_rules,
        )
        .join(Firm, Firm.id == ScreeningChange.firm_id)
        .where(ScreeningChange.run_id == run_id, Firm.deleted_at.is_(None), firm_within(scope))
        .order_by(ScreeningChange.after, Firm.name, ScreeningChange.firm_id)
        .limit(limit)
    )
    found = [Change(*row) for row in session.execute(statement)]
    order = list(CLASSES)
    return sorted(found, key=lambda row: (not row.gained, order.index(row.after), row.name, row.firm_id))
