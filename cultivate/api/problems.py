"""Refusals as JSON: the first problem as ``error``, all of them as its ``reasons``, and what stands now.

Addresses that do not exist and crashes are answered in the same shape by ``web/problems.py``.
"""

from collections.abc import Sequence
from typing import Any

from flask import Response, jsonify, request, url_for

from cultivate.api.shapes import present
from cultivate.errors import N_, Conflict, CultivateError, Invalid, Merged, TooMany
from cultivate.i18n import say


class Unauthenticated(CultivateError):
    """Nobody asks: no token, a wrong one, or a session that has ended."""

    code = "unauthenticated"
    status = 401

    def __init__(self) -> None:
        """One sentence for all three: which it is helps only those who guess."""
        super().__init__(N_("Log in, or send a valid token: “Authorization: Bearer …”."))


class CsrfMissing(CultivateError):
    """A browser's session writes only with the token of its own pages; 400 as on the pages."""

    code = "csrf"
    status = 400

    def __init__(self) -> None:
        """Say which header is missing."""
        super().__init__(N_("A session needs the header X-CSRFToken to write; a bearer token does not."))


class NotJson(CultivateError):
    """A body of another kind than JSON."""

    code = "not-json"
    status = 415

    def __init__(self) -> None:
        """Say what to send."""
        super().__init__(N_("Send JSON, with the header “Content-Type: application/json”."))


class InvalidInput(Invalid):
    """Everything that is wrong with a body or a query; message and field are those of the first."""

    def __init__(self, reasons: Sequence[Invalid]) -> None:
        """Take at least one problem."""
        first = reasons[0]
        super().__init__(first.msgid, field=first.field, code=first.problem, **first.params)
        self.reasons = list(reasons)


def answer(error: CultivateError) -> Response:
    """The response to a refusal; its status is not below 400, so nothing is committed."""
    content: dict[str, Any] = {"error": described(error)}
    if isinstance(error, Conflict) and error.current is not None:
        content["current"] = present(error.current)
    response = jsonify(content)
    response.status_code = error.status
    if isinstance(error, Merged) and request.method == "GET":
        response.status_code = 301
        response.headers["Location"] = url_for("api_firms.show_firm", firm_id=error.kept_id)
        response.headers["Cache-Control"] = "no-store"  # an undone merge must be seen at once
    if isinstance(error, Unauthenticated):
        response.headers["WWW-Authenticate"] = 'Bearer realm="cultivate"'
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def described(error: CultivateError) -> dict[str, Any]:
    """A refusal as an object: its first problem, and all of them."""
    return _described(error) | _reasons(error)


#: parameters of a message that a program can use as well
_USEFUL: Sequence[str] = ("suggestion", "firm_id", "merged_into")


def _described(error: CultivateError) -> dict[str, Any]:
    said = {"code": error.problem, "message": say(error), "field": error.field}
    said |= {name: error.params.get(name) for name in _USEFUL}
    return {name: value for name, value in said.items() if value is not None}


def _reasons(error: CultivateError) -> dict[str, Any]:
    """``Refused`` and ``InvalidInput`` call them reasons, ``InvalidFirm`` problems."""
    found: Sequence[Invalid] | None = getattr(error, "reasons", None) or getattr(error, "problems", None)
    return {"reasons": [_described(reason) for reason in found]} if found else {}
