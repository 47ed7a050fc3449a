"""``/firms/<id>/dossier``: all that matters of a firm on one page, to print or as a PDF."""

from io import BytesIO
from typing import Any

from flask import render_template, send_file

from cultivate.domain.permissions import Act
from cultivate.reports.dossier import content
from cultivate.reports.dossier.content import NOTE_LINES
from cultivate.services import dossiers
from cultivate.web.access import needs
from cultivate.web.firms import blueprint
from cultivate.web.request import actor, db


@blueprint.get("/firms/<int:firm_id>/dossier")
@needs(Act.VIEW)
def dossier(firm_id: int) -> Any:
    """The page; printed, it is one sheet."""
    what = content.of_firm(db(), actor(), firm_id)
    return render_template("firms/dossier.html", what=what, note_lines=NOTE_LINES)


@blueprint.post("/firms/<int:firm_id>/dossier.pdf")
@needs(Act.EXPORT)
def dossier_pdf(firm_id: int) -> Any:
    """The same as a file, to send or to print elsewhere; who took it away is kept, hence POST."""
    name, made = dossiers.write_dossiers(db(), db(), actor(), [firm_id])
    return send_file(BytesIO(made), "application/pdf", as_attachment=True, download_name=name)
