"""Area ``stalled``."""

from flask import Blueprint

blueprint = Blueprint("stalled", __name__)

from cultivate.web.stalled import views  # noqa: E402, F401 the views bind themselves to the blueprint
