"""Area ``targets``."""

from flask import Blueprint

blueprint = Blueprint("targets", __name__)

from cultivate.web.targets import views  # noqa: E402, F401 the views bind themselves to the blueprint
