"""One session a request: reads for GET and HEAD, one transaction for everything else.

The commit is here and only here: a view that answers below 400 is committed, anything else is rolled back.
"""

from flask import Flask, Response, g, request
from sqlalchemy.orm import Session

from cultivate.domain.actor import Actor
from cultivate.extensions import database

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def db() -> Session:
    """The request's session. On SQLite a writing request begins with ``BEGIN IMMEDIATE``."""
    if "session" not in g:
        g.session = database().reader() if request.method in SAFE else database().writer()
    session: Session = g.session
    return session


def actor() -> Actor:
    """Who is asking; the gate has made sure that there is somebody."""
    found: Actor = g.actor
    return found


def _commit(response: Response) -> Response:
    session: Session | None = g.get("session")
    if session is not None and request.method not in SAFE and response.status_code < 400:
        session.commit()
    return response


def _close(_error: BaseException | None) -> None:
    session: Session | None = g.pop("session", None)
    if session is not None:
        session.close()


def init_app(app: Flask) -> None:
    """Bind commit and close to the request's end."""
    app.after_request(_commit)
    app.teardown_request(_close)
