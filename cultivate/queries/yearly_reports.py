"""Yearly reports: their states by certificate, street and year, and who is at risk of being cancelled."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain import firm_names
from cultivate.domain.scope import Scope
from cultivate.domain.stages import Stage
from cultivate.domain.yearly_reports import MISSED, STATES, WITHDRAWN, Held, Rule
from cultivate.errors import NotFound
from cultivate.models import Candidacy, Certificate, Firm, User, YearlyReport
from cultivate.queries import report_states
from cultivate.queries.candidacies import firm_within
from cultivate.queries.paging import Page, offset_of
from cultivate.queries.places import lies_in
from cultivate.queries.standing import standing
from cultivate.queries.units import Unit

PAGE_SIZE = 100
AT_RISK = "at_risk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The question of the page; an empty ``state`` asks for all."""

    track: str
    rule: Rule
    year: int
    today: date
    state: str = ""
    unit: Unit | None = None

    @property
    def due_on(self) -> date:
        """The day on which the year's report is due."""
        return self.rule.due_on(self.year)


@dataclass(frozen=True, slots=True)
class Report:
    """One report of one certificate. ``version`` is 0 where nothing was ever noted."""

    certificate_id: int
    firm_id: int
    firm: str
    uscc: str | None
    street_id: int
    number: str
    year: int
    due_on: date
    state: str
    missed: int
    """Of all years of this certificate."""
    noted: bool = False
    filed_on: date | None = None
    note: str = ""
    by: str | None = None
    noted_at: datetime | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class _Found:
    year: int
    due_on: date
    state: str
    missed: int
    note: YearlyReport | None
    by: str | None


def list_reports(
    session: Session,
    scope: Scope,
    asked: Asked,
    number: int = 1,
    size: int = PAGE_SIZE,
    *,
    total: int | None = None,
) -> Page[Report]:
    """A page of the year's reports, by street and name; ``total`` where the caller has counted them already.

    Which ones are on it is asked first: the states of the others are looked at only where the list is of a state.
    """
    total = _count(session, scope, asked) if total is None else total
    page = min(max(number, 1), max(1, -(-total // size)))
    ordered = _rows((Certificate.id,), scope, asked).order_by(Firm.street_id, Firm.name, Certificate.id)
    ids = session.scalars(ordered.limit(size).offset(offset_of(page, size))).all()
    statement: Any = (
        select(
            Certificate,
            Firm,
            report_states.state(asked.rule, asked.year, asked.today),
            report_states.missed(asked.rule, asked.today),
            YearlyReport,
            User.display_name,
        )
        .select_from(Certificate)
        .join(Firm, Firm.id == Certificate.firm_id)
        .outerjoin(
            YearlyReport,
            (YearlyReport.certificate_id == Certificate.id) & (YearlyReport.year == asked.year),
        )
        .outerjoin(User, User.id == YearlyReport.by_id)
        .where(Certificate.id.in_(ids))
        .order_by(Firm.street_id, Firm.name, Certificate.id)
    )
    found = [
        _plain(certificate, firm, _Found(asked.year, asked.due_on, *rest))
        for certificate, firm, *rest in session.execute(statement)
    ]
    return Page(found, total, page, size)


def list_ids(session: Session, scope: Scope, asked: Asked) -> list[int]:
    """Certificates behind a figure, all of them."""
    return list(session.scalars(_rows((Certificate.id,), scope, asked).order_by(Certificate.id)))


def counts(session: Session, scope: Scope, asked: Asked) -> dict[str, int]:
    """Reports of the year by state."""
    state = report_states.state(asked.rule, asked.year, asked.today)
    statement = _rows((state, func.count()), scope, replace(asked, state="")).group_by(state)
    found: dict[str, int] = {row[0]: row[1] for row in session.execute(statement)}
    return {code: found.get(code, 0) for code in STATES}


def by_street(session: Session, scope: Scope, asked: Asked) -> dict[int, dict[str, int]]:
    """Street -> state -> reports, those at risk beside the states."""
    state = report_states.state(asked.rule, asked.year, asked.today)
    risky = report_states.at_risk(asked.rule, asked.today)
    statement = _rows((Firm.street_id, state, risky, func.count()), scope, replace(asked, state=""))
    found: dict[int, dict[str, int]] = {}
    rows = statement.group_by(Firm.street_id, state, risky).order_by(Firm.street_id)
    for street_id, code, at_risk, number in session.execute(rows):
        mine = found.setdefault(street_id, dict.fromkeys((*STATES, AT_RISK), 0))
        mine[code] += number
        mine[AT_RISK] += number if at_risk else 0
    return found


def together(streets: Mapping[int, Mapping[str, int]]) -> dict[str, int]:
    """State -> reports of all these streets, those at risk beside the states."""
    return {code: sum(of[code] for of in streets.values()) for code in (*STATES, AT_RISK)}


def of_certificate(session: Session, certificate_id: int, today: date) -> list[Report]:
    """All reports owed under one certificate so far, oldest first; the caller has seen to the scope."""
    row = session.execute(
        select(Certificate, Firm, Candidacy)
        .join(Firm, Firm.id == Certificate.firm_id)
        .join(Candidacy, Candidacy.id == Certificate.candidacy_id)
        .where(Certificate.id == certificate_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    certificate, firm, candidacy = row
    rule = report_states.rule_of(session, certificate.track, today)
    if rule is None:
        return []
    held = _held(certificate, candidacy)
    noted = {
        note.year: (note, who)
        for note, who in session.execute(
            select(YearlyReport, User.display_name)
            .outerjoin(User, User.id == YearlyReport.by_id)
            .where(YearlyReport.certificate_id == certificate_id)
            .order_by(YearlyReport.year)
        )
    }
    found = []
    for year in rule.years(held, today):
        note, who = noted.get(year, (None, None))
        state = rule.state(note.state if note else None, year, held.known_on, today)
        found.append(_plain(certificate, firm, _Found(year, rule.due_on(year), state, 0, note, who)))
    missed = sum(row.state == MISSED for row in found)
    return [replace(row, missed=missed) for row in found]


def find_pasted(
    session: Session, scope: Scope, asked: Asked, lines: Sequence[str]
) -> tuple[list[int], list[str]]:
    """Certificates of the year's list by credit code, number or exact name, and the lines that name none."""
    statement = _rows(
        (Certificate.id, Firm.uscc, Certificate.number, Firm.name_key), scope, replace(asked, state="")
    )
    known: dict[str, int] = {}
    for certificate_id, *names in session.execute(statement.order_by(Certificate.id)):
        known |= dict.fromkeys([name for name in names if name], certificate_id)
    found, strange = [], []
    for line in lines:
        said = line.strip()
        mine = known.get(said.upper()) or known.get(firm_names.normalise(said))
        if mine is not None:
            found.append(mine)
        elif said:
            strange.append(said)
    return list(dict.fromkeys(found)), strange


def held_of(session: Session, certificate: Certificate) -> Held:
    """What reports are counted from."""
    return _held(certificate, session.get_one(Candidacy, certificate.candidacy_id))


def _held(certificate: Certificate, candidacy: Candidacy) -> Held:
    """One that left counted to the day before it did."""
    left = candidacy.stage_since - timedelta(days=1) if candidacy.stage != Stage.CERTIFY else None
    ends = [day for day in (certificate.valid_through, left) if day is not None]
    return Held(certificate.counts_from, min(ends, default=None), clock.day_of(certificate.created_at))


def _rows(columns: Any, scope: Scope, asked: Asked) -> Select[Any]:
    """Certificates that counted on the due day (or count now, while it lies ahead), where their firms lie now."""
    place = standing(asked.track, min(asked.due_on, asked.today), (Stage.CERTIFY,))
    return (
        select(*columns)
        .select_from(Certificate)
        .join(place, place.c.candidacy_id == Certificate.candidacy_id)
        .join(Candidacy, Candidacy.id == Certificate.candidacy_id)
        .join(Firm, Firm.id == Certificate.firm_id)
        .where(*_conditions(scope, asked))
    )


def _conditions(scope: Scope, asked: Asked) -> Iterator[ColumnElement[bool]]:
    yield report_states.owed(asked.rule, asked.year)
    yield firm_within(scope)
    if asked.unit is not None:
        yield lies_in(Firm, asked.unit)
    if asked.state == AT_RISK:
        yield report_states.at_risk(asked.rule, asked.today)
    elif asked.state:
        yield report_states.state(asked.rule, asked.year, asked.today) == asked.state


def _count(session: Session, scope: Scope, asked: Asked) -> int:
    return session.scalar(_rows((func.count(),), scope, asked)) or 0


def _plain(certificate: Certificate, firm: Firm, found: _Found) -> Report:
    note = found.note
    noted = note is not None and note.state != WITHDRAWN
    return Report(
        certificate_id=certificate.id,
        firm_id=firm.id,
        firm=firm.name,
        uscc=firm.uscc,
        street_id=firm.street_id,
        number=certificate.number,
        year=found.year,
        due_on=found.due_on,
        state=found.state,
        missed=found.missed,
        noted=noted,
        filed_on=note.filed_on if note and noted else None,
        note=note.note if note and noted else "",
        by=found.by,
        noted_at=note.noted_at if note else None,
        version=note.version if note else 0,
    )
