"""``/screening``: who is ready to file, and who is cheapest to close."""

from typing import Any

from cultivate import clock
from cultivate.access import needs
from cultivate.api import blueprint, cursor
from cultivate.api.shapes.screening import ScreenedPage, ScreeningQuery, shown
from cultivate.domain.permissions import Act
from cultivate.queries import places, screening, units
from cultivate.queries.screening import Asked
from cultivate.request_session import actor, db

api = blueprint.make("screening", "Firms by how near they are to filing.")


@api.route("/screening")
@needs(Act.VIEW)
@api.arguments(ScreeningQuery, location="query")
@api.response(200, ScreenedPage)
def list_screened(query: dict[str, Any]) -> dict[str, Any]:
    """List firms as they were screened last, the cheapest to close first."""
    scope, limit = actor().scope, query["limit"]
    asked = Asked(
        track=query["track"],
        year=query["year"] or clock.today().year,
        readiness=query["readiness"],
        unit=places.get_place(db(), scope, query["unit"]),
        sort=query["sort"],
    )
    page = screening.list_firms(db(), scope, asked, cursor.page_number(query["cursor"], limit), limit)
    known_units = units.by_id(db())
    more = page.number * limit < page.total
    return {
        "items": [shown(row, known_units) for row in page.items],
        "counts": screening.counts(db(), scope, asked),
        "total": page.total,
        "next": cursor.encode(page.number * limit) if more else None,
    }
