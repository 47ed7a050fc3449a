"""``/batches``: the rounds of every track and year."""

from flask import render_template, request

from cultivate import packs
from cultivate.domain.batches import BATCH_STATES
from cultivate.domain.permissions import Act
from cultivate.queries import application_batches as queries
from cultivate.queries import batch_entries
from cultivate.web.access import needs
from cultivate.web.batches import blueprint
from cultivate.web.batches.words import countdown
from cultivate.web.numbers import whole
from cultivate.web.pipeline.question import page_number
from cultivate.web.request import actor, db


@blueprint.get("/batches")
@needs(Act.VIEW)
def index() -> str:
    """The newest year first; figures are of the reader's own firms."""
    track = request.args.get("track") if request.args.get("track") in packs.tracks() else None
    year = request.args.get("year", type=whole)
    page = queries.list_batches(db(), track, year, page_number())
    return render_template(
        "batches/index.html",
        page=page,
        counts=batch_entries.count_entries(db(), actor().scope, [row.id for row in page.items]),
        track=track,
        year=year,
        years=queries.list_years(db()),
        states=BATCH_STATES,
        countdown=countdown,
    )
