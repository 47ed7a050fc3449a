"""Area ``account``: logging in and out, the language, and what everybody may change about themselves."""

from flask import Blueprint

blueprint = Blueprint("account", __name__)

from cultivate.web.account import own, views  # noqa: E402, F401 the views bind themselves to the blueprint
