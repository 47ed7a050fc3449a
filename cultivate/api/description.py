"""``/openapi.json``: the API described to programs."""

from typing import Any

from flask import current_app
from flask_smorest import Api

from cultivate import __version__
from cultivate.access import needs
from cultivate.api import blueprint
from cultivate.api.shapes.base import ErrorShape
from cultivate.domain.permissions import Act

api = blueprint.make("description", "The API itself.")


class Description(Api):
    """flask-smorest's, without its handlers: refusals of pages and API have their own."""

    ERROR_SCHEMA = ErrorShape

    def _register_error_handlers(self) -> None:
        """Leave the application's handlers alone."""


def make() -> Description:
    """The description, empty."""
    return Description(
        spec_kwargs={
            "title": "cultivate",
            "version": __version__,
            "openapi_version": "3.1.0",
            "info": {"description": "The register and funnel of a district's enterprise cultivation."},
            "components": {
                "securitySchemes": {
                    "token": {"type": "http", "scheme": "bearer"},
                    "session": {"type": "apiKey", "in": "cookie", "name": "session"},
                }
            },
            "security": [{"token": []}, {"session": []}],
        }
    )


@api.route("/openapi.json")
@needs(Act.VIEW)
@api.response(200)
def show_description() -> dict[str, Any]:
    """This description."""
    described: dict[str, Any] = current_app.extensions["api_description"].spec.to_dict()
    return described
