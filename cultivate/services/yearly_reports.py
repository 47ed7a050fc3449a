"""Noting yearly reports: filed on a day, missed, or not required; one by one, and of many firms at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.db.many import among
from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Act
from cultivate.domain.yearly_reports import FILED, MISSED, NOT_REQUIRED, NOTED, WITHDRAWN
from cultivate.errors import N_, Conflict, Invalid, NotFound
from cultivate.models import Certificate, Firm, YearlyReport
from cultivate.queries import report_states
from cultivate.queries import yearly_reports as queries
from cultivate.queries.candidacies import firm_within
from cultivate.services import audit

LONGEST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What is said of a report. ``filed_on`` is today where it is filed and no day is said."""

    year: int
    state: str
    filed_on: date | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class ManyNoted:
    """What came of noting many: how many were written, and of how many somebody had said something before."""

    written: int
    known: int


def note(session: Session, actor: Actor, certificate_id: int, said: Note, version: int | None) -> None:
    """Note one report. ``version`` is that of the note that was shown, 0 where there was none that says anything.

    ``withdrawn`` takes a note back. Nothing is revoked here, however many were missed: that is the authority's.
    """
    actor.require(Act.NOTE_REPORTS)
    certificate = _certificates(session, actor, [certificate_id]).get(certificate_id)
    if certificate is None:
        raise NotFound
    row = session.scalar(
        select(YearlyReport)
        .where(YearlyReport.certificate_id == certificate_id, YearlyReport.year == said.year)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if version is not None and version not in _shown_as(row):
        raise Conflict(N_("Somebody else noted this report in the meantime."), current=_shown(session, row))
    if said.state == WITHDRAWN:
        _take_back(session, actor, row)
        return
    values = _checked(session, certificate, said)
    _write(session, actor, certificate_id, row, values)


def _shown_as(row: YearlyReport | None) -> set[int]:
    """Versions under which a page shows the note as it stands; one that was taken back is for most none at all."""
    if row is None:
        return {0}
    return {row.version, 0} if row.state == WITHDRAWN else {row.version}


def note_many(session: Session, actor: Actor, certificate_ids: Sequence[int], said: Note) -> ManyNoted:
    """The same of many firms; where somebody has said something already, that stands."""
    actor.require(Act.NOTE_REPORTS)
    ids = list(dict.fromkeys(certificate_ids))
    certificates = _certificates(session, actor, ids)
    if len(certificates) < len(ids):
        raise NotFound
    noted = {
        row.certificate_id: row
        for row in session.scalars(
            select(YearlyReport)
            .where(among(session, YearlyReport.certificate_id, ids), YearlyReport.year == said.year)
            .order_by(YearlyReport.id)
        )
    }
    written = 0
    for certificate_id in ids:
        row = noted.get(certificate_id)
        if row is None or row.state == WITHDRAWN:
            values = _checked(session, certificates[certificate_id], said)
            _write(session, actor, certificate_id, row, values)
            written += 1
    return ManyNoted(written, len(ids) - written)


def _certificates(session: Session, actor: Actor, ids: Sequence[int]) -> dict[int, Certificate]:
    found = session.scalars(
        select(Certificate)
        .join(Firm, Firm.id == Certificate.firm_id)
        .where(among(session, Certificate.id, ids), Certificate.status != "void", firm_within(actor.scope))
        .order_by(Certificate.id)
    )
    return {row.id: row for row in found}


def _checked(session: Session, certificate: Certificate, said: Note) -> dict[str, object]:
    today = clock.today()
    rule = report_states.rule_of(session, certificate.track, today)
    if rule is None:
        raise Invalid(N_("No yearly report is owed on this track."), field="year", code="no-report")
    owed = rule.years(queries.held_of(session, certificate), today)
    if said.year not in owed:
        raise Invalid(
            N_("Under this certificate no report on %(year)s is owed."),
            field="year",
            code="report-not-owed",
            year=said.year,
        )
    text = said.text.strip()
    if len(text) > LONGEST:
        raise Invalid(N_("That is too long."), field="note", code="too-long")
    if said.state not in NOTED:
        raise Invalid(
            N_("Say whether it was filed, missed or not required."), field="state", code="state-unknown"
        )
    if said.state == NOT_REQUIRED and not text:
        raise Invalid(N_("Say why no report is required."), field="note", code="reason-missing")
    if said.state == MISSED and today <= rule.due_on(said.year):
        raise Invalid(
            N_("It is not missed before its day (%(day)s) is over."),
            field="state",
            code="not-missed-yet",
            day=rule.due_on(said.year).isoformat(),
        )
    return {"year": said.year, "state": said.state, "filed_on": _filed_on(said, today), "note": text}


def _filed_on(said: Note, today: date) -> date | None:
    """One filed after its day is filed all the same, if the authority took it; the page shows that it was late."""
    if said.state != FILED:
        return None
    day = said.filed_on or today
    if day > today:
        raise Invalid(N_("The day lies in the future."), field="filed_on", code="day-in-future")
    if day <= date(said.year, 12, 31):
        raise Invalid(
            N_("The report on %(year)s is filed in the year after."),
            field="filed_on",
            code="filed-too-early",
            year=said.year,
        )
    return day


def _write(
    session: Session,
    actor: Actor,
    certificate_id: int,
    row: YearlyReport | None,
    values: dict[str, object],
) -> None:
    before = row.state if row else None
    if row is None:
        row = YearlyReport(certificate_id=certificate_id, version=0)
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    row.by_id, row.noted_at = actor.user_id, clock.now()
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:  # somebody noted the same report in the same moment
        raise Conflict(N_("Somebody else noted this report in the meantime.")) from None
    day = row.filed_on.isoformat() if row.filed_on else None
    said = {"year": row.year, "state": row.state, "before": before, "filed_on": day, "note": row.note}
    audit.note(session, actor, "report", "certificate", certificate_id, **said)


def _take_back(session: Session, actor: Actor, row: YearlyReport | None) -> None:
    if row is None or row.state == WITHDRAWN:
        return
    values: dict[str, object] = {"year": row.year, "state": WITHDRAWN, "filed_on": None, "note": ""}
    _write(session, actor, row.certificate_id, row, values)


def _shown(session: Session, row: YearlyReport | None) -> queries.Report | None:
    if row is None:
        return None
    found = queries.of_certificate(session, row.certificate_id, clock.today())
    return next((each for each in found if each.year == row.year), None)
