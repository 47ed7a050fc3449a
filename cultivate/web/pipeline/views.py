"""The lists behind the figures: candidacies and moves."""

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from cultivate import packs
from cultivate.domain.permissions import Act
from cultivate.extensions import settings
from cultivate.queries import moves, pipeline, places, units
from cultivate.web.access import needs
from cultivate.web.pipeline import blueprint
from cultivate.web.pipeline.question import (
    SORTS,
    move_chips,
    moves_asked,
    narrowing_asked,
    standing_asked,
    standing_chips,
)
from cultivate.web.request import actor, db


@blueprint.get("/pipeline")
@needs(Act.VIEW)
def first() -> Response:
    """The first track's pipeline."""
    return redirect(url_for("pipeline.show", track=next(iter(packs.tracks()))))


@blueprint.get("/pipeline/<track>")
@needs(Act.VIEW)
def show(track: str) -> str:
    """One row a candidacy; the list's length is the figure that led here."""
    scope = actor().scope
    asked = standing_asked(scope, track)
    narrowing = narrowing_asked(actor().user_id, dict(settings().stalled_days))
    known_units = units.by_id(db())
    people = pipeline.people_in_charge(db(), scope, track)
    return render_template(
        "pipeline/show.html",
        asked=asked,
        narrowing=narrowing,
        rows=pipeline.list_candidacies(db(), scope, asked, narrowing),
        counts=pipeline.stage_counts(db(), scope, asked),
        units=known_units,
        places=places.shown(list(known_units.values()), scope),
        people=people,
        chips=standing_chips(asked, narrowing, dict(people)),
        sorts=SORTS,
    )


@blueprint.get("/moves", endpoint="moves")
@needs(Act.VIEW)
def list_moves() -> str:
    """One row a move."""
    asked = moves_asked(actor().scope)
    return render_template(
        "pipeline/moves.html",
        asked=asked,
        rows=moves.list_moves(db(), actor().scope, asked),
        units=units.by_id(db()),
        chips=move_chips(asked),
    )
