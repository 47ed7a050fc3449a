"""Area ``certificates``."""

from flask import Blueprint

blueprint = Blueprint("certificates", __name__)

from cultivate.web.certificates import views  # noqa: E402, F401 the views bind themselves to the blueprint
