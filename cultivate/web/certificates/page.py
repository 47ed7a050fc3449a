"""``/certificates/<id>``: one certificate, what it says, what was done to it, what it needs next."""

from datetime import date
from typing import Any

from flask import render_template, request

from cultivate import clock, packs
from cultivate.domain.certificate_number import warning
from cultivate.domain.permissions import Act
from cultivate.domain.yearly_reports import STATES
from cultivate.errors import NotFound
from cultivate.queries import certificate_page as queries
from cultivate.queries import certificates, report_states, yearly_reports
from cultivate.queries.certificates import LEFT, STATUSES, ListedCertificate
from cultivate.web.access import needs
from cultivate.web.certificates import blueprint
from cultivate.web.certificates.forms import ReportForm
from cultivate.web.firms import renewal
from cultivate.web.moments import day_of
from cultivate.web.request import actor, db


def asked(certificate_id: int) -> ListedCertificate:
    """The certificate as it is today, within the scope."""
    return certificates.get_certificate(db(), actor().scope, certificate_id, clock.today())


def page(row: ListedCertificate, form: ReportForm | None = None, year: int | None = None) -> str:
    """The page; ``form`` is what was refused of the report on ``year``."""
    earlier, later = queries.before_and_after(db(), row.candidacy_id)
    reports = yearly_reports.of_certificate(db(), row.id, clock.today())
    rule = report_states.rule_of(db(), row.track, clock.today())
    as_of, then = _then(row)
    return render_template(
        "certificates/show.html",
        row=row,
        track=packs.track(row.track),
        number_warning=warning(row.number, track=row.track, issued_year=row.issued_on.year),
        statuses=STATUSES,
        left=LEFT,
        as_of=as_of,
        then=then,
        earlier=earlier,
        later=later,
        reports=list(reversed(reports)),
        report_states=STATES,
        rule=rule,
        missed=reports[0].missed if reports else 0,
        form=form or ReportForm(formdata=None).offer(),
        refused_year=year,
        card=renewal.card(actor(), row),
        history=queries.history_of(db(), row.id),
    )


def _then(row: ListedCertificate) -> tuple[date, str | None]:
    """Its status on the day in the address; ``None`` where it did not count yet."""
    today = clock.today()
    try:
        as_of = min(day_of(request.args.get("as_of", "")), today)
    except ValueError:
        return today, row.status
    try:
        return as_of, certificates.get_certificate(db(), actor().scope, row.id, as_of).status
    except NotFound:
        return as_of, None


@blueprint.get("/certificates/<int:certificate_id>")
@needs(Act.VIEW)
def show(certificate_id: int) -> Any:
    """The page."""
    return page(asked(certificate_id))
