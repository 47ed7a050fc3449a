"""Area ``quality``: what is missing, contradictory or stale in the register."""

from flask import Blueprint

blueprint = Blueprint("quality", __name__)

# the views bind themselves to the blueprint
from cultivate.web.quality import views  # noqa: E402

__all__ = ["blueprint", "views"]
