"""``/healthz`` and ``/readyz``: for whatever watches the service; no login."""

from datetime import timedelta
from typing import Any

from flask import jsonify
from sqlalchemy import text

from cultivate import clock
from cultivate.db import migrate
from cultivate.extensions import settings
from cultivate.queries import jobs
from cultivate.settings import normalise_url
from cultivate.web.access import public
from cultivate.web.health import blueprint
from cultivate.web.request import db

#: a scheduler gives a sign of life every half minute
LATELY = timedelta(minutes=5)


@blueprint.get("/healthz")
@public
def healthz() -> Any:
    """The process is up."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public
def readyz() -> Any:
    """Database reachable, migrations current, scheduler seen lately; 503 says which is not."""
    db().execute(text("SELECT 1"))
    seen = jobs.scheduler_seen(db())
    checks = {
        "database": True,
        "migrations": migrate.current(normalise_url(settings().database_url)) == migrate.head(),
        "scheduler": seen is not None and clock.now() - seen < LATELY,
    }
    return jsonify(status="ok" if all(checks.values()) else "not ready", checks=checks), 200 if all(
        checks.values()
    ) else 503
