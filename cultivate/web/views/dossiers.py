"""The dossiers of picked firms as one PDF: on the way to a round of visits."""

from io import BytesIO
from typing import Any

from flask import render_template, request, send_file

from cultivate.domain import list_query
from cultivate.domain.permissions import Act
from cultivate.extensions import database
from cultivate.services import dossiers
from cultivate.web.access import needs
from cultivate.web.lists.frame import address_of
from cultivate.web.lists.picked import area_asked, picked
from cultivate.web.request import actor, db
from cultivate.web.views import blueprint


def _firms() -> list[int]:
    """Each firm once, in the order of the list."""
    return list(dict.fromkeys(row.firm_id for row in picked(area_asked())))


@blueprint.get("/bulk/dossiers")
@needs(Act.EXPORT)
def ask_dossiers() -> Any:
    """How many there are, before they are made."""
    return render_template(
        "views/ask_dossiers.html",
        count=len(_firms()),
        most=dossiers.MOST,
        back=address_of(area_asked(), list_query.canonical(request.args.items(multi=True))),
    )


@blueprint.post("/bulk/dossiers")
@needs(Act.EXPORT)
def make_dossiers() -> Any:
    """The file; who took it away is kept, hence POST."""
    ids = _firms()
    db().rollback()  # nothing is written yet, and SQLite has one writer
    with database().reading() as reading:
        name, made = dossiers.write_dossiers(db(), reading, actor(), ids)
    return send_file(BytesIO(made), "application/pdf", as_attachment=True, download_name=name)
