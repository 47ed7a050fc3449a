"""A candidacy: a firm's way through a track."""

from marshmallow import fields

from cultivate import packs
from cultivate.api.fields import Body, Choice, Day, Id, Text
from cultivate.api.shapes.base import Answer
from cultivate.domain.stages import ACCOUNTS


class CandidacyBrief(Answer):
    """A candidacy in its firm's record."""

    id = Id()
    track = fields.String()
    cycle = fields.Integer(metadata={"description": "1 for the firm's first way through the track"})
    stage = fields.String(metadata={"enum": list(ACCOUNTS), "description": "a stage, or the way out"})
    stage_since = Day()
    version = Id()


class CandidacyShape(CandidacyBrief):
    """A candidacy by itself."""

    firm_id = Id()
    in_charge = fields.String(allow_none=True, metadata={"description": "name of the person in charge"})
    retry_year = fields.Integer(
        allow_none=True, metadata={"description": "when a firm not passed may try again"}
    )
    renews = Id(attribute="renews_id", allow_none=True, metadata={"description": "candidacy that it renews"})


class NewCandidacy(Body):
    """What opens a candidacy, at ``discover``."""

    track = Choice(tuple(packs.tracks()), required=True)
    effective_on = Day(load_default=None, metadata={"description": "today if not said"})
    reason = Text(longest=1000, load_default=None)
