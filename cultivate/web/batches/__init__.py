"""Area ``batches``: application batches."""

from flask import Blueprint

blueprint = Blueprint("batches", __name__)

# the views bind themselves to the blueprint
from cultivate.web.batches import acts, board, edit, export, listing, papers, reconcile  # noqa: E402

__all__ = ["acts", "blueprint", "board", "edit", "export", "listing", "papers", "reconcile"]
