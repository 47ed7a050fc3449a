"""``/firms/<id>/timeline``: all that happened to a firm; the same piece, shorter, stands on the firm's page.

Filters are links and a form whose parameters stand in the address; with htmx they change the piece in place.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from flask import render_template, request

from cultivate import packs
from cultivate.domain.permissions import Act
from cultivate.queries import firms as queries
from cultivate.queries.paging import Page, offset_of
from cultivate.reports.timeline import narrowing, sources
from cultivate.reports.timeline.entry import Entry
from cultivate.reports.timeline.narrowing import Wanted
from cultivate.reports.timeline.reading import Reading
from cultivate.web.access import needs
from cultivate.web.firms import blueprint
from cultivate.web.moments import day_arg
from cultivate.web.numbers import whole
from cultivate.web.request import actor, db

PIECE = "story"
"""Id of the piece in both pages."""
SHORT, LONG = 12, 50


@dataclass(frozen=True, slots=True)
class Story:
    """The timeline as a page shows it."""

    firm_id: int
    page: Page[Entry]
    wanted: Wanted
    kinds: Counter[str]
    """Entries of each kind beside the other filters."""
    people: list[str]
    total: int
    """Whatever is asked."""

    @property
    def any_kind(self) -> int:
        """Entries of all kinds beside the other filters."""
        return self.kinds.total()


def story(reading: Reading, size: int) -> Story:
    """What the address asks for."""
    entries = sources.everything(reading)
    wanted = _wanted()
    found = narrowing.narrow(entries, wanted)
    number = min(max(request.args.get("page", 1, type=whole), 1), max(1, -(-len(found) // size)))
    start = offset_of(number, size)
    return Story(
        firm_id=reading.firm_id,
        page=Page(found[start : start + size], len(found), number, size),
        wanted=wanted,
        kinds=narrowing.count_kinds(entries, wanted),
        people=narrowing.people(entries),
        total=len(entries),
    )


def asks_for_piece() -> bool:
    """Whether htmx wants the piece alone."""
    return request.headers.get("HX-Target") == PIECE


def piece(found: Story) -> str:
    """The piece alone."""
    return render_template("firms/_timeline.html", story=found, **words())


def words() -> dict[str, Any]:
    """What the piece needs beside the story."""
    return {"kind_labels": sources.LABELS, "tracks": packs.tracks()}


@blueprint.get("/firms/<int:firm_id>/timeline")
@needs(Act.VIEW)
def timeline(firm_id: int) -> Any:
    """The whole timeline, fifty lines a page."""
    firm = queries.get_firm(db(), actor().scope, firm_id)
    found = story(Reading(db(), actor().scope, firm_id), LONG)
    if asks_for_piece():
        return piece(found)
    return render_template("firms/timeline.html", firm=firm, story=found, **words())


def _wanted() -> Wanted:
    args = request.args
    kind, track = args.get("kind", ""), args.get("track", "")
    return Wanted(
        kind=kind if kind in sources.LABELS else "",
        track=track if track in packs.tracks() else "",
        who=args.get("who", ""),
        since=day_arg("since"),
        until=day_arg("until"),
    )
