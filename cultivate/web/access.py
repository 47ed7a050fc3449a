"""The gate: default is deny.

A view says which act it needs, or that it is public; one that says neither answers nobody (and fails the
convention tests). The attribute is data: the tests read it and walk every route as every role.
"""

from typing import Any

from flask import Flask, current_app, g, request, session
from flask_login import LoginManager, UserMixin, current_user

from cultivate.access import PUBLIC, access_of, needs, public
from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Act
from cultivate.errors import N_, Forbidden, NotFound
from cultivate.queries import users
from cultivate.web.request import db

__all__ = ["PUBLIC", "SessionUser", "access_of", "init_app", "login_manager", "needs", "public"]

login_manager = LoginManager()


class SessionUser(UserMixin):
    """What Flask-Login keeps in the session: id and session key, so that a new password ends old sessions."""

    def __init__(self, actor: Actor, session_key: str) -> None:
        """Hold the actor for the request."""
        self.actor = actor
        self.id = f"{actor.user_id}:{session_key}"


@login_manager.user_loader
def _load(identifier: str) -> SessionUser | None:
    user_id, _, session_key = identifier.partition(":")
    actor = users.find_actor(db(), int(user_id), session_key)
    return None if actor is None else SessionUser(actor, session_key)


def _gate() -> Any:
    g.actor = None
    if request.endpoint is None:  # no such page: the error handler says so, logged in or not
        g.actor = current_user.actor if current_user.is_authenticated else None
        return None
    if request.endpoint.endswith("static"):
        return None
    access = access_of(current_app, request.endpoint)
    if request.blueprint and request.blueprint.startswith("api"):
        return None  # the API has its own gate with the same table
    if current_user.is_authenticated:
        g.actor = current_user.actor
    if access == PUBLIC:
        return None
    if g.actor is None:
        return _ask_to_log_in()
    if not isinstance(access, Act):
        raise NotFound
    if not g.actor.may(access):
        raise Forbidden(N_("Your role may not do this. Ask the bureau or the administrator."))
    return None


def _ask_to_log_in() -> Any:
    """Lead to the login and back. A piece of a page gets 401: the login does not belong inside a form."""
    if "HX-Request" in request.headers:
        return "", 401
    session["next"] = request.full_path if request.method == "GET" else "/"
    return login_manager.unauthorized()


def init_app(app: Flask) -> None:
    """Close every door that does not say whom it opens to."""
    login_manager.login_view = "account.login"
    login_manager.login_message = None
    # templates read ``actor``; asking for the user again would fail the page about a database that is away
    login_manager.init_app(app, add_context_processor=False)
    app.before_request(_gate)
