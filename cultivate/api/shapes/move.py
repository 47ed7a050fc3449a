"""A move of a candidacy, and what asks for one."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from marshmallow import fields

from cultivate.api.fields import Body, Day, Id, Inner, Many, Moment, Text, Whole
from cultivate.api.shapes.base import Answer, PageShape
from cultivate.api.shapes.candidacy import CandidacyShape
from cultivate.domain.stages import EXITS, STAGES
from cultivate.queries.candidacies import CandidacyRow, MoveRow
from cultivate.queries.units import Unit


class MoveShape(Answer):
    """A fact; it never changes. One that was taken back names the move that did."""

    id = Id()
    candidacy_id = Id()
    kind = fields.String(metadata={"enum": ["move", "transfer", "reversal"]})
    source = fields.String(data_key="from")
    target = fields.String(data_key="to")
    from_street = fields.String()
    from_park = fields.String(allow_none=True)
    to_street = fields.String()
    to_park = fields.String(allow_none=True)
    effective_on = Day()
    recorded_at = Moment()
    reason = fields.String(allow_none=True)
    override_reason = fields.String(allow_none=True)
    evidence = fields.String(allow_none=True)
    retry_year = fields.Integer(allow_none=True)
    actor = fields.String(allow_none=True)
    door = fields.String(
        data_key="source", metadata={"enum": ["page", "api", "cli", "import", "list", "job"]}
    )
    reverses = Id(attribute="reverses_id", allow_none=True)
    reversed_by = Id(attribute="reversed_by_id", allow_none=True)


class MoveAnswer(MoveShape):
    """A move that was just made, with the candidacy as it stands now."""

    candidacy = Inner(CandidacyShape)


class MovePage(PageShape):
    """Moves in the order in which the book learned them."""

    items = Many(Inner(MoveShape))


class NewCertificate(Body):
    """The certificate on which an entry into ``certify`` rests."""

    number = Text(longest=40, required=True)
    issued_on = Day(required=True)


class NewMove(Body):
    """What is asked for; what must hold is the service's to say."""

    to = Text(longest=16, required=True, metadata={"enum": [*STAGES, *EXITS]})
    effective_on = Day(
        load_default=None, metadata={"description": "today if not said; the day of issue for `certify`"}
    )
    reason = Text(longest=1000, load_default=None)
    version = Id(load_default=None, metadata={"description": "the candidacy's version that you saw"})
    override_reason = Text(longest=1000, load_default=None)
    retry_year = Whole(low=2000, high=2199, load_default=None)
    certificate = Inner(NewCertificate, load_default=None, allow_none=True)
    evidence = Text(longest=1000, load_default=None)
    batch_id = Id(
        load_default=None,
        metadata={
            "description": "to `recommend`: the application batch to come into; if not said, the one that the firm "
            "is proposed for, else the one that closes first"
        },
    )


class Reversal(Body):
    """Why a move is taken back."""

    reason = Text(longest=1000, load_default="")


def describe(move: MoveRow, places: Mapping[int, Unit]) -> dict[str, Any]:
    """A move with unit codes instead of ids."""
    codes = {f"{end}_{kind}": _code(places, getattr(move, f"{end}_{kind}_id")) for end, kind in _ENDS}
    return asdict(move) | codes


def describe_made(move: MoveRow, candidacy: CandidacyRow, places: Mapping[int, Unit]) -> dict[str, Any]:
    """The answer to a move."""
    return describe(move, places) | {"candidacy": candidacy}


_ENDS = tuple((end, kind) for end in ("from", "to") for kind in ("street", "park"))


def _code(places: Mapping[int, Unit], unit_id: int | None) -> str | None:
    return None if unit_id is None else places[unit_id].code
