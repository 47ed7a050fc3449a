"""``/funnel`` and ``/progress``: the numbers of the commands, for one's scope."""

from typing import Any

from cultivate import clock
from cultivate.access import needs
from cultivate.api import blueprint
from cultivate.api.shapes.counts import FunnelQuery, FunnelShape, ProgressQuery, ProgressShape
from cultivate.domain.permissions import Act
from cultivate.queries import progress
from cultivate.request_session import actor, db

api = blueprint.make("counts", "Counts: stock by stage, and both tracks against plan, pace and forecast.")


@api.route("/funnel")
@needs(Act.VIEW)
@api.arguments(FunnelQuery, location="query")
@api.response(200, FunnelShape)
def show_funnel(query: dict[str, Any]) -> dict[str, Any]:
    """Count a track on a day, as the book knew it then."""
    day = query["as_of"] or clock.today()
    return progress.funnel(db(), actor().scope, query["track"], day, query["known_at"], query["by"])


@api.route("/progress")
@needs(Act.VIEW)
@api.arguments(ProgressQuery, location="query")
@api.response(200, ProgressShape)
def show_progress(query: dict[str, Any]) -> dict[str, Any]:
    """Both tracks against plan, pace and forecast."""
    day = query["as_of"] or clock.today()
    rows = progress.progress(db(), actor().scope, day, query["known_at"])
    return progress.progress_answer(rows, day)
