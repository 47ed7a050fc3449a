"""``/services/<id>``: one record, what is to be followed up, its papers, and what was changed of it."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from cultivate.domain.needs import STATES
from cultivate.domain.permissions import Act
from cultivate.errors import N_, Conflict, CultivateError, Forbidden, Invalid, NotFound
from cultivate.i18n import _, _n, language
from cultivate.packs import service_kinds
from cultivate.queries import attachments as papers
from cultivate.queries import firm_needs, users
from cultivate.queries import service_records as queries
from cultivate.queries.service_records import RecordDetail
from cultivate.services import attachments, service_records
from cultivate.web.access import needs
from cultivate.web.forms import BaseForm, apply_error
from cultivate.web.numbers import number_of
from cultivate.web.request import actor, db
from cultivate.web.service_records import blueprint
from cultivate.web.service_records.forms import (
    CorrectForm,
    HandOverForm,
    OutcomeForm,
    PostponeForm,
    WithdrawForm,
    people_choices,
)

PAPER = "service"
#: what a lost race is laid out by
_SHOWN = {
    "kind": N_("Kind"),
    "on": N_("Day"),
    "note": N_("What the service was"),
    "participants": N_("Others who took part"),
    "found": N_("Found"),
    "promised": N_("Promised"),
    "follow_up_on": N_("Follow up on"),
    "follow_up": N_("To do next"),
}
_VERBS = {
    "correct": N_("Corrected"),
    "withdraw": N_("Struck out"),
    "follow-up": N_("Followed up"),
    "follow-up-reopened": N_("Opened again"),
    "postpone": N_("Put off"),
    "hand-over": N_("Handed over"),
}


def page(record: RecordDetail, **refused: BaseForm) -> str:
    """The page; ``refused`` is the one form of it that was sent and refused."""
    people = users.list_workers_at(db(), record.street_id, record.park_id)
    hand_over = HandOverForm(formdata=None)
    hand_over.owner.choices = people_choices(_("Who is in charge"), people)
    hand_over.owner.data = str(record.follow_up_owner_id or "")
    forms: dict[str, BaseForm] = {
        "outcome": OutcomeForm(formdata=None),
        "postpone": PostponeForm(formdata=None),
        "hand_over": hand_over,
        "withdraw": WithdrawForm(formdata=None),
        **refused,
    }
    return render_template(
        "service_records/show.html",
        record=record,
        forms_of=forms,
        refused=set(refused),
        may_correct=service_records.may_correct(actor(), record.by_id),
        papers=papers.list_of_service(db(), actor().scope, record.paper_id),
        asked=firm_needs.list_of_service(db(), actor().scope, record.paper_id),
        trail=queries.trail_of(db(), record.id),
        labels={**_SHOWN, "follow_up_owner_id": N_("Who follows up")},
        verbs=_VERBS,
        need_states=STATES,
        said=lambda name, value: _words(name, value, {user.id: user.display_name for user in people}),
    )


@blueprint.get("/services/<int:record_id>")
@needs(Act.VIEW)
def show(record_id: int) -> Any:
    """One record."""
    return page(queries.get_record(db(), actor().scope, record_id))


@blueprint.get("/services/<int:record_id>/edit")
@needs(Act.RECORD_SERVICE)
def edit(record_id: int) -> Any:
    """The form with what it says now."""
    record = _own(record_id)
    form = _form(record)
    form.show(record)
    return render_template("service_records/edit.html", form=form, record=record, rows=[])


@blueprint.post("/services/<int:record_id>/edit")
@needs(Act.RECORD_SERVICE)
def correct(record_id: int) -> Any:
    """Say it anew; a lost race shows both versions."""
    record = _own(record_id)
    form = _form(record)
    rows: list[dict[str, Any]] = []
    if form.validate():
        try:
            service_records.correct(db(), actor(), record_id, form.said(), _version(form))
        except Conflict:
            rows = _differing(form, record)
            form.version.data, form.version.raw_data = str(record.version), None
        except CultivateError as error:
            apply_error(form, error)
        else:
            flash(_("Corrected. What it said before is kept below."), "good")
            return redirect(url_for("service_records.show", record_id=record_id))
    status = 409 if rows else 422
    return render_template("service_records/edit.html", form=form, record=record, rows=rows), status


@blueprint.post("/services/<int:record_id>/withdraw")
@needs(Act.RECORD_SERVICE)
def withdraw(record_id: int) -> Any:
    """Strike it out."""
    record = _own(record_id)
    form = WithdrawForm()
    if form.validate():
        try:
            service_records.withdraw(db(), actor(), record_id, form.reason.data or "", _version(form))
        except CultivateError as error:
            apply_error(form, error)
        else:
            flash(_("Withdrawn. It stays to be read, and counts no more."), "good")
            return redirect(url_for("firms.show", firm_id=record.firm_id))
    return page(record, withdraw=form), 422


@blueprint.post("/services/<int:record_id>/papers")
@needs(Act.RECORD_SERVICE)
def add_papers(record_id: int) -> Response:
    """Keep the files that were sent with the record, all or none."""
    record = queries.get_record(db(), actor().scope, record_id)
    files = [file for file in request.files.getlist("file") if file.filename]
    if not files:
        raise Invalid(N_("Choose a file."), field="file", code="file-missing")
    for file in files:
        attachments.attach(
            db(),
            actor(),
            record.firm_id,
            PAPER,
            file.filename or "",
            file.stream,
            service_id=record.paper_id,
        )
    flash(_n("%(num)s paper added.", "%(num)s papers added.", len(files)), "good")
    return redirect(url_for("service_records.show", record_id=record_id))


def _own(record_id: int) -> RecordDetail:
    record = queries.get_record(db(), actor().scope, record_id)
    if not service_records.may_correct(actor(), record.by_id):
        raise Forbidden(N_("Only who recorded it, or the bureau, may change what was recorded."))
    if record.withdrawn_at is not None:
        raise NotFound
    return record


def _form(record: RecordDetail) -> CorrectForm:
    form = CorrectForm()
    form.offer_kinds(users.list_workers_at(db(), record.street_id, record.park_id))
    return form


def _version(form: Any) -> int | None:
    return number_of(form.version.data)


def _differing(form: CorrectForm, record: RecordDetail) -> list[dict[str, Any]]:
    """Each line with mine, theirs, and what it said before theirs."""
    before: dict[str, list[Any]] = {}
    for step in queries.trail_of(db(), record.id):
        before = {**step.details.get("changes", {}), **before}
    rows = []
    for name, label in _SHOWN.items():
        mine, theirs = form[name].data or "", getattr(record, name) or ""
        original = before[name][0] if name in before else theirs
        shown = [_words(name, value, {}) for value in (mine, theirs, original)]
        rows.append(dict(zip(("mine", "theirs", "original"), shown, strict=True), label=_(label)))
    return rows


def _words(name: str, value: Any, people: dict[int, str]) -> str:
    """A value of the trail as a person reads it."""
    if name == "kind" and value in service_kinds.services():
        return service_kinds.services()[value].name(language())
    if name == "follow_up_owner_id":
        return people.get(value, "—") if value else _("Who is in charge")
    return str(value) if value else "—"
