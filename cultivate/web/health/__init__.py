"""Area ``health``."""

from flask import Blueprint

blueprint = Blueprint("health", __name__)

from cultivate.web.health import views  # noqa: E402, F401 the views bind themselves to the blueprint
