"""Area ``certificates``."""

from flask import Blueprint

blueprint = Blueprint("certificates", __name__)

# the views bind themselves to the blueprint
from cultivate.web.certificates import listing, revocation  # noqa: E402

__all__ = ["blueprint", "listing", "revocation"]
