"""Saying why a firm stands still: from my work and from the pipeline in place, else on a page of its own."""

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for

from cultivate import clock
from cultivate.domain.permissions import Act
from cultivate.errors import Conflict, CultivateError, NotFound
from cultivate.i18n import _
from cultivate.packs import stalled as pack
from cultivate.queries import candidacies, firms
from cultivate.queries import stall_notes as queries
from cultivate.queries.candidacies import CandidacyRow
from cultivate.services import stall_notes
from cultivate.services.stall_notes import Said
from cultivate.web.access import needs
from cultivate.web.filters import day
from cultivate.web.forms import apply_error
from cultivate.web.local import local_path
from cultivate.web.request import actor, db
from cultivate.web.stalled import blueprint
from cultivate.web.stalled.forms import StallNoteForm
from cultivate.web.work.answers import answered, is_piece, said

SECTION = "stalled"


@blueprint.get("/candidacies/<int:candidacy_id>/stall-notes/new")
@needs(Act.NOTE_STALL)
def new(candidacy_id: int) -> Any:
    """The form, in a dialog where a list asks for it."""
    row = candidacies.get_candidacy(db(), actor().scope, candidacy_id)
    form = StallNoteForm().offer(row)
    form.section.data, form.next.data = request.args.get("section"), request.args.get("next")
    return _page(form, row)


@blueprint.post("/candidacies/<int:candidacy_id>/stall-notes")
@needs(Act.NOTE_STALL)
def write(candidacy_id: int) -> Any:
    """Silence it until the day of its next step."""
    row = candidacies.get_candidacy(db(), actor().scope, candidacy_id)
    form = StallNoteForm().offer(row)
    if form.validate():
        told = Said(
            reason=form.reason.data,
            words=form.words.data or "",
            next_step=form.next_step.data,
            due_on=form.due_on.data,
            owner_id=int(form.owner.data),
        )
        try:
            note_id = stall_notes.write(db(), actor(), candidacy_id, told)
        except (Conflict, NotFound):
            raise
        except CultivateError as error:
            apply_error(form, error)
        else:
            return _written(note_id, form, row)
    answer = make_response(_page(form, row), 422)
    answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "#stall-note .dialog-body", "innerHTML"
    return answer


def _written(note_id: int, form: StallNoteForm, row: CandidacyRow) -> Any:
    message = _("Left alone until %(day)s.", day=day(form.due_on.data))
    undo = url_for("stalled.end", note_id=note_id)
    if form.section.data == SECTION:
        return answered(SECTION, message, undo)
    back = local_path(form.next.data, url_for("firms.show", firm_id=row.firm_id))
    flash(said(message, undo, {"next": back}), "good")
    return _back(back)


@blueprint.post("/stall-notes/<int:note_id>/end")
@needs(Act.NOTE_STALL)
def end(note_id: int) -> Any:
    """Take a note back."""
    note = queries.get_note(db(), actor().scope, note_id)
    stall_notes.end(db(), actor(), note_id)
    message = _("Taken back: it is on the list again.")
    if request.form.get("section") == SECTION:
        return answered(SECTION, message)
    flash(message, "good")
    row = candidacies.get_candidacy(db(), actor().scope, note.candidacy_id)
    return _back(local_path(request.form.get("next"), url_for("firms.show", firm_id=row.firm_id)))


def _back(address: str) -> Any:
    """To the list it came from; where htmx asks the whole page is loaded anew."""
    if not is_piece():
        return redirect(address)
    answer = make_response("", 204)
    answer.headers["HX-Redirect"] = address
    return answer


def _page(form: StallNoteForm, row: CandidacyRow) -> str:
    return render_template(
        "stalled/_form.html" if is_piece() else "stalled/new.html",
        form=form,
        row=row,
        firm=firms.get_firm(db(), actor().scope, row.firm_id),
        note=queries.standing(db(), [row.id]).get(row.id),
        rules=pack.rules(),
        days=(clock.today() - row.stage_since).days,
    )
