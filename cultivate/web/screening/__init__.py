"""Area ``screening``: which firms are ready to file, and which are cheapest to close."""

from flask import Blueprint

blueprint = Blueprint("screening", __name__)

# the views bind themselves to the blueprint
from cultivate.web.screening import views, visits  # noqa: E402

__all__ = ["blueprint", "views", "visits"]
