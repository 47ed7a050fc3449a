"""``/needs``: what firms ask for; the filters stand in the address."""

from typing import Any

from flask import render_template, request

from cultivate import clock
from cultivate.domain.needs import OPEN, STATES
from cultivate.domain.permissions import Act
from cultivate.packs import service_kinds
from cultivate.queries import firm_needs as queries
from cultivate.queries import places, units, users
from cultivate.queries.firm_needs import Asked
from cultivate.web.access import needs
from cultivate.web.firm_needs import blueprint
from cultivate.web.pipeline.question import page_number
from cultivate.web.request import actor, db

#: asked for by name; the bureau's are those that nobody in particular owns
ME, BUREAU, ANY_STATE = "me", "bureau", "all"
LONGEST_ID = 10


def asked() -> Asked:
    """What the address asks for; open ones where it says nothing of the state."""
    args = request.args
    state, owner, kind = args.get("state", OPEN), args.get("owner", ""), args.get("kind", "")
    return Asked(
        state=state if state in STATES else "" if state == ANY_STATE else OPEN,
        kind=kind if kind in service_kinds.needs() else "",
        unit=places.get_place(db(), actor().scope, args.get("unit", "")),
        owner_id=actor().user_id if owner == ME else _id(owner),
        nobody=owner == BUREAU,
        overdue_on=clock.today() if args.get("overdue") == "1" else None,
    )


def _id(text: str) -> int | None:
    """An id that a person may have; anything else is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < LONGEST_ID else None


@blueprint.get("/needs")
@needs(Act.VIEW)
def index() -> Any:
    """The list, answered in place."""
    wanted, scope = asked(), actor().scope
    known = units.list_units(db())
    return render_template(
        "firm_needs/index.html",
        page=queries.list_needs(db(), scope, wanted, page_number()),
        wanted=wanted,
        states=STATES,
        kinds=service_kinds.needs(),
        offered=places.shown(known, scope),
        people=users.list_workers(db(), scope),
        units=units.by_id(db()),
    )
