"""Area ``firms``: the register, one firm, and everything that is done to it."""

from flask import Blueprint

blueprint = Blueprint("firms", __name__)

# the views bind themselves to the blueprint
from cultivate.web.firms import (  # noqa: E402
    dossier,
    edit,
    export,
    figures,
    listing,
    moves,
    page,
    properties,
    proposals,
    readiness,
    register,
    reversals,
    search,
    services,
    stated,
    timeline,
    transfers,
)

__all__ = [
    "blueprint",
    "dossier",
    "edit",
    "export",
    "figures",
    "listing",
    "moves",
    "page",
    "properties",
    "proposals",
    "readiness",
    "register",
    "reversals",
    "search",
    "services",
    "stated",
    "timeline",
    "transfers",
]
