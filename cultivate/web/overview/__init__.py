"""Area ``overview``."""

from flask import Blueprint

blueprint = Blueprint("overview", __name__)

from cultivate.web.overview import views  # noqa: E402, F401 the views bind themselves to the blueprint
