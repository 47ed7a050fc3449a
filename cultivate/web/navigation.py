"""The header's way through the pages, and who is reading."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, g, request

from cultivate.domain.permissions import Act
from cultivate.errors import N_


@dataclass(frozen=True, slots=True)
class Item:
    """One entry: endpoint, words, the act it needs, the endpoints' blueprint that lights it up."""

    endpoint: str
    label: str
    act: Act
    area: str


ITEMS = (
    Item("overview.show", N_("Overview"), Act.VIEW, "overview"),
    Item("firms.index", N_("Register"), Act.VIEW, "firms"),
    Item("pipeline.first", N_("Pipeline"), Act.VIEW, "pipeline"),
    Item("work.show", N_("My work"), Act.VIEW, "work"),
    Item("imports.index", N_("Imports"), Act.IMPORT_FIRMS, "imports"),
    Item("certificates.index", N_("Certificates"), Act.VIEW, "certificates"),
    Item("targets.show", N_("Targets"), Act.VIEW_TARGETS, "targets"),
    Item("outbox.index", N_("Letters"), Act.VIEW_OUTBOX, "outbox"),
    Item("admin.users", N_("Administration"), Act.MANAGE_USERS, "admin"),
)


def _context() -> dict[str, Any]:
    actor = g.get("actor")
    items = [item for item in ITEMS if actor is not None and actor.may(item.act)]
    return {"actor": actor, "navigation": items, "area": request.blueprint}


def init_app(app: Flask) -> None:
    """Give every template the reader and the navigation."""
    app.context_processor(_context)
