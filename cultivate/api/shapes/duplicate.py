"""Pairs of firms that may be one, merges, and what asks for them."""

from typing import Any

from marshmallow import fields

from cultivate import packs
from cultivate.api.fields import Body, Choice, Day, Id, Inner, Keyed, Many, Moment, Text
from cultivate.api.shapes.base import Answer, PageQuery, PageShape, UnitCode
from cultivate.api.shapes.candidacy import CandidacyBrief
from cultivate.domain.duplicates import HINTS
from cultivate.queries.duplicates import STATUSES
from cultivate.services.duplicates import DISTINCT
from cultivate.services.links import KINDS
from cultivate.services.merges import FIELDS, FIGURES_CHOICE, GONE, KEPT, TRACK_CHOICE


class SideShape(Answer):
    """One of the two firms."""

    id = Id()
    version = Id()
    name = fields.String()
    uscc = fields.String(allow_none=True)
    street = UnitCode()
    park = UnitCode(allow_none=True)
    former_names = Many(fields.String())
    established_on = Day(allow_none=True)
    address = fields.String(allow_none=True)
    contact_phone = fields.String(allow_none=True)
    candidacies = Many(Inner(CandidacyBrief))


class PairShape(Answer):
    """Two firms that may be one."""

    id = Id()
    firm = Inner(SideShape)
    other = Inner(SideShape)
    reasons = Many(fields.String())
    likeness = fields.Integer(metadata={"description": "0 to 100"})
    hint = fields.String(metadata={"enum": list(HINTS)})
    status = fields.String(metadata={"enum": ["waiting", "merged", "linked", "distinct", "gone"]})
    found_at = Moment()
    decided_by = fields.String(allow_none=True)
    decided_at = Moment(allow_none=True)


class PairPage(PageShape):
    """Pairs, the likest first."""

    items = Many(Inner(PairShape))


class PairQuery(PageQuery):
    """Which pairs."""

    status = Choice(STATUSES, load_default="waiting")
    firm = Id(load_default=None, metadata={"description": "pairs of this firm only"})


class Decision(Body):
    """They are two firms: ``other`` is the branch, successor … of ``firm``, or they have nothing in common."""

    decision = Choice((DISTINCT, *KINDS), required=True)
    swapped = fields.Boolean(
        load_default=False, metadata={"description": "`firm` is the branch, successor … of `other`"}
    )
    since = Day(load_default=None)
    note = Text(longest=500, load_default="")


class NewMerge(Body):
    """The firm that becomes a tombstone; for fields that differ, whose value stays."""

    gone = Id(required=True)
    choices = Keyed(
        keys=Choice((*FIELDS, FIGURES_CHOICE, *(TRACK_CHOICE + track for track in packs.tracks()))),
        values=Choice((KEPT, GONE)),
        load_default=dict,
    )
    reason = Text(longest=1000, load_default="")
    versions = Many(Id(), load_default=None, metadata={"description": "of both, as you saw them: kept, gone"})


class MergeShape(Answer):
    """A merge."""

    id = Id()
    kept_id = Id()
    gone_id = Id()
    gone = fields.String(metadata={"description": "name of the record that is gone"})
    reason = fields.String()
    merged_at = Moment()
    by = fields.String(allow_none=True)
    undone_at = Moment(allow_none=True)


def versions_of(body: dict[str, Any]) -> tuple[int, int] | None:
    """Both versions, where both were said."""
    said = body["versions"]
    return (said[0], said[1]) if said and len(said) == 2 else None
