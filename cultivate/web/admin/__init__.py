"""Area ``admin``: accounts, units, jobs and the trail."""

from flask import Blueprint

blueprint = Blueprint("admin", __name__)

from cultivate.web.admin import job_board, trail, units, users  # noqa: E402, F401 the views bind themselves
