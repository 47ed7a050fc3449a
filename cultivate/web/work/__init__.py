"""Area ``work``."""

from flask import Blueprint

blueprint = Blueprint("work", __name__)

from cultivate.web.work import views  # noqa: E402, F401 the views bind themselves to the blueprint
