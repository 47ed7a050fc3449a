"""The lists behind the figures: candidacies and moves."""

from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from cultivate import packs
from cultivate.domain import list_query
from cultivate.domain.permissions import Act
from cultivate.domain.stages import EXITS, STAGES, Stage
from cultivate.packs import fields
from cultivate.queries import board, moves, pipeline, places, tags, units
from cultivate.queries.columns import PIPELINE
from cultivate.queries.paging import Page
from cultivate.queries.pipeline import Narrowing
from cultivate.queries.stock import IN_FORCE, Standing
from cultivate.web.access import needs
from cultivate.web.lists import frame
from cultivate.web.pipeline import blueprint
from cultivate.web.pipeline.question import (
    move_chips,
    moves_asked,
    narrowing_asked,
    standing_asked,
    standing_chips,
)
from cultivate.web.pipeline.ways import ways
from cultivate.web.request import actor, db


@blueprint.get("/pipeline")
@needs(Act.VIEW)
def first() -> Response:
    """The first track's pipeline."""
    return redirect(url_for("pipeline.show", track=next(iter(packs.tracks()))))


@blueprint.get("/pipeline/<track>")
@needs(Act.VIEW)
def show(track: str) -> str:
    """One row a candidacy; the list's length is the figure that led here. As a board: a card each."""
    scope = actor().scope
    asked = standing_asked(scope, track)
    narrowing = narrowing_asked()
    known_units = units.by_id(db())
    people = pipeline.people_in_charge(db(), scope, track)
    shape = _board(asked, narrowing) if _is_board(asked) else _table(asked, narrowing)
    return render_template(
        "pipeline/show.html",
        asked=asked,
        narrowing=narrowing,
        narrow=narrowing.narrow,
        frame=frame.framed(frame.area_of(PIPELINE, track), shape["rows"], narrowing.sort, known_units),
        units=known_units,
        places=places.shown(list(known_units.values()), scope),
        people=people,
        tags=tags.list_tags(db(), scope),
        fields=fields.names(),
        chips=standing_chips(asked, narrowing, dict(people)),
        **shape,
    )


def _is_board(asked: Standing) -> bool:
    """Ways out have no column: they are a table always."""
    return list_query.BOARD in request.args.getlist(list_query.SHAPE) and asked.stage not in EXITS


def _table(asked: Standing, narrowing: Narrowing) -> dict[str, Any]:
    scope = actor().scope
    return {
        "rows": pipeline.list_candidacies(db(), scope, asked, narrowing),
        "counts": pipeline.stage_counts(db(), scope, asked),
        "columns": None,
    }


def _board(asked: Standing, narrowing: Narrowing) -> dict[str, Any]:
    """The four columns; a phone shows the one of the stage that is asked for."""
    chosen = IN_FORCE if asked.stage == Stage.CERTIFY else asked.stage or board.COLUMNS[0]
    return {
        "rows": Page((), 0),
        "columns": board.list_columns(db(), actor().scope, asked, narrowing),
        "chosen": chosen,
        "ways": {stage: ways(actor(), stage) for stage in STAGES} if asked.is_now else {},
    }


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
