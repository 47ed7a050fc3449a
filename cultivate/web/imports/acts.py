"""Carrying a preview out, giving it up, taking an import back."""

from typing import Any

from flask import flash, redirect, request, url_for

from cultivate.domain.permissions import Act
from cultivate.errors import Conflict, CultivateError, Invalid
from cultivate.i18n import _, say
from cultivate.queries import imports as queries
from cultivate.services import imports, long_work
from cultivate.services.imports import ImportTouched
from cultivate.web.access import needs
from cultivate.web.imports import blueprint
from cultivate.web.imports.page import import_page
from cultivate.web.request import actor, db


def _back(batch_id: int) -> Any:
    return redirect(url_for("imports.show", batch_id=batch_id))


def _refused(batch_id: int, error: Invalid | Conflict) -> Any:
    db().rollback()
    if isinstance(error, Conflict):
        return import_page(batch_id, refusal=say(error)), 409
    if isinstance(error, ImportTouched):
        return import_page(batch_id, touched=error), 422
    return import_page(batch_id, refusal=say(error)), 422


@blueprint.post("/imports/<int:batch_id>/commit")
@needs(Act.IMPORT_FIRMS)
def commit(batch_id: int) -> Any:
    """Write the good rows, or all or none as chosen; sent twice it acts once."""
    batch = queries.get_batch(db(), actor(), batch_id)
    db().rollback()  # so that the first word of the progress can be written before the book is taken
    key = f"import:{batch_id}"
    try:
        with long_work.shown(actor(), key, batch.file_name):
            long_work.say(long_work.WRITING, 0, batch.counts.get("rows", 0))
            imports.commit(db(), actor(), batch_id, request.form.get("policy", "good"))
    except CultivateError as error:
        db().rollback()
        long_work.give_up(key)
        if isinstance(error, Conflict | Invalid):
            return _refused(batch_id, error)
        raise
    long_work.finish(db(), key)
    flash(_("Imported."), "good")
    return _back(batch_id)


@blueprint.post("/imports/<int:batch_id>/drop")
@needs(Act.IMPORT_FIRMS)
def drop(batch_id: int) -> Any:
    """Give the preview up."""
    try:
        imports.drop(db(), actor(), batch_id)
    except Invalid as error:
        return _refused(batch_id, error)
    flash(_("Dropped. Nothing of the file was kept."), "good")
    return redirect(url_for("imports.index"))


@blueprint.post("/imports/<int:batch_id>/undo")
@needs(Act.UNDO_IMPORT)
def undo(batch_id: int) -> Any:
    """Take the import back, or say what has touched it since."""
    try:
        imports.undo(db(), actor(), batch_id)
    except Invalid as error:
        return _refused(batch_id, error)
    flash(_("Taken back. The book keeps both the import and its taking back."), "good")
    return _back(batch_id)
