"""Accepting proven suggestions in a preview, row by row or those that are ticked, and taking that back."""

import re
from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for

from cultivate.domain.permissions import Act
from cultivate.errors import Conflict, CultivateError, Invalid
from cultivate.i18n import _, _n, say
from cultivate.queries import imports as queries
from cultivate.services import imports, long_work
from cultivate.web.access import needs
from cultivate.web.imports import blueprint
from cultivate.web.imports.page import import_page
from cultivate.web.numbers import whole
from cultivate.web.request import actor, db

_ROW = re.compile(r"(\d{1,9}):(.+)", re.ASCII)


@blueprint.post("/imports/<int:batch_id>/suggestions")
@needs(Act.IMPORT_FIRMS)
def accept(batch_id: int) -> Any:
    """Take over the suggestions that are named with the row, as they were seen: ``row=16:9133…``."""
    pairs = [_ROW.fullmatch(each) for each in request.form.getlist("row")]
    seen = {int(pair[1]): pair[2] for pair in pairs if pair}
    if not seen:
        return _refused(batch_id, _("Nothing is ticked."), 422)

    def act() -> None:
        imports.accept_suggestions(db(), actor(), batch_id, seen)
        flash(
            _n("%(num)s suggestion accepted.", "%(num)s suggestions accepted.", len(seen))
            + " "
            + _("Nothing is written before you import."),
            "good",
        )

    return _carried_out(batch_id, act, min(seen) if len(seen) == 1 else None)


@blueprint.post("/imports/<int:batch_id>/suggestions/take-back")
@needs(Act.IMPORT_FIRMS)
def take_back(batch_id: int) -> Any:
    """Let the cell of a row say again what the file says."""
    number = request.form.get("row", 0, type=whole)

    def act() -> None:
        imports.take_back_accepted(db(), actor(), batch_id, [number])
        flash(_("Taken back: the row says again what the file says."), "good")

    return _carried_out(batch_id, act, number)


def _carried_out(batch_id: int, act: Callable[[], None], number: int | None) -> Any:
    """Every row is judged anew, so the page may have to wait and is told how far that is."""
    batch = queries.get_batch(db(), actor(), batch_id)
    db().rollback()
    key = f"import:{batch_id}"
    try:
        with long_work.shown(actor(), key, batch.file_name):
            long_work.say(long_work.CHECKING, 0, batch.counts.get("rows", 0))
            act()
    except CultivateError as error:
        db().rollback()
        long_work.give_up(key)
        if isinstance(error, Conflict | Invalid):
            return _refused(batch_id, say(error), 409 if isinstance(error, Conflict) else 422)
        raise
    long_work.finish(db(), key)
    outcome, page = request.form.get("outcome"), request.form.get("page")
    anchor = f"row-{number}" if number else None
    return redirect(url_for("imports.show", batch_id=batch_id, outcome=outcome, page=page, _anchor=anchor))


def _refused(batch_id: int, why: str, status: int) -> Any:
    return import_page(batch_id, refusal=why), status
