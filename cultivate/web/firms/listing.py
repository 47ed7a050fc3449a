"""``/firms``: the register as a list; every filter is in the address."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import render_template, request

from cultivate import packs
from cultivate.domain.permissions import Act
from cultivate.domain.stages import LABELS, STAGES
from cultivate.i18n import _, language
from cultivate.packs import fields
from cultivate.queries import firms as queries
from cultivate.queries import pipeline, places, tags, units
from cultivate.queries.columns import FIRMS
from cultivate.queries.firms import SORTS, FirmFilter
from cultivate.queries.search import RELEVANCE
from cultivate.web.access import needs
from cultivate.web.firms import blueprint
from cultivate.web.lists import filters, frame
from cultivate.web.numbers import whole
from cultivate.web.request import actor, db

LONGEST_QUERY = 100


def asked_filter() -> FirmFilter:
    """The filter in the address; what is unknown there is left out."""
    args = request.args
    track, stage, sort = args.get("track"), args.get("stage"), args.get("sort", "")
    narrow = filters.narrow_asked(actor())
    return FirmFilter(
        q=(q := args.get("q", "").strip()[:LONGEST_QUERY]),
        unit=places.get_place(db(), actor().scope, args.get("unit", "")),
        track=track if track in packs.tracks() else None,
        stage=stage if stage in STAGES else None,
        field=narrow.field or None,
        no_code=narrow.no_code,
        sort=sort if sort in SORTS else RELEVANCE if q else "newest",
        narrow=replace(narrow, field="", no_code=False),
    )


def chips(wanted: FirmFilter, people: Mapping[int, str]) -> Sequence[filters.Chip]:
    """The filters in force, each with the address without it."""
    narrow = replace(wanted.narrow, field=wanted.field or "", no_code=wanted.no_code)
    return filters.chips_of(
        {
            "q": (_("Search"), wanted.q),
            "unit": (_("Unit"), wanted.unit.name(language()) if wanted.unit else ""),
            "track": (_("Track"), packs.track(wanted.track).short(language()) if wanted.track else ""),
            "stage": (_("Stage"), _(LABELS[wanted.stage]) if wanted.stage else ""),
            **filters.narrow_chips(narrow, people),
        }
    )


@blueprint.get("/firms")
@needs(Act.VIEW)
def index() -> Any:
    """The list."""
    wanted = asked_filter()
    scope = actor().scope
    page = queries.list_firms(db(), scope, wanted, request.args.get("page", 1, type=whole))
    people = pipeline.people_in_charge(db(), scope)
    known_units = units.by_id(db())
    return render_template(
        "firms/index.html",
        page=page,
        wanted=wanted,
        narrow=wanted.narrow,
        frame=frame.framed(FIRMS, page, wanted.sort, known_units),
        chips=chips(wanted, dict(people)),
        units=places.shown(list(known_units.values()), scope),
        people=people,
        tags=tags.list_tags(db(), scope),
        fields=fields.names(),
        empty=wanted == replace(FirmFilter(), sort=wanted.sort),
    )
