"""The JSON API under /api/v1: what machines are promised."""

from flask import Flask

from cultivate.api import (
    assessments,
    attachments,
    batches,
    bulk,
    candidacies,
    certificates,
    counts,
    description,
    duplicates,
    figures,
    firm_needs,
    firms,
    imports,
    people,
    properties,
    screening,
    service_records,
)
from cultivate.api.throttle import Throttle

AREAS = (
    firms,
    figures,
    assessments,
    attachments,
    candidacies,
    batches,
    bulk,
    service_records,
    firm_needs,
    certificates,
    counts,
    imports,
    people,
    screening,
    duplicates,
    properties,
    description,
)


def init_app(app: Flask) -> None:
    """Wire the API; its blueprints check the CSRF token themselves, where a session asks."""
    app.extensions["api_requests"] = Throttle(burst=3000, a_second=50)
    app.extensions["api_guesses"] = Throttle(burst=60, a_second=1)
    # a person may read the answers too: Chinese as it is, keys in the order of the contract
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # Flask's own provider has both
    app.json.sort_keys = False  # type: ignore[attr-defined]
    described = description.make()
    described.init_app(app)
    app.extensions["api_description"] = described
    for area in AREAS:
        app.extensions["csrf"].exempt(area.api)
        described.register_blueprint(area.api)
