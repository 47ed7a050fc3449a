"""Figures of a firm by year: what is said of them, and all that was said."""

from typing import Any

from cultivate.api.fields import Amount, Body, Choice, Flag, Id, Inner, Keyed, Many, Query, Text, Whole
from cultivate.api.shapes.base import Answer
from cultivate.api.shapes.firm import FigureShape
from cultivate.domain.figures import CALIBRES, FIGURES, key_of
from cultivate.services.firm_figures import LONGEST_SOURCE


class FigureQuery(Query):
    """Which figures."""

    history = Flag(load_default=False, metadata={"description": "those that were replaced as well"})


class FigureList(Answer):
    """Figures, the latest year first; of one figure what was said last stands first."""

    items = Many(Inner(FigureShape))


class NewFigures(Body):
    """Figures of one year in one calibre, out of one document. One that is not there is kept, null takes it away."""

    year = Whole(low=2000, high=2099, required=True)
    calibre = Choice(("", *CALIBRES), load_default="", metadata={"description": "empty: not known"})
    source = Text(longest=LONGEST_SOURCE, load_default="", metadata={"description": "the document"})
    values = Keyed(
        keys=Choice(tuple(FIGURES)),
        values=Amount(allow_none=True),
        required=True,
        metadata={"description": "by figure, 万元 or people"},
    )
    version = Id(load_default=None, metadata={"description": "of the firm, as you saw it"})


def said(body: dict[str, Any]) -> dict[int, dict[str, Any]]:
    """A body as the service takes it."""
    return {body["year"]: {key_of(code, body["calibre"]): value for code, value in body["values"].items()}}
