"""``/firms/{id}/assessments``: whether a firm may apply, kept with what was seen."""

from typing import Any

from cultivate.access import needs
from cultivate.api import blueprint, cursor
from cultivate.api.firms import ONE
from cultivate.api.shapes.assessment import AssessmentPage, AssessmentQuery, AssessmentShape, NewAssessment
from cultivate.domain.permissions import Act
from cultivate.queries import assessments as queries
from cultivate.queries import firms
from cultivate.request_session import actor, db
from cultivate.services import assessments

api = blueprint.make("assessments", "Whether a firm may apply: assessments that were kept.")


@api.route(f"{ONE}/assessments")
@needs(Act.VIEW)
@api.arguments(AssessmentQuery, location="query")
@api.response(200, AssessmentPage)
def list_assessments(query: dict[str, Any], firm_id: int) -> dict[str, Any]:
    """The last fifty assessments of a firm, newest first."""
    scope = actor().scope
    firms.get_firm(db(), scope, firm_id)
    rows = queries.list_of_firm(db(), scope, firm_id, query["track"])
    return cursor.page(rows, query["cursor"], query["limit"])


@api.route(f"{ONE}/assessments", methods=["POST"])
@needs(Act.EDIT_FIRM)
@blueprint.takes_key
@api.arguments(NewAssessment)
@api.response(201, AssessmentShape)
def assess_firm(body: dict[str, Any], firm_id: int) -> Any:
    """Assess a firm by what is known. The same question is kept once: then the one that is there comes back."""
    made, _new = assessments.assess_firm(db(), actor(), firm_id, body["track"], body["applied_on"])
    row = queries.get_assessment(db(), actor().scope, made)
    return row, 201, {"Location": f"{blueprint.PREFIX}/firms/{firm_id}/assessments"}
