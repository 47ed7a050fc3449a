"""Making a batch and moving its days."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from cultivate import clock, packs
from cultivate.domain.permissions import Act
from cultivate.errors import Conflict, CultivateError
from cultivate.i18n import _, language
from cultivate.queries import application_batches as queries
from cultivate.queries.application_batches import BatchRow
from cultivate.services import application_batches as batches
from cultivate.services.application_batches import YEARS, BatchData, Prefilled
from cultivate.web.access import needs
from cultivate.web.batches import blueprint
from cultivate.web.batches.forms import BatchForm
from cultivate.web.forms import apply_error
from cultivate.web.numbers import number_of, whole
from cultivate.web.request import actor, db

_DAYS = ("opens_on", "closes_on", "upper_closes_on", "submitted_on", "publicised_on", "announced_on")


def _asked() -> tuple[str, int]:
    """Track and year of the address; the first track and this year where it names none."""
    track = request.args.get("track", "")
    year = request.args.get("year", clock.today().year, type=whole)
    return (
        track if track in packs.tracks() else next(iter(packs.tracks())),
        year if year in YEARS else clock.today().year,
    )


def _data(form: BatchForm) -> BatchData:
    days: dict[str, Any] = {name: form[name].data if name in form else None for name in _DAYS}
    return BatchData(title=form.title.data or "", note=form.note.data or "", **days)


def _new_page(form: BatchForm, track: str, year: int, begun: Prefilled) -> str:
    return render_template("batches/new.html", form=form, track=track, year=year, begun=begun)


def _new_form() -> BatchForm:
    form = BatchForm()
    for name in ("submitted_on", "publicised_on", "announced_on", "version"):
        del form[name]
    return form


@blueprint.get("/batches/new")
@needs(Act.MANAGE_BATCHES)
def new() -> str:
    """The form, with the days of the policy pack."""
    track, year = _asked()
    begun, form = batches.prefilled(db(), track, year, language()), _new_form()
    form.process(formdata=None, obj=begun.data, round=begun.round)
    return _new_page(form, track, year, begun)


@blueprint.post("/batches/new")
@needs(Act.MANAGE_BATCHES)
def create() -> Any:
    """Make it."""
    (track, year), form = _asked(), _new_form()
    if form.validate():
        try:
            made = batches.create(db(), actor(), track, year, form.round.data or 0, _data(form))
        except CultivateError as error:
            apply_error(form, error)
        else:
            flash(_("The batch is there. Streets can propose firms for it."), "good")
            return redirect(url_for("batches.show", application_batch_id=made))
    return _new_page(form, track, year, batches.prefilled(db(), track, year, language())), 422


def _edit_form(row: BatchRow) -> BatchForm:
    form = BatchForm()
    del form.round
    if not form.is_submitted():
        days = {name: getattr(row.days, name) for name in _DAYS}
        form.process(formdata=None, title=row.title, note=row.note, version=row.version, **days)
    return form


@blueprint.get("/batches/<int:application_batch_id>/edit")
@needs(Act.MANAGE_BATCHES)
def edit(application_batch_id: int) -> str:
    """The form with what stands."""
    row = queries.get_batch(db(), application_batch_id)
    return render_template("batches/edit.html", form=_edit_form(row), row=row, differing=[])


@blueprint.post("/batches/<int:application_batch_id>/edit")
@needs(Act.MANAGE_BATCHES)
def save(application_batch_id: int) -> Any:
    """Save; who was slower sees both and sends again."""
    row = queries.get_batch(db(), application_batch_id)
    form, status, differing = _edit_form(row), 422, []
    if form.validate():
        version = number_of(form.version.data) or 0
        try:
            batches.edit(db(), actor(), application_batch_id, _data(form), version)
        except Conflict:
            status, differing = 409, _differing(form, row)
            form.version.data, form.version.raw_data = str(row.version), None
        except CultivateError as error:
            apply_error(form, error)
        else:
            flash(_("Saved."), "good")
            return redirect(url_for("batches.show", application_batch_id=application_batch_id))
    return render_template("batches/edit.html", form=form, row=row, differing=differing), status


def _differing(form: BatchForm, row: BatchRow) -> list[dict[str, str]]:
    """Lines of mine and theirs that are not the same."""
    theirs: dict[str, Any] = {"title": row.title, "note": row.note} | {
        name: getattr(row.days, name) for name in _DAYS
    }
    return [
        {"label": form[name].label.text, "mine": str(form[name].data or ""), "theirs": str(value or "")}
        for name, value in theirs.items()
        if (form[name].data or "") != (value or "")
    ]
