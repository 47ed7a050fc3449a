"""Area ``admin``: accounts, units, jobs and the trail."""

from flask import Blueprint

blueprint = Blueprint("admin", __name__)

from cultivate.web.admin import (  # noqa: E402 the views bind themselves
    job_board,  # noqa: F401
    local_policies,  # noqa: F401
    policies,  # noqa: F401
    trail,  # noqa: F401
    units,  # noqa: F401
    users,  # noqa: F401
)
