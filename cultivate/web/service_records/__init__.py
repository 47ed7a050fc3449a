"""Area ``service_records``: one record, many firms at once, and the rounds that this made."""

from flask import Blueprint

blueprint = Blueprint("service_records", __name__)

# the views bind themselves to the blueprint
from cultivate.web.service_records import follow_ups, record, rounds  # noqa: E402, F401
