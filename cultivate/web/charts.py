"""What charts show, as ``js/charts.js`` reads it; every bar and point leads to the rows behind it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from cultivate.domain.conversion import Conversion
from cultivate.domain.stages import LABELS, STAGES
from cultivate.i18n import _
from cultivate.queries.overview import TrackView
from cultivate.queries.plan_years import YearLine
from cultivate.queries.stock import IN_FORCE
from cultivate.queries.targets import Promise
from cultivate.web import figures
from cultivate.web.filters import number, percent, track_short


def gap_words(gap: int | None) -> str:
    """Ahead of or behind the pace, in words."""
    if gap is None:
        return _("no target of its own")
    if gap < 0:
        return _("%(count)s behind pace", count=number(-gap))
    return _("%(count)s ahead of pace", count=number(gap)) if gap else _("exactly on pace")


def conversion_words(conversion: Conversion | None) -> str:
    """Share passed on and days on the way: what stands on a funnel's arrow."""
    if conversion is None or conversion.rate is None:
        return ""
    if conversion.median_days is None:
        return _("%(share)s went on", share=percent(conversion.rate))
    return _(
        "%(share)s went on · %(days)s days",
        share=percent(conversion.rate),
        days=conversion.median_days,
    )


def funnel(view: TrackView, as_of: date, known_at: datetime | None) -> dict[str, Any]:
    """Firms in each stage on the day."""
    track = view.progress.track
    return {
        "stages": [
            {
                "account": stage,
                "label": _(LABELS[stage]),
                "value": view.progress.stock.accounts[stage],
                "note": conversion_words(view.conversions.get(stage)),
                "href": figures.stock(track, stage, as_of, known_at=known_at),
            }
            for stage in STAGES
        ]
    }


def trend(view: TrackView, since: date | None = None) -> dict[str, Any]:
    """In force at the close of each month, with the pace and what the year's end will probably bring."""
    row = view.progress
    points = [point for point in view.trend if since is None or point[0] >= since]
    series: list[dict[str, Any]] = [
        {
            "name": _("In force"),
            "color": "certify",
            "step": True,
            "points": [[day.isoformat(), value] for day, value in points],
            "hrefs": [figures.stock(row.track, IN_FORCE, day) for day, _value in points],
        }
    ]
    if row.promise:
        series.append(_pace_line(row.promise, [day for day, _value in points], row.forecast.on))
    today, coming = view.trend[-1][0], row.forecast
    return {
        "series": series,
        "bands": _band(today, row.in_force, coming.on, coming.low, coming.high) if coming.has_history else [],
        "marks": _plan_end(row.promise, points),
        "zero": since is None,
    }


def _pace_line(promise: Promise, days: Sequence[date], until: date) -> dict[str, Any]:
    corners = {max(promise.baseline_on, days[0]), promise.target_on, until} if days else {until}
    inside = sorted(day for day in corners if not days or day >= days[0])
    return {
        "name": _("Pace"),
        "color": "muted",
        "dashed": True,
        "points": [[day.isoformat(), promise.pace(day)] for day in inside],
    }


def _band(today: date, in_force: int, on: date, low: int, high: int) -> list[dict[str, Any]]:
    if on <= today:
        return []
    return [
        {
            "name": _("Year end, 8 in 10"),
            "color": "certify",
            "points": [[today.isoformat(), in_force, in_force], [on.isoformat(), low, high]],
        }
    ]


def _plan_end(promise: Promise | None, points: Sequence[tuple[date, int]]) -> list[dict[str, str]]:
    if promise is None or not points or not points[0][0] < promise.target_on < points[-1][0]:
        return []
    return [{"on": promise.target_on.isoformat(), "label": _("plan ends")}]


def gap_title(track: str, gap: int | None) -> str:
    """What a chart against the pace shows, as its title."""
    if gap is None:
        return _("%(track)s: in force", track=track_short(track))
    return _("%(track)s: %(gap)s", track=track_short(track), gap=gap_words(gap))


def closing_bars(promise: Promise, years: Sequence[YearLine]) -> dict[str, Any]:
    """Closing figures of a plan's years beside the straight line."""
    return {
        "categories": [str(line.on.year) if line.on.month == 12 else line.on.isoformat() for line in years],
        "series": [
            {
                "name": _("In force"),
                "color": "certify",
                "values": [line.in_force for line in years],
                "hrefs": [figures.stock(promise.track, IN_FORCE, line.on) for line in years],
            },
            {"name": _("Pace"), "color": "muted", "values": [line.pace for line in years]},
        ],
    }
