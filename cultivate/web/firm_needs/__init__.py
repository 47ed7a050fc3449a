"""Area ``firm_needs``: what firms ask for."""

from flask import Blueprint

blueprint = Blueprint("firm_needs", __name__)

# the views bind themselves to the blueprint
from cultivate.web.firm_needs import listing, need  # noqa: E402, F401
