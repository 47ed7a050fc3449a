"""The rows that were ticked, or all that the list's filter finds, from the address of an act."""

from dataclasses import replace

from flask import request

from cultivate import packs
from cultivate.errors import NotFound
from cultivate.queries import bulk_results, firms, pipeline
from cultivate.queries.columns import FIRMS, PIPELINE
from cultivate.queries.picked import Picked, parse
from cultivate.services.bulk import MOST
from cultivate.web.firms.listing import asked_filter
from cultivate.web.pipeline.question import narrowing_asked, standing_asked
from cultivate.web.request import actor, db


def area_asked() -> str:
    """The list that the rows are of; one that there is not is a page that there is not."""
    area = request.args.get("area", FIRMS)
    kind, _separator, track = area.partition("/")
    if area != FIRMS and not (kind == PIPELINE and track in packs.tracks()):
        raise NotFound
    return area


def picked(area: str) -> list[Picked]:
    """At most one more than an act takes, so that the page can say that these are too many."""
    again = request.args.get("again")
    if again:
        return bulk_results.refused_rows(bulk_results.get_answer(db(), actor(), again))
    if request.args.get("all") != "1":
        return parse(request.args.getlist("row"))[: MOST + 1]
    scope = actor().scope
    if area == FIRMS:
        ids = firms.list_ids(db(), scope, asked_filter(), MOST + 1)
        return [Picked(firm_id, seen=False) for firm_id in ids]
    asked = standing_asked(scope, area.partition("/")[2])
    found = pipeline.list_picked(db(), scope, asked, replace(narrowing_asked(), page=1), MOST + 1)
    return [Picked(firm_id, {candidacy_id: None}, seen=False) for candidacy_id, firm_id in found]
