"""The picture of a letter: for each track its funnel, and in force against pace.

matplotlib by its objects, without ``pyplot``: that keeps a global state which threads would share.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from cultivate.log import log
from cultivate.reports import fonts, palette
from cultivate.reports.widths import display_width

if TYPE_CHECKING:
    from matplotlib.font_manager import FontProperties


#: small, so that its letters are still read when a phone shrinks it
WIDTH_INCHES = 4.6
HEIGHT_INCHES = 1.7
DOTS_PER_INCH = 248


@dataclass(frozen=True, slots=True)
class Funnel:
    """Bars: the stages' names, counts and colours, from the first to the last."""

    title: str
    names: Sequence[str]
    counts: Sequence[int]
    colours: Sequence[str]


@dataclass(frozen=True, slots=True)
class Line:
    """In force at the close of months, against the pace (``None`` where nothing was promised)."""

    title: str
    days: Sequence[date]
    in_force: Sequence[int]
    pace: Sequence[int] | None
    in_force_name: str
    pace_name: str


@cache
def _font(size: float) -> "FontProperties":
    from matplotlib.font_manager import FontProperties

    if fonts.REGULAR.is_file():
        return FontProperties(fname=str(fonts.REGULAR), size=size)
    log.warning("the chart's font is missing: Chinese labels will be blank", font=fonts.REGULAR.name)
    return FontProperties(size=size)


def draw(tracks: Sequence[tuple[Funnel, Line]]) -> bytes:
    """A PNG with one row a track."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH_INCHES, HEIGHT_INCHES * len(tracks)), dpi=DOTS_PER_INCH, facecolor="white")
    FigureCanvasAgg(figure)
    panels = figure.subplots(len(tracks), 2, squeeze=False, gridspec_kw={"wspace": 0.14, "hspace": 0.55})
    # the names of the stages stand left of the bars, and are longer in English
    widest = max(display_width(name) for funnel, _line_of in tracks for name in funnel.names)
    figure.subplots_adjust(left=(widest * 4.2 + 8) / (WIDTH_INCHES * 72), right=0.84, top=0.91, bottom=0.075)
    for row, (funnel, line) in zip(panels, tracks, strict=True):
        _bars(row[0], funnel)
        _line(row[1], line)
    target = io.BytesIO()
    figure.savefig(target, format="png")
    return target.getvalue()


def _bare(axes: Any, title: str) -> None:
    axes.set_title(title, loc="left", fontproperties=_font(8.5), color=palette.INK, pad=6)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(palette.LINE)
    axes.tick_params(length=0)


def _bars(axes: Any, funnel: Funnel) -> None:
    """Horizontal, from zero, each with its number at its end."""
    places = range(len(funnel.counts))
    axes.barh(places, funnel.counts, color=funnel.colours, height=0.62)
    axes.invert_yaxis()
    _bare(axes, funnel.title)
    axes.spines["bottom"].set_visible(False)
    axes.set_xticks([])
    axes.set_xlim(0, max([*funnel.counts, 1]) * 1.22)
    axes.set_yticks(places, funnel.names, fontproperties=_font(7.5), color=palette.INK)
    for place, count in zip(places, funnel.counts, strict=True):
        axes.annotate(
            f"{count:,}",
            (count, place),
            xytext=(3, 0),
            textcoords="offset points",
            va="center",
            fontproperties=_font(7.5),
            color=palette.INK,
        )


def _line(axes: Any, line: Line) -> None:
    """Two lines named at their ends; the names keep clear of one another."""
    colour = palette.STAGES["certify"]
    axes.plot(line.days, line.in_force, color=colour, linewidth=1.8, solid_capstyle="round")
    ends = [(line.in_force[-1], f"{line.in_force_name} {line.in_force[-1]:,}", colour)]
    if line.pace is not None:
        axes.plot(line.days, line.pace, color=palette.QUIET, linewidth=1, linestyle=(0, (4, 3)))
        ends.append((line.pace[-1], f"{line.pace_name} {line.pace[-1]:,}", palette.QUIET))
    _bare(axes, line.title)
    highest = max([*line.in_force, *(line.pace or ()), 1])
    lowest = min([*line.in_force, *(line.pace or ())])
    room = max(highest - lowest, highest * 0.05, 4) * 0.35
    axes.set_ylim(lowest - room, highest + room)
    axes.set_yticks([])
    shown = [line.days[0], line.days[-1]]
    axes.set_xticks(shown, [f"{day:%Y-%m}" for day in shown], fontproperties=_font(7), color=palette.QUIET)
    for (value, text, ink), shift in zip(sorted(ends, reverse=True), (5, -5), strict=False):
        axes.annotate(
            text,
            (line.days[-1], value),
            xytext=(4, shift if len(ends) > 1 else 0),
            textcoords="offset points",
            va="center",
            fontproperties=_font(7.5),
            color=ink,
            annotation_clip=False,
        )
