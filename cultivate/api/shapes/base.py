"""Pieces of answers."""

from typing import Any

from marshmallow import INCLUDE, Schema, fields

from cultivate.api.cursor import LIMIT, MOST
from cultivate.api.fields import Ours, Query, Text, Whole
from cultivate.queries.units import Unit


class Answer(Schema):
    """An answer may grow; whoever reads one must let fields pass that they do not know."""

    class Meta:
        """Said so in the description of the API."""

        unknown = INCLUDE


class UnitCode(Ours, fields.String):
    """The code of a unit; null where there is none."""

    def _serialize(self, value: Unit | None, *_args: Any, **_kwargs: Any) -> str | None:
        return None if value is None else value.code


class PageShape(Answer):
    """What every list has beside its items."""

    total = fields.Integer(metadata={"description": "how many there are, on all pages"})
    next = fields.String(
        allow_none=True, metadata={"description": "the next page's cursor; null on the last"}
    )


class PageQuery(Query):
    """Which part of a list."""

    limit = Whole(low=1, high=MOST, load_default=LIMIT)
    cursor = Text(load_default=None, metadata={"description": "`next` of the page before"})


class ReasonShape(Answer):
    """One problem."""

    code = fields.String(metadata={"description": "for programs; does not change with the language"})
    message = fields.String(metadata={"description": "for people, in Chinese or English (Accept-Language)"})
    field = fields.String(metadata={"description": "what it is about"})


class ErrorBody(ReasonShape):
    """The first problem, and all of them."""

    reasons = fields.List(fields.Nested(ReasonShape))


class ErrorShape(Answer):
    """Every refusal; a lost race (409) has the record as it stands under ``current``."""

    error = fields.Nested(ErrorBody)
    current = fields.Dict()
