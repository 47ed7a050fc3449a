"""What was done for a firm."""

from marshmallow import fields

from cultivate.api.fields import Body, Choice, Day, Id, Inner, Many, Moment, Text
from cultivate.api.shapes.base import Answer, PageShape
from cultivate.domain.service_kinds import KINDS


class ServiceShape(Answer):
    """A service record."""

    id = Id()
    candidacy_id = Id()
    kind = fields.String(metadata={"enum": list(KINDS)})
    on = Day()
    note = fields.String()
    follow_up_on = Day(allow_none=True)
    followed_up_at = Moment(allow_none=True)
    recorded_at = Moment()
    by = fields.String(allow_none=True)


class ServicePage(PageShape):
    """Service records, newest first."""

    items = Many(Inner(ServiceShape))


class NewService(Body):
    """A service to record."""

    kind = Choice(tuple(KINDS), required=True)
    on = Day(load_default=None, metadata={"description": "today if not said"})
    note = Text(longest=4000, load_default="")
    follow_up_on = Day(load_default=None)
