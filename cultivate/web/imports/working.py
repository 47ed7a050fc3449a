"""How far a file is: asked while its page waits, and by who has left and come back."""

import re
import secrets
from typing import Any

from flask import jsonify, redirect, render_template, request, url_for

from cultivate import clock
from cultivate.domain.permissions import Act
from cultivate.i18n import _, _n
from cultivate.queries import working
from cultivate.queries.working import Working
from cultivate.services import long_work
from cultivate.web.access import needs
from cultivate.web.imports import blueprint
from cultivate.web.request import actor, db

_MARK = re.compile(r"[0-9a-f]{16}")
#: silence after which the page says how long it has lasted
_SILENCE = 5


def new_mark() -> str:
    """What an upload is asked for by, before there is an import."""
    return secrets.token_hex(8)


def upload_key() -> str:
    """The key of the upload that is sent; another where the form brought none."""
    mark = request.form.get("mark", "")
    return f"upload:{mark if _MARK.fullmatch(mark) else new_mark()}"


@blueprint.get("/imports/progress")
@needs(Act.IMPORT_FIRMS)
def progress() -> Any:
    """One act: words, done and total; ``null`` when it is over or has not begun."""
    key = request.args.get("key", "")
    found = working.find_working(db(), actor(), key) if key.isprintable() else None
    if found is None:
        return jsonify(None)
    return jsonify({"words": in_words(found), "done": found.done, "total": found.total})


@blueprint.get("/imports/working")
@needs(Act.IMPORT_FIRMS)
def list_working() -> Any:
    """What goes on, as the page of imports asks every few seconds; when all is over it is loaded anew.

    A piece of a page, which htmx fetches; opened by hand it leads to the page.
    """
    if "HX-Request" not in request.headers:
        return redirect(url_for("imports.index"))
    found = working.list_working(db(), actor(), clock.now())
    if not found:
        return "", 204, {"HX-Refresh": "true"}
    return render_template("imports/_working.html", working=[(each, in_words(each)) for each in found])


def in_words(found: Working) -> str:
    """Phase and count, and how long nothing was heard: on SQLite the writing itself is silent."""
    counted = (
        _("%(done)s of %(total)s rows", done=f"{found.done:,}", total=f"{found.total:,}")
        if found.total and found.done
        else _n("%(num)s row", "%(num)s rows", found.total)
        if found.total
        else ""
    )
    phases = {
        long_work.READING: _("Reading the file"),
        long_work.CHECKING: _("Checking the rows"),
        long_work.COMPARING: _("Comparing with the register"),
        long_work.WRITING: _("Writing"),
        long_work.ASSESSING: _("Assessing the firms"),
    }
    silence = int((clock.now() - found.updated_at).total_seconds())
    since = _("for %(seconds)s s", seconds=silence) if silence > _SILENCE else ""
    return " · ".join(part for part in (phases.get(found.phase, ""), counted, since) if part)
