"""Assessments that were kept."""

from marshmallow import fields

from cultivate import packs
from cultivate.api.fields import Body, Choice, Day, Id, Inner, Many, Moment
from cultivate.api.shapes.base import Answer, PageQuery, PageShape


class AssessmentShape(Answer):
    """The answer of a pack to what was known of a firm on a day, with the facts it saw."""

    id = Id()
    firm_id = Id()
    track = fields.String(metadata={"enum": list(packs.tracks())})
    applied_on = Day(metadata={"description": "as if the firm had filed that day"})
    policy = fields.String(metadata={"description": "the pack"})
    digest = fields.String(metadata={"description": "of the pack as it applied: its version"})
    fingerprint = fields.String(metadata={"description": "the same for the same pack and facts"})
    verdict = fields.String(metadata={"enum": ["met", "not_met", "unknown"]})
    occasion = fields.String(metadata={"enum": ["asked", "proposed", "recommended"]})
    facts = fields.Dict(metadata={"description": "as `cultivate assess` reads them"})
    result = fields.Dict(
        metadata={"description": "conditions and score as in `cultivate assess`, without words"}
    )
    by = fields.String(allow_none=True)
    made_at = Moment()


class AssessmentPage(PageShape):
    """Assessments of a firm, newest first."""

    items = Many(Inner(AssessmentShape))


class AssessmentQuery(PageQuery):
    """Which assessments."""

    track = Choice(tuple(packs.tracks()), load_default=None)


class NewAssessment(Body):
    """An assessment to make of what is known now."""

    track = Choice(tuple(packs.tracks()), required=True)
    applied_on = Day(load_default=None, metadata={"description": "today if not said"})
