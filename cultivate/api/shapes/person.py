"""People with what lies on them, and handing it over."""

from marshmallow import fields

from cultivate import packs
from cultivate.api.fields import Body, Choice, Flag, Id, Inner, Keyed, Many, Text
from cultivate.api.shapes.base import Answer, PageShape
from cultivate.domain.stages import STAGES


class PersonShape(Answer):
    """Somebody who works, and how much lies on them within the reader's scope."""

    id = Id()
    name = fields.String()
    role = fields.String()
    active = fields.Boolean()
    in_charge = Keyed(metadata={"description": 'by track and stage: `{"hnte": {"serve": 12}}`'})
    stalled = Keyed(metadata={"description": "by track"})
    adrift = Keyed(metadata={"description": "by track: in their charge, and they cannot act on it any more"})
    follow_ups_overdue = fields.Integer()
    follow_ups_this_week = fields.Integer()
    needs_open = fields.Integer()
    papers_due = fields.Integer()


class PersonPage(PageShape):
    """Everybody within the scope."""

    items = Many(Inner(PersonShape))


class Assigned(Body):
    """Who is to be in charge."""

    in_charge_id = Id(required=True)
    version = Id(
        load_default=None, metadata={"description": "the version that you saw; a stale one is refused"}
    )
    reason = Text(longest=1000, load_default="")


class NewHandover(Body):
    """Which part of what a person has in charge goes to whom."""

    to = Many(Id(), required=True, metadata={"description": "several share it out evenly"})
    reason = Text(longest=1000, load_default="", metadata={"description": "needed unless `dry_run`"})
    track = Choice(tuple(packs.tracks()), load_default="")
    stage = Choice(STAGES, load_default="")
    unit = Text(longest=20, load_default="", metadata={"description": "code of a street or park"})
    adrift = Flag(load_default=False, metadata={"description": "only what they cannot act on any more"})
    mark = Text(
        longest=64,
        load_default=None,
        metadata={"description": "`mark` of the dry run that you looked at; 409 where it has changed since"},
    )
    dry_run = Flag(load_default=False)


class HandoverLine(Answer):
    """One candidacy; `to` is the person's id, null where none of them works for its street or park."""

    candidacy = Id()
    firm_id = Id()
    name = fields.String()
    track = fields.String()
    stage = fields.String()
    to = Id(allow_none=True)


class HandoverAnswer(Answer):
    """What was done, or would be."""

    id = Id(allow_none=True, metadata={"description": "of the hand-over; null for a dry run"})
    mark = fields.String()
    done = Many(Inner(HandoverLine))
    refused = Many(Inner(HandoverLine))
    outside = fields.Integer(metadata={"description": "how many lie outside your units"})
    along = Keyed(metadata={"description": "how many went along: `follow_ups`, `needs`, `papers`, `tasks`"})


class HandoverUndone(Answer):
    """What was given back, and what has changed hands since and stays."""

    done = Many(Inner(HandoverLine))
    left = Many(Inner(HandoverLine))
