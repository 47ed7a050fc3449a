"""Area ``people``: what lies on whom, and handing it over."""

from flask import Blueprint

blueprint = Blueprint("people", __name__)

from cultivate.web.people import handing, handovers, loads  # noqa: E402, F401 they bind themselves to it
