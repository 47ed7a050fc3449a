"""``/certificates/reports``: who filed the yearly report, who has yet to, who missed it."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from cultivate import clock
from cultivate.domain.permissions import Act
from cultivate.domain.yearly_reports import STATES, WITHDRAWN
from cultivate.errors import Conflict, CultivateError, Invalid, NotFound
from cultivate.i18n import _, _n
from cultivate.queries import places, report_states, units
from cultivate.queries import yearly_reports as queries
from cultivate.queries.yearly_reports import AT_RISK, Asked
from cultivate.services import yearly_reports
from cultivate.services.yearly_reports import Note
from cultivate.web.access import needs
from cultivate.web.certificates import blueprint
from cultivate.web.certificates.forms import ManyReportsForm, ReportForm
from cultivate.web.certificates.page import asked, page
from cultivate.web.forms import apply_error
from cultivate.web.numbers import numbers_of, whole
from cultivate.web.pipeline.question import page_number
from cultivate.web.request import actor, db

#: years back that the page offers
_YEARS = 5
_STRANGERS_SHOWN = 20


def _wanted() -> Asked:
    """What the address asks for: the last year that can be reported on where it says none."""
    today, args = clock.today(), request.args
    rules = report_states.rules(db(), today)
    track = args.get("track", "")
    track = track if track in rules else next(iter(rules), "")
    if not track:
        raise NotFound
    year = args.get("year", today.year - 1, type=whole)
    state = args.get("state", "")
    return Asked(
        track=track,
        rule=rules[track],
        year=year if year in _years() or today.year <= year <= today.year + 1 else today.year - 1,
        today=today,
        state=state if state in {*STATES, AT_RISK} else "",
        unit=places.get_place(db(), actor().scope, args.get("unit", "")),
    )


def _years() -> range:
    """The last one first; those ahead are only looked at, from the calendar."""
    this = clock.today().year
    return range(this - 1, this - 1 - _YEARS, -1)


def _list(form: ManyReportsForm, strangers: list[str]) -> str:
    wanted, scope = _wanted(), actor().scope
    streets = queries.by_street(db(), scope, wanted)
    counts = queries.together(streets)
    total = counts[wanted.state] if wanted.state else sum(counts[each] for each in STATES)
    return render_template(
        "certificates/reports.html",
        asked=wanted,
        page=queries.list_reports(db(), scope, wanted, page_number(), total=total),
        counts=counts,
        columns={**STATES, AT_RISK: _("at risk")},
        years=_years(),
        streets=streets,
        units=units.by_id(db()),
        offered=places.shown(units.list_units(db()), scope),
        form=form,
        strangers=strangers[:_STRANGERS_SHOWN],
    )


@blueprint.get("/certificates/reports")
@needs(Act.VIEW)
def reports() -> Any:
    """The year's list; each figure above it leads to its rows."""
    return _list(ManyReportsForm(formdata=None).offer(), [])


@blueprint.post("/certificates/reports")
@needs(Act.NOTE_REPORTS)
def note_reports() -> Any:
    """Note many at once; with a line that names nobody nothing is written, and the lines are shown."""
    form, wanted = ManyReportsForm(), _wanted()
    form.offer()
    ticked = numbers_of(request.form.getlist("certificate"))
    pasted, strangers = queries.find_pasted(
        db(), actor().scope, wanted, (form.pasted.data or "").splitlines()
    )
    if strangers:
        form.pasted.errors = [_("These lines name no certificate of this year's list.")]
    elif not (ticked or pasted):
        form.form_errors.append(_("Tick firms in the list, or paste some."))
    elif form.validate():
        try:
            done = yearly_reports.note_many(db(), actor(), [*ticked, *pasted], form.said(wanted.year))
        except Invalid as error:
            apply_error(form, error)
        else:
            told = _n("%(num)s report noted", "%(num)s reports noted", done.written)
            if done.known:
                told += _(", ") + _("%(count)s were noted before and stay as they are", count=done.known)
            flash(told, "good")
            return redirect(request.full_path)
    return _list(form, strangers), 422


@blueprint.post("/certificates/<int:certificate_id>/reports/<int:year>")
@needs(Act.NOTE_REPORTS)
def note_report(certificate_id: int, year: int) -> Any:
    """Note one, on the page of its certificate."""
    row, form = asked(certificate_id), ReportForm().offer()
    if form.state.data != WITHDRAWN and not form.validate():
        return page(row, form, year), 422
    said = Note(year=year, state=WITHDRAWN) if form.state.data == WITHDRAWN else form.said(year)
    try:
        yearly_reports.note(db(), actor(), row.id, said, form.shown_version)
    except Conflict as error:
        form.form_errors.append(_(error.msgid))
        return page(row, form, year), 409
    except CultivateError as error:
        apply_error(form, error)
        return page(row, form, year), 422
    flash(_("Taken back.") if said.state == WITHDRAWN else _("Noted."), "good")
    return redirect(url_for("certificates.show", certificate_id=row.id, _anchor="reports"))
