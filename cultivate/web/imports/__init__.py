"""Area ``imports``: a file comes in, is looked at, and is carried out or given up."""

from flask import Blueprint

blueprint = Blueprint("imports", __name__)

# the views bind themselves to the blueprint
from cultivate.web.imports import (  # noqa: E402
    acts,
    columns,
    decisions,
    files,
    leads,
    listing,
    page,
    queue,
    suggestions,
    working,
)

__all__ = [
    "acts",
    "blueprint",
    "columns",
    "decisions",
    "files",
    "leads",
    "listing",
    "page",
    "queue",
    "suggestions",
    "working",
]
