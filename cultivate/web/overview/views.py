"""The overview: where the district, or one's own street, stands."""

from flask import render_template

from cultivate.domain.permissions import Act
from cultivate.queries import duplicates, imports, ledger, overview, worklist
from cultivate.web import charts, figures
from cultivate.web.access import needs
from cultivate.web.overview import blueprint
from cultivate.web.overview.question import question
from cultivate.web.request import actor, db


@blueprint.get("/")
@needs(Act.VIEW)
def show() -> str:
    """Both tracks against plan, pace and forecast; the funnel; what waits; the trend; streets and parks."""
    asked, scope = question(), actor().scope
    views = overview.track_views(db(), scope, asked.as_of, asked.known_at)
    lines = overview.place_lines(
        db(),
        scope,
        asked.track,
        asked.as_of,
        asked.known_at,
        asked.by,
        stalled=asked.is_today,
    )
    return render_template(
        "overview/show.html",
        asked=asked,
        views=views,
        lines=lines,
        is_empty=not any(any(view.progress.stock.accounts.values()) for view in views),
        tasks=worklist.counts(db(), actor(), asked.as_of) if asked.is_today else None,
        undecided=imports.count_to_decide(db(), actor())
        if asked.is_today and actor().may(Act.IMPORT_LISTS)
        else 0,
        doubles=duplicates.count_for(db(), actor()) if asked.is_today else 0,
        late=0 if asked.is_today else ledger.late_moves(db(), scope, asked.evening, asked.as_of),
        charts=charts,
        figures=figures,
    )
