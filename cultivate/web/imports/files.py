"""Files to take away: one's own workbook with the reasons, and an empty roster."""

import io
from typing import Any

from flask import send_file

from cultivate.domain.permissions import Act
from cultivate.i18n import _
from cultivate.services import imports
from cultivate.web.access import needs
from cultivate.web.imports import blueprint
from cultivate.web.request import actor, db

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/imports/<int:batch_id>/file")
@needs(Act.IMPORT_FIRMS)
def returned(batch_id: int) -> Any:
    """The uploaded workbook with outcome and reason behind each row."""
    name, content = imports.returned_workbook(db(), actor(), batch_id)
    return send_file(io.BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=name)


@blueprint.get("/imports/template.xlsx")
@needs(Act.IMPORT_FIRMS)
def template() -> Any:
    """An empty roster."""
    content = io.BytesIO(imports.roster_template())
    return send_file(content, mimetype=XLSX, as_attachment=True, download_name=f"{_('Roster')}.xlsx")
