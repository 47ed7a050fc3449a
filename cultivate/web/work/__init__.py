"""Area ``work``."""

from flask import Blueprint

blueprint = Blueprint("work", __name__)

from cultivate.web.work import (  # noqa: E402, F401 they bind themselves to it
    certificates,
    charge,
    follow_ups,
    needs,
    proposals,
    views,
)
