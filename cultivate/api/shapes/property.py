"""A right of a firm, and what is said of one."""

from marshmallow import fields

from cultivate.api.fields import Body, Choice, Day, Id, Inner, Many, Text
from cultivate.api.shapes.base import Answer
from cultivate.domain.property_kinds import KINDS, OBTAINED


class PropertyShape(Answer):
    """A patent, a software copyright and the like."""

    id = Id()
    version = Id()
    firm_id = Id()
    kind = fields.String(metadata={"enum": list(KINDS)})
    number = fields.String()
    title = fields.String()
    applied_on = Day(allow_none=True)
    granted_on = Day(allow_none=True, metadata={"description": "null while it is pending"})
    ends_on = Day(allow_none=True)
    owner = fields.String()
    obtained = fields.String()
    used_for_id = Id(allow_none=True, metadata={"description": "the candidacy that it was used for"})
    note = fields.String()


class PropertyList(Answer):
    """All rights of a firm."""

    items = Many(Inner(PropertyShape))


class NewProperty(Body):
    """A right to put on the list."""

    kind = Choice(tuple(KINDS), required=True)
    number = Text(longest=60, required=True)
    title = Text(longest=200, load_default="")
    applied_on = Day(load_default=None)
    granted_on = Day(load_default=None)
    ends_on = Day(load_default=None)
    owner = Text(longest=200, load_default="")
    obtained = Choice(("", *OBTAINED), load_default="")
    used_for_id = Id(load_default=None)
    note = Text(longest=500, load_default="")
