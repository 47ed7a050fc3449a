"""What a firm asks for."""

from marshmallow import fields

from cultivate.api.fields import Body, Choice, Day, Id, Inner, Many, Moment, Text
from cultivate.api.shapes.base import Answer, PageQuery, PageShape
from cultivate.domain.needs import OPEN, STATES
from cultivate.packs import service_kinds
from cultivate.services.firm_needs import LONGEST


class NeedShape(Answer):
    """A need; without an owner it is the bureau's to answer."""

    id = Id()
    version = Id()
    firm_id = Id()
    kind = fields.String(metadata={"enum": list(service_kinds.needs())})
    text = fields.String()
    raised_on = Day()
    recorded_at = Moment()
    by = fields.String(allow_none=True)
    service_id = Id(allow_none=True, metadata={"description": "the service at which it was said"})
    owner_id = Id(allow_none=True)
    owner = fields.String(allow_none=True)
    owner_left = fields.Boolean(
        attribute="left", metadata={"description": "the owner cannot answer any more: the bureau sees it too"}
    )
    due_on = Day(allow_none=True)
    state = fields.String(metadata={"enum": list(STATES)})
    answer = fields.String()
    answered_on = Day(allow_none=True)
    answered_by = fields.String(allow_none=True)


class NeedPage(PageShape):
    """Open ones first, the one due first on top."""

    items = Many(Inner(NeedShape))


class NeedQuery(PageQuery):
    """Which needs."""

    state = Choice(tuple(STATES), load_default=None)


class _NeedWords(Body):
    kind = Choice(tuple(service_kinds.needs()))
    text = Text(longest=LONGEST)
    raised_on = Day()
    due_on = Day(allow_none=True)
    owner_id = Id(allow_none=True, metadata={"description": "who answers; null: the bureau"})


class NewNeed(_NeedWords):
    """A need to write down."""

    kind = Choice(tuple(service_kinds.needs()), required=True)
    text = Text(longest=LONGEST, required=True)
    raised_on = Day(metadata={"description": "today if not said"})
    service_id = Id(
        load_default=None, allow_none=True, metadata={"description": "the service at which it was said"}
    )


class NeedChange(_NeedWords):
    """A change of a need that is open, with the version that was seen; also to hand it on."""

    version = Id(required=True)


class NeedAnswer(Body):
    """How a need is closed, and what the firm was told."""

    state = Choice(tuple(code for code in STATES if code != OPEN), load_default="answered")
    answer = Text(longest=LONGEST, required=True)
    version = Id(load_default=None, metadata={"description": "the one you saw; a stale one answers 409"})
