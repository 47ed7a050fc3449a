"""Taking the list away as a workbook."""

from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import request, send_file

from cultivate import clock
from cultivate.domain.permissions import Act
from cultivate.i18n import _
from cultivate.services import exports
from cultivate.web.access import needs
from cultivate.web.firms import blueprint
from cultivate.web.firms.listing import asked_filter
from cultivate.web.request import actor, db


@blueprint.post("/firms/export")
@needs(Act.EXPORT)
def export() -> Any:
    """The firms of the list, as .xlsx (``format=csv``: as .csv); who took what is kept, hence POST."""
    ending = "csv" if request.form.get("format") == "csv" else "xlsx"
    name = f"{_('Register of firms')}-{clock.today():%Y%m%d}.{ending}"
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"firms.{ending}"
        exports.export_firms(db(), actor(), path, asked_filter())
        content = BytesIO(
            path.read_bytes()
        )  # an open file would be nobody's to close when the reader has gone
    return send_file(content, as_attachment=True, download_name=name)
