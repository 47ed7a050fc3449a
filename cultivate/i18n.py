"""Languages: Chinese first, English complete beside it.

Message ids are English. Everything that shows text runs inside an application context (web, API, commands,
jobs), where Flask-Babel knows the language: the user's own, else the one of the session, else Chinese.
"""

from typing import TYPE_CHECKING, Any

from flask import g, has_app_context, has_request_context, request, session
from flask_babel import Babel, force_locale, get_locale, gettext, lazy_gettext, ngettext

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from flask import Flask

    from cultivate.errors import CultivateError

LOCALES = {"zh": "zh_Hans_CN", "en": "en"}
DEFAULT = "zh"

_: "Callable[..., str]" = gettext
_n: "Callable[..., str]" = ngettext
_l = lazy_gettext

babel = Babel()


def select_locale() -> str:
    """The Babel locale of whoever is reading."""
    if not has_request_context():
        return LOCALES[DEFAULT]
    user = getattr(g, "actor", None)
    chosen: str | None = (user.locale if user is not None else None) or session.get("locale")
    if request.path.startswith("/api/") and (user is None or "Authorization" in request.headers):
        # a program says it with each request; a browser's header does not overrule what its user chose
        chosen = request.accept_languages.best_match(list(LOCALES)) or chosen
    return LOCALES.get(chosen or DEFAULT, LOCALES[DEFAULT])


def language() -> str:
    """``zh`` or ``en``: what ``<html lang>``, column names and track names are chosen by."""
    if not has_app_context():
        return DEFAULT
    locale = get_locale()
    return "en" if locale is not None and locale.language == "en" else "zh"


def in_language(code: str) -> "AbstractContextManager[Any]":
    """Speak that language inside the block: letters are written in their reader's."""
    speaking: AbstractContextManager[Any] = force_locale(LOCALES.get(code, LOCALES[DEFAULT]))
    return speaking


def say(error: "CultivateError") -> str:
    """The error's message in the reader's language."""
    return _(error.msgid, **error.params) if error.params else _(error.msgid)


def init_app(app: "Flask", translations: str) -> None:
    """Bind Flask-Babel; ``translations`` is the folder of the catalogues."""
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", translations)
    app.config.setdefault("BABEL_DEFAULT_LOCALE", LOCALES[DEFAULT])
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", app.config["TIMEZONE"])
    babel.init_app(app, locale_selector=select_locale)
