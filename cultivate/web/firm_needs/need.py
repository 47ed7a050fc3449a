"""One need: written down at a firm, answered, handed on, opened again."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from cultivate.domain.needs import OPEN, STATES
from cultivate.domain.permissions import Act
from cultivate.errors import N_, Conflict, CultivateError
from cultivate.i18n import _, language
from cultivate.packs import service_kinds
from cultivate.queries import firm_needs as queries
from cultivate.queries import firms, users
from cultivate.queries.firm_needs import NeedRow
from cultivate.services import firm_needs
from cultivate.web.access import needs
from cultivate.web.firm_needs import blueprint
from cultivate.web.firm_needs.forms import AnswerForm, NeedForm
from cultivate.web.forms import apply_error
from cultivate.web.local import local_path
from cultivate.web.numbers import number_of
from cultivate.web.request import actor, db

#: what is told of a change, and what a lost race is laid out by
_FIELDS = {
    "kind": N_("What it asks for"),
    "text": N_("In its words"),
    "owner_id": N_("Who answers"),
    "due_on": N_("Answer by"),
    "raised_on": N_("Asked on"),
}
_VERBS = {
    "raise": N_("Written down"),
    "change": N_("Changed"),
    "answer": N_("Closed"),
    "reopen": N_("Opened again"),
    "hand-over": N_("Handed over"),
}


@blueprint.get("/firms/<int:firm_id>/needs/new")
@needs(Act.HANDLE_NEEDS)
def new(firm_id: int) -> Any:
    """The form by itself."""
    firm = firms.get_firm(db(), actor().scope, firm_id)
    return render_template("firm_needs/new.html", form=_form_at(firm.street.id, firm.park), firm=firm)


@blueprint.post("/firms/<int:firm_id>/needs/new")
@needs(Act.HANDLE_NEEDS)
def write(firm_id: int) -> Any:
    """Write it down."""
    firm = firms.get_firm(db(), actor().scope, firm_id)
    form = _form_at(firm.street.id, firm.park)
    if form.validate():
        try:
            firm_needs.raise_need(db(), actor(), firm_id, form.said())
        except CultivateError as error:
            apply_error(form, error)
        else:
            flash(_("Written down."), "good")
            return redirect(url_for("firms.show", firm_id=firm_id, _anchor="needs"))
    return render_template("firm_needs/new.html", form=form, firm=firm), 422


@blueprint.get("/needs/<int:need_id>")
@needs(Act.VIEW)
def show(need_id: int) -> Any:
    """One need with its trail."""
    return _page(queries.get_need(db(), actor().scope, need_id), AnswerForm(formdata=None).offer())


@blueprint.post("/needs/<int:need_id>/answer")
@needs(Act.HANDLE_NEEDS)
def answer(need_id: int) -> Any:
    """Close it; somebody who was faster is shown with what they said."""
    row = queries.get_need(db(), actor().scope, need_id)
    form = AnswerForm().offer()
    if form.validate():
        said = (str(form.state.data), form.answer.data or "", number_of(form.version.data))
        try:
            firm_needs.answer(db(), actor(), need_id, *said)
        except Conflict as error:
            form.form_errors.append(_(error.msgid))
            return _page(row, form), 409
        except CultivateError as error:
            apply_error(form, error)
        else:
            flash(_("Closed, with the answer."), "good")
            return _back(need_id)
    return _page(row, form), 422


@blueprint.post("/needs/<int:need_id>/reopen")
@needs(Act.HANDLE_NEEDS)
def reopen(need_id: int) -> Response:
    """Open it again; where somebody was faster, the page shows what stands."""
    try:
        firm_needs.reopen(db(), actor(), need_id, number_of(request.form.get("version")))
    except Conflict as error:
        flash(_(error.msgid), "error")
        return redirect(url_for("firm_needs.show", need_id=need_id))
    flash(_("It is open again."), "good")
    return _back(need_id)


@blueprint.get("/needs/<int:need_id>/edit")
@needs(Act.HANDLE_NEEDS)
def edit(need_id: int) -> Any:
    """The form with what it says now; also to hand it to somebody else."""
    row = queries.get_need(db(), actor().scope, need_id)
    if row.state != OPEN:
        flash(_("It is not open any more; open it again first."), "error")
        return redirect(url_for("firm_needs.show", need_id=need_id))
    form = _form_of(row)
    form.show(row)
    return render_template("firm_needs/edit.html", form=form, row=row, differing=[])


@blueprint.post("/needs/<int:need_id>/edit")
@needs(Act.HANDLE_NEEDS)
def change(need_id: int) -> Any:
    """Say it anew."""
    row = queries.get_need(db(), actor().scope, need_id)
    form = _form_of(row)
    differing: list[dict[str, str]] = []
    if form.validate():
        try:
            firm_needs.change(db(), actor(), need_id, form.said(), number_of(form.version.data))
        except Conflict:
            differing = _differing(form, row)
            form.version.data, form.version.raw_data = str(row.version), None
        except CultivateError as error:
            apply_error(form, error)
        else:
            flash(_("Changed."), "good")
            return redirect(url_for("firm_needs.show", need_id=need_id))
    status = 409 if differing else 422
    return render_template("firm_needs/edit.html", form=form, row=row, differing=differing), status


def _page(row: NeedRow, form: AnswerForm) -> str:
    return render_template(
        "firm_needs/show.html",
        row=row,
        form=form,
        states=STATES,
        is_open=row.state == OPEN,
        trail=queries.trail_of(db(), row.id),
        verbs=_VERBS,
        labels=_FIELDS,
        said=_said(),
    )


def _form_at(street_id: int, park: Any) -> NeedForm:
    form = NeedForm()
    form.offer(users.list_workers_at(db(), street_id, park.id if park else None))
    return form


def _form_of(row: NeedRow) -> NeedForm:
    form = NeedForm()
    form.offer(users.list_workers_at(db(), row.street_id, row.park_id), row)
    return form


def _differing(form: NeedForm, row: NeedRow) -> list[dict[str, str]]:
    """Each line with mine, theirs, and what it said before theirs."""
    before: dict[str, list[Any]] = {}
    for step in queries.trail_of(db(), row.id):
        before = {**step.details.get("changes", {}), **before}
    said, mine = _said(), form.said()
    lines = []
    for name, label in _FIELDS.items():
        theirs = getattr(row, name)
        original = before[name][0] if name in before else theirs
        shown = {"mine": getattr(mine, name), "theirs": theirs, "original": original}
        lines.append({key: said(name, value) for key, value in shown.items()} | {"label": _(label)})
    if row.state != OPEN:
        lines.append(
            {"label": _("State"), "mine": _(STATES[OPEN]), "theirs": _(STATES[row.state]), "original": ""}
        )
    return lines


def _said() -> Callable[[str, Any], str]:
    """How a value of a need reads; accounts that were closed keep their names."""
    people = {each.id: each.display_name for each in users.list_users(db())}

    def words(name: str, value: Any) -> str:
        if name == "kind" and value in service_kinds.needs():
            return service_kinds.needs()[value].name(language())
        if name == "owner_id":
            return people.get(value, "—") if value else _("The bureau")
        return str(value) if value else "—"

    return words


def _back(need_id: int) -> Response:
    home = url_for("firm_needs.show", need_id=need_id)
    return redirect(local_path(request.form.get("next"), home))
