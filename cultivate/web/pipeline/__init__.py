"""Area ``pipeline``."""

from flask import Blueprint

blueprint = Blueprint("pipeline", __name__)

from cultivate.web.pipeline import views  # noqa: E402, F401 the views bind themselves to the blueprint
