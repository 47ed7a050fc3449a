"""``/firms/{id}/figures``: figures by year, each with its calibre and where it comes from."""

from typing import Any

from cultivate.access import needs
from cultivate.api import blueprint
from cultivate.api.firms import ONE, race
from cultivate.api.shapes.figure import FigureList, FigureQuery, NewFigures, said
from cultivate.api.shapes.firm import FirmShape
from cultivate.domain.permissions import Act
from cultivate.queries import figures
from cultivate.queries import firms as queries
from cultivate.request_session import actor, db
from cultivate.services import firm_figures

api = blueprint.make("figures", "Figures of a firm by year.")


@api.route(f"{ONE}/figures")
@needs(Act.VIEW)
@api.arguments(FigureQuery, location="query")
@api.response(200, FigureList)
def list_figures(query: dict[str, Any], firm_id: int) -> Any:
    """The figures of a firm, with `history` those of before as well."""
    queries.get_firm(db(), actor().scope, firm_id)
    return {"items": figures.of_firm(db(), firm_id, history=query["history"])}


@api.route(f"{ONE}/figures", methods=["POST"])
@needs(Act.EDIT_FIRM)
@blueprint.takes_key
@api.arguments(NewFigures)
@api.response(200, FirmShape)
def record_figures(body: dict[str, Any], firm_id: int) -> Any:
    """Record figures of a year; what was said before is kept. Answers with the firm."""
    with race(firm_id):
        firm_figures.record(
            db(), actor(), firm_id, said(body), body["version"], source=body["source"].strip()
        )
    return queries.get_firm(db(), actor().scope, firm_id)
