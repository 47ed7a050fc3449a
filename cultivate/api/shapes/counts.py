"""Funnel and progress, as the commands print them."""

from marshmallow import fields

from cultivate import packs
from cultivate.api.fields import Choice, Day, Inner, Many, Moment, Query
from cultivate.api.shapes.base import Answer


class Stocks(Answer):
    """Firms by account."""

    stages = fields.Dict(keys=fields.String(), values=fields.Integer())
    exits = fields.Dict(keys=fields.String(), values=fields.Integer())
    in_force = fields.Integer()


class PlaceStocks(Stocks):
    """Of one street or park."""

    code = fields.String()
    name = fields.String()


class FunnelShape(Stocks):
    """Stock of a track on a day, as the book knew it then."""

    track = fields.String()
    as_of = fields.String(metadata={"format": "date"})
    known_at = fields.String(metadata={"format": "date-time"})
    by = Many(Inner(PlaceStocks))


class ForecastShape(Answer):
    """Where the year will end."""

    on = fields.String(metadata={"format": "date"})
    low = fields.Integer()
    mid = fields.Integer()
    high = fields.Integer()


class TrackProgressShape(Answer):
    """One track against its promise; null where none was made."""

    track = fields.String()
    baseline = fields.Integer(allow_none=True)
    target = fields.Integer(allow_none=True)
    target_on = fields.String(allow_none=True, metadata={"format": "date"})
    in_force = fields.Integer()
    pace = fields.Integer(allow_none=True)
    gap = fields.Integer(allow_none=True)
    newly_certified_this_year = fields.Integer()
    forecast = Inner(ForecastShape)


class ProgressShape(Answer):
    """All tracks."""

    as_of = fields.String(metadata={"format": "date"})
    tracks = Many(Inner(TrackProgressShape))


class ProgressQuery(Query):
    """As of when, and as known when."""

    as_of = Day(load_default=None, metadata={"description": "today if not said"})
    known_at = Moment(load_default=None, metadata={"description": "now if not said"})


class FunnelQuery(ProgressQuery):
    """Which track, and by which places."""

    track = Choice(tuple(packs.tracks()), required=True)
    by = Choice(("unit", "park"), load_default=None)
