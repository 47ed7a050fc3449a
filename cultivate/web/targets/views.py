"""What was promised, and how the years closed against it."""

from flask import render_template

from cultivate import clock, packs
from cultivate.domain.permissions import Act
from cultivate.queries import targets, units
from cultivate.queries.plan_years import plan_years
from cultivate.web import charts, figures
from cultivate.web.access import needs
from cultivate.web.request import actor, db
from cultivate.web.targets import blueprint


@blueprint.get("/targets")
@needs(Act.VIEW_TARGETS)
def show() -> str:
    """The plan with its indicators, each track year by year, and what the streets promised."""
    scope, today = actor().scope, clock.today()
    promises = targets.list_targets(db())
    applying = [targets.applying(targets.of_scope(promises, scope), track, today) for track in packs.tracks()]
    names = {row.plan for row in promises} & set(packs.plan_names())
    return render_template(
        "targets/show.html",
        plans=[packs.plan(name) for name in sorted(names)],
        tracks_by_year=[
            (promise, plan_years(db(), scope, promise, today)) for promise in applying if promise is not None
        ],
        units=units.by_id(db()),
        unit_targets=targets.of_units(promises, scope, today),
        charts=charts,
        figures=figures,
    )
