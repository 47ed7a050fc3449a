"""``/firms/<id>/dossier``: all that matters of a firm on one page, to print or as a PDF."""

from io import BytesIO
from typing import Any

from flask import render_template, send_file

from cultivate.domain.permissions import Act
from cultivate.reports.dossier import content, paper
from cultivate.reports.dossier.content import NOTE_LINES
from cultivate.web.access import needs
from cultivate.web.firms import blueprint
from cultivate.web.request import actor, db


@blueprint.get("/firms/<int:firm_id>/dossier")
@needs(Act.VIEW)
def dossier(firm_id: int) -> Any:
    """The page; printed, it is one sheet."""
    what = content.of_firm(db(), actor(), firm_id)
    return render_template("firms/dossier.html", what=what, note_lines=NOTE_LINES)


@blueprint.get("/firms/<int:firm_id>/dossier.pdf")
@needs(Act.VIEW)
def dossier_pdf(firm_id: int) -> Any:
    """The same as a file, shown in the browser: for who may not print from it, and for sending."""
    what = content.of_firm(db(), actor(), firm_id)
    name = f"{what.name}-{what.day:%Y%m%d}.pdf"
    return send_file(BytesIO(paper.render([what], what.name)), "application/pdf", download_name=name)
