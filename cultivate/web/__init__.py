"""Pages: words and HTTP. A view loads, fills a form, calls one service, redirects."""

from importlib import import_module

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from cultivate.web import access, addresses, filters, headers, navigation, problems, request

#: one package an area, each with its ``blueprint``
AREAS = (
    "account",
    "overview",
    "firms",
    "pipeline",
    "stalled",
    "service_records",
    "firm_needs",
    "screening",
    "views",
    "work",
    "people",
    "imports",
    "batches",
    "duplicates",
    "certificates",
    "attachments",
    "field",
    "quality",
    "targets",
    "outbox",
    "admin",
    "health",
)
csrf = CSRFProtect()


def init_app(app: Flask) -> None:
    """Wire the pages."""
    request.init_app(app)
    addresses.init_app(app)
    csrf.init_app(app)
    access.init_app(app)
    headers.init_app(app)
    problems.init_app(app)
    filters.init_app(app)
    navigation.init_app(app)
    for area in AREAS:
        app.register_blueprint(import_module(f"cultivate.web.{area}").blueprint)
