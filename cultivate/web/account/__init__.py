"""Area ``account``."""

from flask import Blueprint

blueprint = Blueprint("account", __name__)

from cultivate.web.account import views  # noqa: E402, F401 the views bind themselves to the blueprint
