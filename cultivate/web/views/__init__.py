"""Area ``views``: lists as people keep them, tags, and one act on many rows."""

from flask import Blueprint

blueprint = Blueprint("views", __name__)

# the views bind themselves to the blueprint
from cultivate.web.views import bulk, context, dossiers, export, saved, summary, tags  # noqa: E402

__all__ = ["blueprint", "bulk", "context", "dossiers", "export", "saved", "summary", "tags"]
