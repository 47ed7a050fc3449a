"""``/certificates/calendar``: what ends, opens, closes and falls due in the months ahead, and what will be left."""

from typing import Any

from flask import render_template, request

from cultivate import clock, packs
from cultivate.domain.filing import BASES
from cultivate.domain.permissions import Act
from cultivate.errors import NotFound
from cultivate.i18n import _
from cultivate.queries import certificate_calendar as queries
from cultivate.queries import places, units
from cultivate.queries.certificate_calendar import Calendar
from cultivate.web import figures
from cultivate.web.access import needs
from cultivate.web.certificates import blueprint
from cultivate.web.filters import number, track_short
from cultivate.web.request import actor, db


@blueprint.get("/certificates/calendar")
@needs(Act.VIEW)
def calendar() -> Any:
    """The months as a picture and as a table; every count leads to its rows."""
    scope, today = actor().scope, clock.today()
    ending = [code for code, track in packs.tracks().items() if track.validity_years]
    if not ending:
        raise NotFound
    track = request.args.get("track", "")
    track = track if track in ending else ending[0]
    unit = places.get_place(db(), scope, request.args.get("unit", ""))
    found = queries.calendar_of(db(), scope, track, today, unit)
    return render_template(
        "certificates/calendar.html",
        found=found,
        track=packs.track(track),
        tracks_ending=ending,
        unit=unit,
        offered=places.shown(units.list_units(db()), scope),
        bases=BASES,
        chart=_chart(found, track, unit.code if unit else None),
        title=_title(found, track),
        ends=figures.certificates_ending,
    )


def _title(found: Calendar, track: str) -> str:
    """What the picture shows: how many are left after the steepest December in it."""
    if not found.cliffs:
        return track_short(track)
    worst = max(found.cliffs, key=lambda cliff: cliff.on)
    return _(
        "%(track)s: of %(now)s today, %(left)s are left by %(day)s if nothing is renewed",
        track=track_short(track),
        now=number(worst.in_force),
        left=number(worst.left),
        day=worst.on.isoformat(),
    )


def _chart(found: Calendar, track: str, unit: str | None) -> dict[str, Any]:
    today = clock.today()
    points = [(today, found.in_force, found.in_force)]
    renewing = 0
    for month in found.months:
        renewing += month.renewing
        points.append((month.last, month.left, month.left + renewing))
    return {
        "series": [
            {
                "name": _("Nothing renewed"),
                "color": "certify",
                "step": True,
                "points": [[day.isoformat(), left] for day, left, _both in points],
                "hrefs": [
                    figures.certificates_ending(track, queries.after(day) if n else day, unit=unit)
                    for n, (day, *_rest) in enumerate(points)
                ],
            },
            {
                "name": _("With those under way"),
                "color": "serve",
                "dashed": True,
                "step": True,
                "points": [[day.isoformat(), both] for day, _left, both in points],
            },
        ],
        "zero": True,
    }
