"""An import: what is uploaded, and the report."""

from typing import Any

from flask_smorest.fields import Upload
from marshmallow import fields

from cultivate import packs
from cultivate.api.fields import Body, Choice, Day, Flag, Inner, Many, Ours, Query, Text
from cultivate.api.shapes.base import Answer
from cultivate.domain.figures import CALIBRES
from cultivate.services.imports import FIRMS, KINDS, POLICIES, ImportOptions
from cultivate.services.imports.options import FIGURES


class File(Ours, Upload):
    """A file of a multipart body."""


class ImportQuery(Query):
    """What the file is. ``unit`` is for rosters, ``issued_on`` for lists; ``track`` repeated for rosters only."""

    kind = Choice(tuple(KINDS), required=True)
    policy = Choice(
        POLICIES,
        load_default="good",
        metadata={"description": "`good`: the good rows; `all`: every row or none"},
    )
    dry_run = Flag(load_default=False, metadata={"description": "judge every row and write nothing"})
    unit = Text(longest=32, load_default=None, metadata={"description": "code of the file's street or park"})
    track = Many(Choice(tuple(packs.tracks())), load_default=())
    issued_on = Day(load_default=None, metadata={"description": "day of issue, from the notice"})
    calibre = Choice(
        tuple(CALIBRES), load_default=None, metadata={"description": "of figures that name none themselves"}
    )
    source = Text(load_default=None, metadata={"description": "the document that figures come from"})


class ImportFile(Body):
    """The workbook, table or text."""

    file = File(required=True)


class ProblemShape(Answer):
    """Why a row was rejected; `row` as the person sees it in the sheet."""

    row = fields.Integer()
    column = fields.String(allow_none=True)
    code = fields.String()
    message = fields.String()
    suggestion = fields.String(allow_none=True)


class ImportShape(Answer):
    """The report of the command; `rows` is the sum of the outcomes of the kind."""

    batch = fields.Integer(allow_none=True, metadata={"description": "null after a dry run"})
    status = fields.String(
        metadata={"enum": ["dry-run", "mapping", "preview", "committed", "undone", "dropped"]}
    )
    policy = fields.String(metadata={"enum": list(POLICIES)})
    file = fields.String()
    kind = fields.String(metadata={"enum": list(KINDS)})
    sheet = fields.String()
    header_row = fields.Integer()
    rows = fields.Integer()
    create = fields.Integer()
    update = fields.Integer()
    unchanged = fields.Integer()
    duplicate = fields.Integer()
    matched = fields.Integer()
    to_decide = fields.Integer()
    unmatched = fields.Integer()
    conflict = fields.Integer(
        metadata={"description": "of the rejected: rows changed here since their export"}
    )
    rejected = fields.Integer()
    booked = fields.Integer(metadata={"description": "candidacies opened, or firms certified"})
    track = fields.String(allow_none=True)
    issued_on = fields.String(allow_none=True, metadata={"format": "date"})
    matched_firms = fields.List(fields.String())
    to_decide_firms = fields.List(fields.String())
    problems = Many(Inner(ProblemShape))
    warnings = Many(Inner(ProblemShape))


def options_of(query: dict[str, Any]) -> ImportOptions:
    """A query as the importer takes it."""
    tracks = tuple(query["track"])
    if query["kind"] == FIRMS:
        return ImportOptions(unit=query["unit"], tracks=tracks)
    if query["kind"] == FIGURES:
        extra = {name: query[name] for name in ("calibre", "source") if query[name]}
        return ImportOptions(extra=extra)
    return ImportOptions(track=next(iter(tracks), None), issued_on=query["issued_on"])
