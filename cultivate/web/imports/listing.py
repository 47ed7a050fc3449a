"""``/imports``: the two uploads, and what was imported so far."""

from typing import Any

from flask import redirect, render_template, request, url_for

from cultivate.domain.permissions import Act
from cultivate.errors import CultivateError
from cultivate.queries import imports as queries
from cultivate.services import imports
from cultivate.services.imports import FIRMS, LISTS
from cultivate.web.access import needs
from cultivate.web.forms import apply_error
from cultivate.web.imports import blueprint, wording
from cultivate.web.imports.forms import ListForm, RosterForm, UploadForm
from cultivate.web.request import actor, db


def _page(roster: RosterForm, official: ListForm) -> str:
    page = queries.list_batches(db(), actor(), request.args.get("page", 1, type=int))
    return render_template(
        "imports/index.html",
        roster=roster,
        official=official,
        page=page,
        summaries={batch.id: wording.sums(batch) for batch in page.items},
        labels=wording.outcome_labels(),
        states=wording.state_labels(),
    )


def _upload(kind: str, form: UploadForm) -> Any:
    """To the preview, or ``None`` with the reason on the form."""
    if not form.validate():
        return None
    filename, content = form.upload
    try:
        batch_id = imports.preview(db(), actor(), kind, filename, content, form.options)
    except CultivateError as error:
        apply_error(form, error)
        return None
    return redirect(url_for("imports.show", batch_id=batch_id))


@blueprint.get("/imports")
@needs(Act.IMPORT_FIRMS)
def index() -> str:
    """Upload, or look at an earlier import."""
    return _page(RosterForm(formdata=None).offer(actor()), ListForm(formdata=None).offer())


@blueprint.post("/imports/firms")
@needs(Act.IMPORT_FIRMS)
def upload_roster() -> Any:
    """Read a roster and show what would become of each row; nothing of the register changes yet."""
    form = RosterForm().offer(actor())
    answer = _upload(FIRMS, form)
    return answer or (_page(form, ListForm(formdata=None).offer()), 422)


@blueprint.post("/imports/certificates")
@needs(Act.IMPORT_LISTS)
def upload_list() -> Any:
    """Read an official list and show which of its firms are ours."""
    form = ListForm().offer()
    answer = _upload(LISTS, form)
    return answer or (_page(RosterForm(formdata=None).offer(actor()), form), 422)
