"""``/firms/{id}/needs`` and ``/needs/{id}``: what firms ask for."""

from dataclasses import fields
from typing import Any

from cultivate.access import needs
from cultivate.api import blueprint, cursor
from cultivate.api.firms import ONE as FIRM
from cultivate.api.shapes.need import NeedAnswer, NeedChange, NeedPage, NeedQuery, NeedShape, NewNeed
from cultivate.domain.permissions import Act
from cultivate.queries import firm_needs as queries
from cultivate.queries import firms
from cultivate.request_session import actor, db
from cultivate.services import firm_needs
from cultivate.services.firm_needs import Need

api = blueprint.make("needs", "What firms ask for, with an owner and an answer.")
ONE = "/needs/<int(max=9223372036854775807):need_id>"


@api.route(f"{FIRM}/needs")
@needs(Act.VIEW)
@api.arguments(NeedQuery, location="query")
@api.response(200, NeedPage)
def list_needs(query: dict[str, Any], firm_id: int) -> dict[str, Any]:
    """List what a firm asks for, open ones first."""
    scope, state = actor().scope, query["state"]
    firms.get_firm(db(), scope, firm_id)
    rows = [row for row in queries.list_of_firm(db(), scope, firm_id) if state in (None, row.state)]
    return cursor.page(rows, query["cursor"], query["limit"])


@api.route(f"{FIRM}/needs", methods=["POST"])
@needs(Act.HANDLE_NEEDS)
@blueprint.takes_key
@api.arguments(NewNeed)
@api.response(201, NeedShape)
def raise_need(body: dict[str, Any], firm_id: int) -> Any:
    """Write down what a firm asks for."""
    service_id = body.pop("service_id")
    made = firm_needs.raise_need(db(), actor(), firm_id, Need(**body), service_id)
    return _stands(made), 201, {"Location": f"{blueprint.PREFIX}/needs/{made}"}


@api.route(ONE)
@needs(Act.VIEW)
@api.response(200, NeedShape)
def show_need(need_id: int) -> Any:
    """One need."""
    return _stands(need_id)


@api.route(ONE, methods=["PATCH"])
@needs(Act.HANDLE_NEEDS)
@api.arguments(NeedChange)
@api.response(200, NeedShape)
def change_need(body: dict[str, Any], need_id: int) -> Any:
    """Say an open need anew, or hand it to somebody else."""
    row, version = _stands(need_id), body.pop("version")
    stands = {each.name: getattr(row, each.name) for each in fields(Need)}
    firm_needs.change(db(), actor(), need_id, Need(**stands | body), version)
    return _stands(need_id)


@api.route(f"{ONE}/answer", methods=["POST"])
@needs(Act.HANDLE_NEEDS)
@blueprint.takes_key
@api.arguments(NeedAnswer)
@api.response(200, NeedShape)
def answer_need(body: dict[str, Any], need_id: int) -> Any:
    """Close a need, once; one that is closed already answers 409."""
    firm_needs.answer(db(), actor(), need_id, body["state"], body["answer"], body["version"])
    return _stands(need_id)


def _stands(need_id: int) -> queries.NeedRow:
    return queries.get_need(db(), actor().scope, need_id)
