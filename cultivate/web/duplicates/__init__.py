"""Area ``duplicates``: firms that may be one, merging two, linking two."""

from flask import Blueprint

blueprint = Blueprint("duplicates", __name__)

# the views bind themselves to the blueprint
from cultivate.web.duplicates import compare, links, merging, queue  # noqa: E402

__all__ = ["blueprint", "compare", "links", "merging", "queue"]
