"""One act on many candidacies, and what became of each."""

from marshmallow import fields

from cultivate.api.fields import Body, Choice, Day, Id, Inner, Many, Text, Whole
from cultivate.api.shapes.base import Answer, ErrorBody
from cultivate.domain.stages import EXITS, STAGES

ACTIONS = ("move", "propose", "assign", "tag", "untag")


class PickedCandidacy(Body):
    """One row."""

    id = Id(required=True)
    version = Id(
        load_default=None, metadata={"description": "the version that you saw; a stale one is refused"}
    )


class NewBulk(Body):
    """What is done to all of them; which fields an action needs is the service's to say."""

    action = Choice(ACTIONS, required=True)
    candidacies = Many(Inner(PickedCandidacy), required=True)
    to = Text(longest=16, load_default="", metadata={"enum": ["", *STAGES, *EXITS]})
    effective_on = Day(load_default=None)
    reason = Text(longest=1000, load_default="")
    override_reason = Text(longest=1000, load_default=None)
    retry_year = Whole(low=2000, high=2199, load_default=None)
    batch_id = Id(load_default=None, metadata={"description": "to `recommend`: the application batch"})
    in_charge_id = Id(load_default=None, metadata={"description": "for `assign`"})
    tag = Text(longest=24, load_default="")


class BulkRow(Answer):
    """What became of one: `move` is the id of the move that was made, `error` why there is none."""

    candidacy = Id()
    done = fields.Boolean()
    move = Id(allow_none=True)
    error = Inner(ErrorBody, allow_none=True)


class BulkAnswer(Answer):
    """Every row, in the order in which they were sent."""

    done = fields.Integer()
    refused = fields.Integer()
    items = Many(Inner(BulkRow))
