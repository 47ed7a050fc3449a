"""What an act of my work answers: the section as it is now, in place; without script the page at the section."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from markupsafe import Markup

from cultivate.errors import Conflict
from cultivate.i18n import _, say
from cultivate.web.request import db
from cultivate.web.work.page import page, piece

#: so long the line that says what was done offers to take it back
UNDO_SECONDS = 30


def is_piece() -> bool:
    """Whether htmx asks, which shows a piece of the page in place."""
    return "HX-Request" in request.headers


def answered(name: str, message: str, undo: str | None = None, **values: object) -> Any:
    """What was done, and the section without the row; ``undo`` is the address that takes it back."""
    told = said(message, undo, {"section": name, **values})
    if is_piece():
        db().flush()
        return piece(name, said=told)
    flash(told, "good")
    return redirect(url_for("work.show", _anchor=name))


def said(message: str, undo: str | None, values: Mapping[str, object]) -> Markup:
    """What was done, with the button that takes it back; in place where it was done in place."""
    html = render_template(
        "work/_said.html",
        message=message,
        undo=undo,
        values=values,
        seconds=UNDO_SECONDS,
        in_place=is_piece() and "section" in values,
    )
    return Markup(html)  # noqa: S704 the template has escaped it


def refused(name: str, row_id: int, **context: Any) -> Any:
    """The section with what was typed and what is wrong with it, at the row; or the whole page."""
    if is_piece():
        return piece(name, refused=row_id, **context), 422
    return page(name, refused=row_id, **context), 422


def overtaken(name: str, row_id: int, error: Conflict, wrote: str, **context: Any) -> Any:
    """Somebody was faster: the section as it is now, why, and what was typed, to be read or sent again."""
    db().rollback()
    words = say(error) + (" " + _("You wrote: %(text)s", text=wrote.strip()) if wrote.strip() else "")
    show = piece if is_piece() else page
    return show(name, refused=row_id, said=words, lost=True, **context), 409
