"""A person says whose a line of an official list is, or which value of a changed row counts."""

from typing import Any

from flask import redirect, request, url_for

from cultivate.domain.permissions import Act
from cultivate.errors import Conflict, Invalid, NotFound
from cultivate.i18n import say
from cultivate.queries import firms
from cultivate.services import imports
from cultivate.services.imports.verdict import OURS
from cultivate.web.access import needs
from cultivate.web.imports import blueprint
from cultivate.web.imports.page import import_page
from cultivate.web.numbers import whole
from cultivate.web.request import actor, db


def _firm() -> int | None:
    """The firm chosen among the near ones, or named by its credit code."""
    code = request.form.get("code", "").strip()
    if code:
        return firms.find_reference(db(), actor().scope, code)
    return request.form.get("firm", type=whole)


def _refused(batch_id: int, error: Conflict | Invalid) -> Any:
    db().rollback()
    return import_page(batch_id, refusal=say(error)), 409 if isinstance(error, Conflict) else 422


@blueprint.post("/imports/<int:batch_id>/rows/<int:row_number>/decide")
@needs(Act.IMPORT_LISTS)
def decide(batch_id: int, row_number: int) -> Any:
    """Keep what a person said of the line; in an import that was done it acts at once."""
    decision = request.form.get("decision", "")
    try:
        firm_id = _firm() if decision == OURS else None
        seen = request.form.get("seen")
        imports.decide(db(), actor(), batch_id, row_number, decision, firm_id, seen=seen)
    except (Conflict, Invalid) as error:
        return _refused(batch_id, error)
    except NotFound as error:
        if not error.params:  # the import itself is not there, or not theirs
            raise
        db().rollback()
        return import_page(batch_id, refusal=say(error)), 422
    outcome, page = request.form.get("outcome"), request.form.get("page")
    return redirect(url_for("imports.show", batch_id=batch_id, outcome=outcome, page=page))


@blueprint.post("/imports/<int:batch_id>/rows/<int:row_number>/settle")
@needs(Act.IMPORT_FIRMS)
def settle(batch_id: int, row_number: int) -> Any:
    """Keep which value counts of a row that was changed here since its export."""
    try:
        decision, seen = request.form.get("decision", ""), request.form.get("seen")
        imports.decide(db(), actor(), batch_id, row_number, decision, seen=seen)
    except (Conflict, Invalid) as error:
        return _refused(batch_id, error)
    outcome, page = request.form.get("outcome"), request.form.get("page")
    return redirect(
        url_for("imports.show", batch_id=batch_id, outcome=outcome, page=page, _anchor=f"row-{row_number}")
    )
