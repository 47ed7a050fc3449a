"""``/candidacies/{id}/services``: what was done for a firm."""

from typing import Any

from cultivate.access import needs
from cultivate.api import blueprint, cursor
from cultivate.api.candidacies import ONE
from cultivate.api.shapes.base import PageQuery
from cultivate.api.shapes.service import NewService, ServicePage, ServiceShape
from cultivate.domain.permissions import Act
from cultivate.queries import candidacies
from cultivate.queries.firm_timeline import ServiceRow, services_of
from cultivate.request_session import actor, db
from cultivate.services import service_records
from cultivate.services.service_records import Service

api = blueprint.make("services", "Service records of a candidacy.")


@api.route(f"{ONE}/services")
@needs(Act.VIEW)
@api.arguments(PageQuery, location="query")
@api.response(200, ServicePage)
def list_services(query: dict[str, Any], candidacy_id: int) -> dict[str, Any]:
    """Service records of a candidacy, newest first."""
    return cursor.page(_of(candidacy_id), query["cursor"], query["limit"])


@api.route(f"{ONE}/services", methods=["POST"])
@needs(Act.RECORD_SERVICE)
@blueprint.takes_key
@api.arguments(NewService)
@api.response(201, ServiceShape)
def record_service(body: dict[str, Any], candidacy_id: int) -> Any:
    """Record a service."""
    texts = ("note", "participants", "found", "promised", "follow_up")
    said = Service(**{**body, **{name: body[name] or "" for name in texts}})
    (made,) = service_records.record_visit(db(), actor(), [candidacy_id], said)
    (row,) = [found for found in _of(candidacy_id) if found.id == made]
    return row, 201, {"Location": f"{blueprint.PREFIX}/candidacies/{candidacy_id}/services"}


def _of(candidacy_id: int) -> list[ServiceRow]:
    scope = actor().scope
    candidacy = candidacies.get_candidacy(db(), scope, candidacy_id)
    return [row for row in services_of(db(), scope, candidacy.firm_id) if row.candidacy_id == candidacy_id]
