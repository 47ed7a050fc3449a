"""What the application carries: settings and database, typed."""

from typing import cast

from flask import current_app

from cultivate.db.engine import Database
from cultivate.settings import Settings


def settings() -> Settings:
    """Settings of the running application."""
    return cast("Settings", current_app.extensions["settings"])


def database() -> Database:
    """The database of the running application."""
    return cast("Database", current_app.extensions["database"])
