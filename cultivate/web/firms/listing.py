"""``/firms``: the register as a list; every filter is in the address."""

from dataclasses import replace
from typing import Any

from flask import render_template, request

from cultivate import packs
from cultivate.domain.permissions import Act
from cultivate.domain.stages import LABELS, STAGES
from cultivate.i18n import _, language
from cultivate.packs import fields
from cultivate.queries import firms as queries
from cultivate.queries import places, units
from cultivate.queries.firms import SORTS, FirmFilter
from cultivate.web.access import needs
from cultivate.web.filters import url_with
from cultivate.web.firms import blueprint
from cultivate.web.request import actor, db


def asked_filter() -> FirmFilter:
    """The filter in the address; what is unknown there is left out."""
    args = request.args
    track, stage, sort = args.get("track"), args.get("stage"), args.get("sort", "")
    return FirmFilter(
        q=args.get("q", "").strip()[:100],
        unit=places.get_place(db(), actor().scope, args.get("unit", "")),
        track=track if track in packs.tracks() else None,
        stage=stage if stage in STAGES else None,
        field=args.get("field") if args.get("field") in fields.names() else None,
        no_code=args.get("no_code") == "1",
        sort=sort if sort in SORTS else "newest",
    )


def chips(wanted: FirmFilter) -> list[dict[str, str]]:
    """The filters in force, each with the address without it."""
    said = {
        "q": (_("Search"), wanted.q),
        "unit": (_("Unit"), wanted.unit.name(language()) if wanted.unit else ""),
        "track": (_("Track"), packs.track(wanted.track).short(language()) if wanted.track else ""),
        "stage": (_("Stage"), _(LABELS[wanted.stage]) if wanted.stage else ""),
        "field": (_("Field of technology"), wanted.field or ""),
        "no_code": (_("Credit code"), _("missing") if wanted.no_code else ""),
    }
    return [
        {"label": label, "value": value, "remove": url_with(**{key: None, "page": None})}
        for key, (label, value) in said.items()
        if value
    ]


@blueprint.get("/firms")
@needs(Act.VIEW)
def index() -> Any:
    """The list."""
    wanted = asked_filter()
    scope = actor().scope
    number = request.args.get("page", 1, type=int)
    return render_template(
        "firms/index.html",
        page=queries.list_firms(db(), scope, wanted, number),
        wanted=wanted,
        chips=chips(wanted),
        units=places.shown(units.list_units(db()), scope),
        fields=fields.names(),
        empty=wanted == replace(FirmFilter(), sort=wanted.sort),
    )
