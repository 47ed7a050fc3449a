"""Area ``field``: logging a firm on a phone, with or without signal."""

from flask import Blueprint

blueprint = Blueprint("field", __name__)

# the views bind themselves to the blueprint
from cultivate.web.field import entry, worker  # noqa: E402

__all__ = ["blueprint", "entry", "worker"]
