"""``/imports/decisions``: every line of every list that waits for a person, and what was decided before."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from cultivate.domain.permissions import Act
from cultivate.errors import Conflict, Invalid, NotFound
from cultivate.i18n import _, _n, say
from cultivate.queries import firms, list_decisions, units
from cultivate.queries.firms import FirmFilter
from cultivate.queries.list_decisions import Candidate, ListRef, Waiting
from cultivate.queries.paging import Page
from cultivate.services import imports
from cultivate.services.imports.verdict import OURS
from cultivate.web.access import needs
from cultivate.web.imports import blueprint, wording
from cultivate.web.numbers import number_of, whole
from cultivate.web.request import actor, db

#: firms offered for what was typed
FOUND = 5


@blueprint.get("/imports/decisions")
@needs(Act.IMPORT_LISTS)
def queue() -> str:
    """The lines, the newest list first; ``?line=&q=`` looks for another firm, ``?shown=remembered`` the memory."""
    if request.args.get("shown") == "remembered":
        return _remembered()
    return _page()


def _page(refusal: str | None = None, at: str = "", typed: Mapping[str, str] | None = None) -> str:
    """``at``: the line in focus, or where it stood that was decided last; ``typed``: what was filled in there."""
    page = list_decisions.list_waiting(db(), actor(), request.args.get("page", 1, type=whole))
    at = at or request.args.get("line", "") or request.args.get("after", "")
    lists = list_decisions.lists_waiting(db(), actor())
    focus = _focus(page, at)
    return render_template(
        "imports/decisions.html",
        page=page,
        lists=lists,
        kind_labels=wording.kind_labels(),
        way_labels=wording.way_labels(),
        focus=focus,
        found=_found(focus, page, lists),
        q=request.args.get("q", "").strip(),
        streets=units.list_units(db(), "street"),
        refusal=refusal,
        typed=typed or MultiDict(),
        new_kinds=wording.NEW_KINDS,
    )


def _focus(page: Page[Waiting], at: str) -> str:
    """The line itself if it still waits, else the one that follows it, else the first."""
    keys = {line.key: line for line in page.items}
    if at in keys or not page.items:
        return at
    batch_id, number = (number_of(part) for part in at.partition("-")[::2])
    if batch_id is not None and number is not None:
        place = (-batch_id, number)
        for line in page.items:
            if (-line.batch_id, line.number) > place:
                return line.key
    return page.items[0].key


def _found(focus: str, page: Page[Waiting], lists: Mapping[int, ListRef]) -> list[Candidate]:
    """Firms for what was typed beside the line in focus, those already offered left out."""
    q = request.args.get("q", "").strip()
    line = next((each for each in page.items if each.key == focus), None)
    if not q or line is None:
        return []
    rows = firms.list_firms(db(), actor().scope, FirmFilter(q=q), 1, FOUND).items
    offered = {candidate.id for candidate in line.candidates}
    ids = [row.id for row in rows if row.id not in offered]
    known = list_decisions.candidates(db(), actor().scope, lists[line.batch_id].track, ids)
    return [known[key] for key in ids if key in known]


def _remembered() -> str:
    q = request.args.get("q", "").strip()
    number = max(request.args.get("page", 1, type=whole) or 1, 1)
    page = list_decisions.list_remembered(db(), actor(), q, number)
    return render_template("imports/remembered.html", page=page, q=q)


@blueprint.post("/imports/decisions/<int:batch_id>/<int:row_number>")
@needs(Act.IMPORT_LISTS)
def queue_decide(batch_id: int, row_number: int) -> Any:
    """Decide a line; the next one is in focus then."""
    key = f"{batch_id}-{row_number}"
    form = request.form
    decision = OURS if form.get("firm") or form.get("code", "").strip() else form.get("decision", "")
    given = {name: form[name].strip() for name in ("street", "issued_on") if form.get(name, "").strip()}
    try:
        firm_id, seen = _firm(decision), form.get("seen")
        imports.decide(db(), actor(), batch_id, row_number, decision, firm_id, given, seen)
    except (Conflict, Invalid) as error:
        db().rollback()
        return _page(say(error), key, form), 422
    except NotFound as error:
        if not error.params:  # the line itself is not there, or not theirs
            raise
        db().rollback()
        return _page(say(error), key, form), 422
    page = form.get("page", type=whole)
    return redirect(url_for("imports.queue", after=key, page=page if page and page > 1 else None))


def _firm(decision: str) -> int | None:
    """The firm whose button was pressed, or the one that a code names."""
    if decision != OURS:
        return None
    chosen = request.form.get("firm", type=whole)
    return chosen or firms.find_reference(db(), actor().scope, request.form.get("code", ""))


@blueprint.post("/imports/decisions/<int:batch_id>/rest")
@needs(Act.IMPORT_LISTS)
def queue_rest(batch_id: int) -> Any:
    """None of the lines of a list that still wait is ours; the number that was seen must still be right."""
    expected = request.form.get("count", 0, type=whole) or 0
    try:
        done = imports.none_of_the_rest(db(), actor(), batch_id, expected)
    except (Conflict, Invalid) as error:
        db().rollback()
        return _page(say(error)), 409
    flash(_n("%(num)s line: not ours.", "%(num)s lines: not ours.", done), "good")
    return redirect(url_for("imports.queue"))


@blueprint.post("/imports/decisions/forget/<int:row_id>")
@needs(Act.IMPORT_LISTS)
def queue_forget(row_id: int) -> Any:
    """Ask again: the decision is taken over no more, and lines that nothing was written for are open again."""
    opened = imports.forget(db(), actor(), row_id)
    if opened:
        flash(
            _n("Forgotten; %(num)s line waits again.", "Forgotten; %(num)s lines wait again.", opened), "good"
        )
        return redirect(url_for("imports.queue"))
    flash(_("Forgotten; the next list with this name asks again."), "good")
    return redirect(url_for("imports.queue", shown="remembered"))
