"""Area ``certificates``."""

from flask import Blueprint

blueprint = Blueprint("certificates", __name__)

# the views bind themselves to the blueprint
from cultivate.web.certificates import calendar, edits, listing, page, reports, revocation  # noqa: E402

__all__ = ["blueprint", "calendar", "edits", "listing", "page", "reports", "revocation"]
