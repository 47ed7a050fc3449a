"""Refusals as pages: a title, what happened, what to do next; never a traceback."""

from typing import Any

from flask import Flask, Response, jsonify, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from cultivate.errors import N_, Conflict, CultivateError, Invalid, Merged, NotFound, TooMany
from cultivate.i18n import _, say
from cultivate.log import log
from cultivate.web.request import SAFE, db

#: SQLSTATE of PostgreSQL: a number that the column is too small for
OUT_OF_RANGE = "22003"
TITLES = {
    400: N_("That did not work"),
    403: N_("Not for your role"),
    404: N_("Not found"),
    405: N_("That did not work"),
    409: N_("Somebody was faster"),
    413: N_("The file is too large"),
    422: N_("Please check"),
    429: N_("Too many attempts"),
    500: N_("Something went wrong here"),
    503: N_("Busy just now"),
}


def _answer(
    status: int, message: str, *, code: str, field: str | None = None, retry_after: int | None = None
) -> Response:
    if request.path.startswith("/api/"):
        error = {"code": code, "message": message}
        if field:
            error["field"] = field
        response = make_response(jsonify(error=error), status)
    else:
        title = _(TITLES.get(status, TITLES[400]))
        response = make_response(render_template("errors/problem.html", title=title, message=message), status)
        # a whole page takes the place of the page, not of the piece that was asked for
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "body", "innerHTML"
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def _ours(error: CultivateError) -> Any:
    if isinstance(error, Merged) and request.method == "GET":
        return redirect(url_for("firms.show", firm_id=error.kept_id))
    after = error.retry_after if isinstance(error, TooMany) else None
    return _answer(error.status, say(error), code=error.problem, field=error.field, retry_after=after)


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    messages = {
        404: _("There is no such page, or it is not yours to see."),
        405: _("This address does not take that kind of request."),
        413: _("Files up to 50 MB are taken. Split the workbook, or leave out pictures."),
    }
    return _answer(
        status, messages.get(status, _("The request could not be understood.")), code=f"http-{status}"
    )


def _csrf(_error: CSRFError) -> Response:
    message = _(
        "This page was open too long, or you logged in elsewhere. Go back, load it anew and send it again."
    )
    return _answer(400, message, code="csrf")


def _stale(_error: StaleDataError) -> Any:
    return _ours(Conflict(N_("Somebody else changed this record in the meantime. Load it anew.")))


def _busy(error: OperationalError) -> Response:
    log.error("database", error=str(error.orig))
    return _answer(
        503,
        _("The database is busy. Nothing was lost; send it again in a moment."),
        code="busy",
        retry_after=5,
    )


def _too_large(error: DataError) -> Any:
    """An id that no record can have is one that no record has; ids of small tables are smaller than others."""
    if getattr(error.orig, "sqlstate", None) != OUT_OF_RANGE:
        return _crash(error)
    db().rollback()  # else the page about it could ask nothing
    if request.method in SAFE:
        return _ours(NotFound())
    return _ours(Invalid(N_("A number here is larger than can be kept."), code="number-invalid"))


def _crash(error: Exception) -> Response:
    log.error("unexpected", path=request.path, exc_info=error)
    return _answer(
        500,
        _("This is our mistake, not yours. Nothing was half-written; the error is in the log."),
        code="internal",
    )


def init_app(app: Flask) -> None:
    """Bind every kind of refusal."""
    app.register_error_handler(CultivateError, _ours)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(OperationalError, _busy)
    app.register_error_handler(DataError, _too_large)
    app.register_error_handler(Exception, _crash)
