"""The header's way through the pages, who is reading, and the line that is always true."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, g, request
from sqlalchemy.exc import SQLAlchemyError

from cultivate.domain.permissions import Act
from cultivate.errors import N_
from cultivate.log import log
from cultivate.queries.status import StatusLine
from cultivate.queries.status import status_line as ask
from cultivate.web.request import db


@dataclass(frozen=True, slots=True)
class Item:
    """One entry: endpoint, words, the act it needs, the endpoints' blueprint that lights it up."""

    endpoint: str
    label: str
    act: Act
    area: str
    icon: str
    #: whether it stands in the bar at the bottom of a phone, where four find room
    thumb: bool = False


ITEMS = (
    Item("overview.show", N_("Overview"), Act.VIEW, "overview", "dashboard", thumb=True),
    Item("firms.index", N_("Register"), Act.VIEW, "firms", "building", thumb=True),
    Item("pipeline.first", N_("Pipeline"), Act.VIEW, "pipeline", "layout-kanban", thumb=True),
    Item("screening.show", N_("Screening"), Act.VIEW, "screening", "list-check"),
    Item("work.show", N_("My work"), Act.VIEW, "work", "checklist", thumb=True),
    Item("people.index", N_("People"), Act.VIEW_PEOPLE, "people", "users"),
    Item("batches.index", N_("Batches"), Act.VIEW, "batches", "calendar-event"),
    Item("imports.index", N_("Imports"), Act.IMPORT_FIRMS, "imports", "file-import"),
    Item("certificates.index", N_("Certificates"), Act.VIEW, "certificates", "certificate"),
    Item("targets.show", N_("Targets"), Act.VIEW_TARGETS, "targets", "target"),
    Item("outbox.index", N_("Letters"), Act.VIEW_OUTBOX, "outbox", "mail"),
    Item("admin.users", N_("Administration"), Act.MANAGE_USERS, "admin", "settings"),
)

#: areas that are part of another one
PARTS = {
    "duplicates": "firms",
    "quality": "firms",
    "views": "firms",
    "attachments": "firms",
    "service_records": "firms",
    "firm_needs": "work",
}


def _context() -> dict[str, Any]:
    actor = g.get("actor")
    items = [item for item in ITEMS if actor is not None and actor.may(item.act)]
    return {
        "actor": actor,
        "navigation": items,
        "area": PARTS.get(request.blueprint or "", request.blueprint),
    }


def status_line() -> StatusLine | None:
    """The line under the header; a database that fails must not take the error page along."""
    actor = g.get("actor")
    if actor is None:
        return None
    try:
        with db().no_autoflush:
            return ask(db(), actor)
    except SQLAlchemyError as error:
        log.warning("status line", error=str(error))
        return None


def init_app(app: Flask) -> None:
    """Give every template the reader and the navigation."""
    app.context_processor(_context)
    app.jinja_env.globals["status_line"] = status_line
