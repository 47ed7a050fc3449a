"""Taking the recommendation list away."""

from io import BytesIO
from typing import Any

from flask import request, send_file

from cultivate.domain.permissions import Act
from cultivate.services import batch_exports
from cultivate.web.access import needs
from cultivate.web.batches import blueprint
from cultivate.web.batches.board import asked_filter
from cultivate.web.request import actor, db


@blueprint.post("/batches/<int:application_batch_id>/recommendation")
@needs(Act.EXPORT)
def export(application_batch_id: int) -> Any:
    """The firms that the board's filter finds; who took them is kept, hence POST."""
    ending = request.form.get("format", "xlsx")
    name, content = batch_exports.recommend(db(), actor(), application_batch_id, asked_filter(), ending)
    return send_file(BytesIO(content), as_attachment=True, download_name=name)
