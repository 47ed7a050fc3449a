"""cultivate: the register and funnel of a district's enterprise cultivation."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from cultivate.settings import Settings

__version__ = "0.1.0"


def create_app(settings: Settings | None = None) -> Flask:
    """Wire an application; nothing is read from the database until the first request or command."""
    from flask import Flask

    from cultivate import api, i18n, web
    from cultivate.db.engine import Database
    from cultivate.paths import templates_dir, translations_dir
    from cultivate.settings import Settings, normalise_url

    chosen = settings or Settings.from_environment()
    app = Flask(__name__, template_folder=str(templates_dir()), static_folder="static")
    app.config.update(
        SECRET_KEY=chosen.secret_key,
        TIMEZONE=chosen.timezone,
        MAX_CONTENT_LENGTH=64 * 1024 * 1024,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=chosen.base_url.startswith("https:"),
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.extensions["settings"] = chosen
    app.extensions["database"] = Database(normalise_url(chosen.database_url))
    i18n.init_app(app, str(translations_dir()))
    web.init_app(app)
    api.init_app(app)
    return app
