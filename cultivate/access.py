"""Whom a view opens to: pages and API mark their views alike, and the tests read the mark.

The mark is data on the view. A view that carries none answers nobody: that is for the gates (``web/access.py``,
``api/gate.py``) to enforce and for the convention tests to find.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask

from cultivate.domain.permissions import Act

View = TypeVar("View", bound=Callable[..., Any])
PUBLIC = "public"


def needs(act: Act) -> Callable[[View], View]:
    """Open a view to the roles that the permission table lets do ``act``."""

    def mark(view: View) -> View:
        view.__dict__["access"] = act
        return view

    return mark


def public(view: View) -> View:
    """Open a view to everybody, logged in or not."""
    view.__dict__["access"] = PUBLIC
    return view


def access_of(app: Flask, endpoint: str) -> Act | str | None:
    """What an endpoint asks for; ``None`` where it was forgotten. Files under ``static`` are public."""
    if endpoint.endswith("static"):
        return PUBLIC
    found: Act | str | None = getattr(app.view_functions[endpoint], "access", None)
    return found
