"""Adding papers, taking them away, fetching them back."""

from typing import Any

from flask import flash, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response

from cultivate.domain.paper_kinds import OTHER
from cultivate.domain.permissions import Act
from cultivate.errors import N_, CultivateError, Invalid
from cultivate.i18n import _, _n, say
from cultivate.queries import firms
from cultivate.services import attachments
from cultivate.web.access import needs
from cultivate.web.attachments import blueprint
from cultivate.web.request import actor, db


@blueprint.post("/firms/<int:firm_id>/attachments")
@needs(Act.EDIT_FIRM)
def add(firm_id: int) -> Any:
    """Keep the files that were sent, all or none. A script sends one at a time and reads JSON."""
    scripted = request.accept_mimetypes.best == "application/json"
    try:
        added = _add_all(firm_id)
    except CultivateError as error:
        if not scripted:
            raise
        return jsonify(error={"code": error.problem, "message": say(error)}), error.status
    if scripted:
        return jsonify(ids=added), 201
    flash(_n("%(num)s paper added.", "%(num)s papers added.", len(added)), "good")
    return _back(firm_id)


@blueprint.post("/attachments/<int:attachment_id>/remove")
@needs(Act.EDIT_FIRM)
def remove(attachment_id: int) -> Response:
    """Take a paper away; it can be fetched back from the same list."""
    firm_id = attachments.remove(db(), actor(), attachment_id)
    flash(_("Paper taken away. For 30 days it can be fetched back below."), "good")
    return _back(firm_id)


@blueprint.post("/attachments/<int:attachment_id>/restore")
@needs(Act.EDIT_FIRM)
def restore(attachment_id: int) -> Response:
    """Fetch a paper back."""
    firm_id = attachments.restore(db(), actor(), attachment_id)
    flash(_("Paper fetched back."), "good")
    return _back(firm_id)


def _add_all(firm_id: int) -> list[int]:
    firms.get_firm(db(), actor().scope, firm_id)  # a firm of others is not there, whatever was sent
    files = [file for file in request.files.getlist("file") if file.filename]
    if not files:
        raise Invalid(N_("Choose a file."), field="file", code="file-missing")
    kind, note = request.form.get("kind") or OTHER, request.form.get("note", "")
    return [
        attachments.attach(db(), actor(), firm_id, kind, file.filename or "", file.stream, note)
        for file in files
    ]


def _back(firm_id: int) -> Response:
    return redirect(url_for("firms.show", firm_id=firm_id, _anchor="papers"))
