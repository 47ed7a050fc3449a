"""Area ``imports``."""

from flask import Blueprint

blueprint = Blueprint("imports", __name__)

from cultivate.web.imports import views  # noqa: E402, F401 the views bind themselves to the blueprint
