"""Area ``firms``."""

from flask import Blueprint

blueprint = Blueprint("firms", __name__)

from cultivate.web.firms import views  # noqa: E402, F401 the views bind themselves to the blueprint
