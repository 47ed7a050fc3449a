"""``/certificates``: which count, which end, which have ended, on any day."""

from datetime import date
from typing import Any

from flask import render_template, request

from cultivate import clock, packs
from cultivate.domain.permissions import Act
from cultivate.queries import certificates as queries
from cultivate.queries import places, units
from cultivate.queries.certificates import Span
from cultivate.web.access import needs
from cultivate.web.certificates import blueprint
from cultivate.web.moments import day_of
from cultivate.web.numbers import whole
from cultivate.web.request import actor, db


def _day(name: str) -> date | None:
    try:
        return day_of(request.args.get(name, ""))
    except ValueError:
        return None


def _asked_day() -> date:
    """``?as_of=``, not after today; today where it is none."""
    return min(_day("as_of") or clock.today(), clock.today())


def _span() -> Span | None:
    """The last days that a figure of the calendar leads to."""
    first = _day("ends_from")
    renewing = {"0": False, "1": True}.get(request.args.get("renewing", ""))
    return Span(first, _day("ends_to"), renewing) if first else None


@blueprint.get("/certificates")
@needs(Act.VIEW)
def index() -> Any:
    """The list of one track; the figures above it are its lengths."""
    scope, tracks = actor().scope, packs.tracks()
    track = request.args.get("track") if request.args.get("track") in tracks else next(iter(tracks))
    status = request.args.get("status", "in_force")
    status = status if status in queries.STATUSES else "in_force"
    as_of = _asked_day()
    unit = places.get_place(db(), scope, request.args.get("unit", ""))
    number, span = request.args.get("page", 1, type=whole), _span()
    return render_template(
        "certificates/index.html",
        page=queries.list_certificates(db(), scope, track, as_of, span or status, unit, number),
        span=span,
        counts=queries.count_by_status(db(), scope, track, as_of, unit),
        statuses=queries.STATUSES,
        track=packs.track(track or ""),
        status=status,
        as_of=as_of,
        unit=unit,
        units=places.shown(units.list_units(db()), scope),
    )
