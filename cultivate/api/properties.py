"""``/firms/{id}/properties``: a firm's intellectual property."""

from typing import Any

from cultivate.access import needs
from cultivate.api import blueprint
from cultivate.api.firms import ONE
from cultivate.api.shapes.property import NewProperty, PropertyList, PropertyShape
from cultivate.domain.permissions import Act
from cultivate.queries import firms
from cultivate.queries import properties as queries
from cultivate.request_session import actor, db
from cultivate.services import properties
from cultivate.services.properties import PropertyData

api = blueprint.make("properties", "Intellectual property of a firm.")


@api.route(f"{ONE}/properties")
@needs(Act.VIEW)
@api.response(200, PropertyList)
def list_properties(firm_id: int) -> dict[str, Any]:
    """The rights of a firm: pending ones first, then the newest grant."""
    firms.get_firm(db(), actor().scope, firm_id)
    return {"items": queries.list_of_firm(db(), firm_id)}


@api.route(f"{ONE}/properties", methods=["POST"])
@needs(Act.EDIT_FIRM)
@blueprint.takes_key
@api.arguments(NewProperty)
@api.response(201, PropertyShape)
def add_property(body: dict[str, Any], firm_id: int) -> Any:
    """Put a right on the firm's list."""
    made = properties.add(db(), actor(), firm_id, PropertyData(**body))
    address = f"{blueprint.PREFIX}/firms/{firm_id}/properties"
    return queries.get_property(db(), actor().scope, made), 201, {"Location": address}
