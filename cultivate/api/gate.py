"""The API's gate: who asks, by token or session, and whether the permission table lets them.

The same marks and the same table as the pages' gate; an answer here is JSON, and there is no login page to
be sent to.
"""

from typing import cast

from flask import current_app, g, request
from flask_login import current_user
from flask_wtf.csrf import validate_csrf
from wtforms import ValidationError

from cultivate.access import PUBLIC, access_of
from cultivate.api.problems import CsrfMissing, Unauthenticated
from cultivate.api.throttle import Throttle
from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Act
from cultivate.errors import NotFound
from cultivate.queries import users
from cultivate.request_session import SAFE, db
from cultivate.services.accounts import token_digest


def requests_throttle() -> Throttle:
    """The buckets of people."""
    return cast("Throttle", current_app.extensions["api_requests"])


def guesses_throttle() -> Throttle:
    """The buckets of addresses that sent wrong tokens."""
    return cast("Throttle", current_app.extensions["api_guesses"])


def check() -> None:
    """Let the request through, or raise what answers it.

    An upload is read before the database is asked: on SQLite the first question of a writing request takes the
    write lock, and a slow phone would make everybody wait for it.
    """
    if request.mimetype == "multipart/form-data":
        request.files.keys()
    g.actor = None
    found = _by_session() if request.headers.get("Authorization") is None else _by_token()
    g.actor = found
    access = access_of(current_app, str(request.endpoint))
    if access == PUBLIC:
        return
    if found is None:
        raise Unauthenticated
    if not isinstance(access, Act):
        raise NotFound
    requests_throttle().take(str(found.user_id))
    found.require(access)


def _by_token() -> Actor:
    """Who the token belongs to. A header that is sent counts, even beside a session.

    Wrong tokens are slowed down, good ones from the same address are not: all may come through one proxy.
    """
    scheme, _, token = request.headers["Authorization"].strip().partition(" ")
    actor = None
    if scheme.lower() == "bearer" and token.strip():
        actor = users.find_actor_by_token(db(), token_digest(token.strip()))
    if actor is None:
        guesses_throttle().take(request.remote_addr or "")
        raise Unauthenticated
    return actor


def _by_session() -> Actor | None:
    if not current_user.is_authenticated:
        return None
    if request.method not in SAFE and current_app.config["WTF_CSRF_ENABLED"]:
        try:
            validate_csrf(request.headers.get("X-CSRFToken"))
        except ValidationError as error:
            raise CsrfMissing from error
    actor: Actor = current_user.actor.through("api")
    return actor
