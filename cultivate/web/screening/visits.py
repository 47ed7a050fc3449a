"""``/screening/visit-list``: the list on the page as a workbook to go out with."""

from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import flash, redirect, request, send_file, url_for

from cultivate import clock
from cultivate.domain.permissions import Act
from cultivate.errors import Invalid
from cultivate.i18n import _, say
from cultivate.services import visit_lists
from cultivate.web.access import needs
from cultivate.web.request import actor, db
from cultivate.web.screening import blueprint
from cultivate.web.screening.question import asked as question


@blueprint.post("/screening/visit-list")
@needs(Act.EXPORT)
def visit_list() -> Any:
    """The firms of the class, unit and order in the address."""
    asked = question()
    try:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "visits.xlsx"
            visit_lists.write_visit_list(db(), actor(), path, asked)
            content = BytesIO(path.read_bytes())
    except Invalid as error:
        flash(say(error), "error")
        return redirect(f"{url_for('screening.show')}?{request.query_string.decode()}")
    name = f"{_('Visit list')}-{asked.track}-{clock.today():%Y%m%d}.xlsx"
    return send_file(content, as_attachment=True, download_name=name)
