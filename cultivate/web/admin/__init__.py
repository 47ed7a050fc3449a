"""Area ``admin``."""

from flask import Blueprint

blueprint = Blueprint("admin", __name__)

from cultivate.web.admin import views  # noqa: E402, F401 the views bind themselves to the blueprint
