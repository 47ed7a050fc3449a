"""What was done for a firm."""

from marshmallow import fields

from cultivate.api.fields import Body, Choice, Day, Id, Inner, Many, Moment, Text
from cultivate.api.shapes.base import Answer, PageShape
from cultivate.packs import service_kinds


class ServiceShape(Answer):
    """A service record."""

    id = Id()
    candidacy_id = Id()
    kind = fields.String(metadata={"enum": list(service_kinds.services())})
    on = Day()
    note = fields.String()
    follow_up_on = Day(allow_none=True)
    followed_up_at = Moment(allow_none=True)
    recorded_at = Moment()
    by = fields.String(allow_none=True)
    version = fields.Integer()
    round_id = Id(allow_none=True)
    participants = fields.String()
    found = fields.String()
    promised = fields.String()
    follow_up = fields.String()
    follow_up_owner_id = Id(allow_none=True)
    follow_up_owner = fields.String(allow_none=True)
    outcome = fields.String()
    withdrawn_at = Moment(allow_none=True)
    withdrawn_reason = fields.String(allow_none=True)


class ServicePage(PageShape):
    """Service records, newest first."""

    items = Many(Inner(ServiceShape))


class NewService(Body):
    """A service to record."""

    kind = Choice(tuple(service_kinds.services()), required=True)
    on = Day(load_default=None, metadata={"description": "today if not said"})
    note = Text(longest=4000, load_default="")
    participants = Text(longest=500, load_default="")
    found = Text(longest=4000, load_default="")
    promised = Text(longest=4000, load_default="")
    follow_up = Text(longest=500, load_default="", metadata={"description": "what is to be done by that day"})
    follow_up_on = Day(load_default=None)
    follow_up_owner_id = Id(load_default=None, metadata={"description": "who is in charge if not said"})
