"""Area ``pipeline``."""

from flask import Blueprint

blueprint = Blueprint("pipeline", __name__)

# the views bind themselves to the blueprint
from cultivate.web.pipeline import board, views  # noqa: E402

__all__ = ["blueprint", "board", "views"]
