"""The official list that answered a batch, and where the two differ."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from cultivate.domain.permissions import Act
from cultivate.errors import CultivateError
from cultivate.i18n import _, say
from cultivate.queries import application_batches as queries
from cultivate.queries import batch_reconciling, imports, units
from cultivate.services import application_batches as batches
from cultivate.web.access import needs
from cultivate.web.batches import blueprint
from cultivate.web.numbers import whole
from cultivate.web.request import actor, db


@blueprint.get("/batches/<int:application_batch_id>/reconcile")
@needs(Act.IMPORT_LISTS)
def reconcile(application_batch_id: int) -> str:
    """Both sides, in parts that add up; without a list, which one it is."""
    row = queries.get_batch(db(), application_batch_id)
    linked = row.import_batch_id is not None
    return render_template(
        "batches/reconcile.html",
        row=row,
        choices=batch_reconciling.list_choices(db(), actor(), row),
        found=batch_reconciling.reconcile(db(), actor().scope, row) if linked else None,
        source=imports.get_batch(db(), actor(), row.import_batch_id or 0) if linked else None,
        units=units.by_id(db()),
    )


@blueprint.post("/batches/<int:application_batch_id>/reconcile")
@needs(Act.IMPORT_LISTS)
def link(application_batch_id: int) -> Any:
    """Name the list; an empty choice takes it away."""
    row = queries.get_batch(db(), application_batch_id)
    version = request.form.get("version", 0, type=whole)
    try:
        batches.link_list(db(), actor(), row.id, request.form.get("list", type=whole), version)
    except CultivateError as error:
        db().rollback()
        flash(say(error), "bad")
    else:
        flash(_("Saved."), "good")
    return redirect(url_for("batches.reconcile", application_batch_id=row.id))
