"""A paper of a firm."""

from marshmallow import fields

from cultivate.api.fields import Body, Choice, Id, Inner, Many, Moment, Text
from cultivate.api.shapes.base import Answer, PageShape
from cultivate.api.shapes.imported import File
from cultivate.domain.paper_kinds import KINDS, OTHER


class AttachmentShape(Answer):
    """A paper; `digest` is the SHA-256 of its content, `media_type` what the content is."""

    id = Id()
    firm_id = Id()
    kind = fields.String(metadata={"enum": list(KINDS)})
    name = fields.String()
    note = fields.String()
    size = fields.Integer(metadata={"description": "bytes"})
    media_type = fields.String()
    digest = fields.String()
    by = fields.String(allow_none=True)
    recorded_at = Moment()


class AttachmentPage(PageShape):
    """Papers of a firm, newest first."""

    items = Many(Inner(AttachmentShape))


class AttachmentQuery(Body):
    """What the paper is."""

    kind = Choice(tuple(KINDS), load_default=OTHER)
    note = Text(longest=500, load_default="")


class AttachmentFile(Body):
    """The paper itself, up to 50 MB."""

    file = File(required=True)
