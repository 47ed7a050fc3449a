"""Blueprints of the API: each carries the gate, the idempotency key and the shape of refusals."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask_smorest import Blueprint as SmorestBlueprint

from cultivate.api import gate, idempotency, problems
from cultivate.api.parser import Parser
from cultivate.errors import CultivateError
from cultivate.services.idempotency import HEADER, LONGEST

PREFIX = "/api/v1"
View = TypeVar("View", bound=Callable[..., Any])


class Blueprint(SmorestBlueprint):
    """flask-smorest's, reading with our parser."""

    ARGUMENTS_PARSER = Parser()


def make(subject: str, description: str) -> Blueprint:
    """A blueprint of the API; its name begins with ``api``, by which the pages' gate leaves it alone."""
    made = Blueprint(f"api_{subject}", __name__, url_prefix=PREFIX, description=description)
    made.before_request(gate.check)
    made.before_request(idempotency.claim)
    made.after_request(idempotency.keep)
    made.register_error_handler(CultivateError, problems.answer)
    return made


def takes_key(view: View) -> View:
    """Describe the header that every POST takes, beside what else the view takes."""
    arguments = view.__dict__["_apidoc"].setdefault("arguments", {})
    arguments.setdefault("parameters", []).append(
        {
            "in": "header",
            "name": HEADER,
            "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST},
            "description": "The same key acts once; it is answered again as it was the first time.",
        }
    )
    return view
