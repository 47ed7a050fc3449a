"""Area ``attachments``: papers of a firm."""

from flask import Blueprint

blueprint = Blueprint("attachments", __name__)

# the views bind themselves to the blueprint
from cultivate.web.attachments import changes, contents  # noqa: E402

__all__ = ["blueprint", "changes", "contents"]
