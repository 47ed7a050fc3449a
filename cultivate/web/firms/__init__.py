"""Area ``firms``: the register, one firm, and everything that is done to it."""

from flask import Blueprint

blueprint = Blueprint("firms", __name__)

# the views bind themselves to the blueprint
from cultivate.web.firms import (  # noqa: E402
    edit,
    export,
    listing,
    moves,
    page,
    proposals,
    register,
    reversals,
    services,
    transfers,
)

__all__ = [
    "blueprint",
    "edit",
    "export",
    "listing",
    "moves",
    "page",
    "proposals",
    "register",
    "reversals",
    "services",
    "transfers",
]
