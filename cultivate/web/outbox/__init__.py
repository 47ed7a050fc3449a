"""Area ``outbox``."""

from flask import Blueprint

blueprint = Blueprint("outbox", __name__)

from cultivate.web.outbox import views  # noqa: E402, F401 the views bind themselves to the blueprint
