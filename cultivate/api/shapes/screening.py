"""The screening: firms by how near they are to filing."""

from fractions import Fraction
from typing import Any

from marshmallow import fields

from cultivate import packs
from cultivate.api.fields import Choice, Id, Inner, Many, Moment, Text, Whole
from cultivate.api.shapes.base import Answer, PageQuery, PageShape
from cultivate.domain.policy.readiness import CLASSES
from cultivate.packs.gap_words import gap_words
from cultivate.queries.screening import SORTS, ScreenedFirm
from cultivate.queries.units import Unit


class GapShape(Answer):
    """A condition that is not met or not known; ``shortfall`` in ``unit``."""

    id = fields.String()
    result = fields.String(metadata={"enum": ["not_met", "unknown"]})
    shortfall = fields.Float(allow_none=True)
    unit = fields.String(allow_none=True)
    missing = Many(fields.String(), metadata={"description": "facts, as in `assess`: `years.2025.rd`"})


class ScreenedShape(Answer):
    """One firm."""

    firm_id = Id()
    name = fields.String()
    uscc = fields.String(allow_none=True)
    street = fields.String(metadata={"description": "unit code"})
    park = fields.String(allow_none=True)
    readiness = fields.String(metadata={"enum": list(CLASSES)})
    verdict = fields.String(metadata={"enum": ["met", "not_met", "unknown"]})
    policy = fields.String()
    policy_digest = fields.String(metadata={"description": "version of the rules, local ones included"})
    missing = Many(Inner(GapShape))
    words = Many(fields.String(), metadata={"description": "for people, in Chinese or English"})
    growth = fields.Float(
        allow_none=True, metadata={"description": "sales, last closed year against the one before"}
    )
    rd_ratio = fields.Float(allow_none=True)
    class1_ip = fields.Integer(allow_none=True)
    candidacy_id = Id(allow_none=True)
    stage = fields.String(allow_none=True)
    assessed_at = Moment()


class ScreenedPage(PageShape):
    """Firms, the cheapest to close first; ``counts`` by class within the unit asked for."""

    items = Many(Inner(ScreenedShape))
    counts = fields.Dict(keys=fields.String(), values=fields.Integer())


class ScreeningQuery(PageQuery):
    """Which firms."""

    track = Choice(tuple(packs.tracks()), load_default=next(iter(packs.tracks())))
    year = Whole(
        low=1990, high=2199, load_default=None, metadata={"description": "of filing; this year if not said"}
    )
    unit = Text(longest=32, load_default="")
    readiness = Choice(tuple(CLASSES), load_default="", data_key="class")
    sort = Choice(SORTS, load_default=SORTS[0])


def shown(row: ScreenedFirm, units: dict[int, Unit]) -> dict[str, Any]:
    """A row as the shape says."""
    return {
        "firm_id": row.firm_id,
        "name": row.name,
        "uscc": row.uscc,
        "street": units[row.street_id].code,
        "park": units[row.park_id].code if row.park_id else None,
        "readiness": row.readiness,
        "verdict": row.verdict,
        "policy": row.policy,
        "policy_digest": row.digest,
        "missing": [_gap(gap) for gap in row.gaps],
        "words": [line.text for line in gap_words(row.policy, row.gaps)],
        "growth": row.growth,
        "rd_ratio": row.rd_ratio,
        "class1_ip": row.class1,
        "candidacy_id": row.candidacy_id,
        "stage": row.stage,
        "assessed_at": row.assessed_at,
    }


def _gap(gap: Any) -> dict[str, Any]:
    short = gap["short"]
    return {
        "id": gap["id"],
        "result": gap["result"],
        "shortfall": float(Fraction(short)) if short is not None else None,
        "unit": gap["unit"] or None,
        "missing": [fact if year is None else f"years.{year}.{fact}" for fact, year in gap["missing"]],
    }
