"""``/imports/<id>/leads``: lines of a list that match nobody, those first that say this district."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from cultivate.domain.permissions import Act
from cultivate.errors import Conflict, Invalid
from cultivate.i18n import _, _n, say
from cultivate.queries import imports as queries
from cultivate.queries import list_leads, units
from cultivate.services import imports
from cultivate.services.imports import Decided
from cultivate.services.imports.verdict import LEAD, NEW, NOT_OURS
from cultivate.web.access import needs
from cultivate.web.imports import blueprint
from cultivate.web.imports.wording import NEW_KINDS
from cultivate.web.numbers import numbers_of, whole
from cultivate.web.request import actor, db

_ACTS = frozenset({NEW, LEAD, NOT_OURS})


@blueprint.get("/imports/<int:batch_id>/leads")
@needs(Act.IMPORT_LISTS)
def leads(batch_id: int) -> str:
    """``?everybody=1`` shows every line that matches nobody, ``?q=`` looks for a name."""
    return _page(batch_id)


def _page(batch_id: int, refusals: dict[int, str] | None = None, refusal: str | None = None) -> str:
    batch = queries.get_batch(db(), actor(), batch_id)
    everybody, q = request.values.get("everybody") == "1", request.values.get("q", "").strip()
    page = list_leads.list_strangers(
        db(),
        actor(),
        batch_id,
        everybody=everybody,
        q=q,
        number=max(request.values.get("page", 1, type=whole) or 1, 1),
    )
    return render_template(
        "imports/leads.html",
        batch=batch,
        page=page,
        q=q,
        everybody=everybody,
        streets=units.list_units(db(), "street"),
        refusals=refusals or {},
        refusal=refusal,
        typed=request.form,
        open=batch.kind in NEW_KINDS and batch.status in {"preview", "committed"},
    )


@blueprint.post("/imports/<int:batch_id>/leads")
@needs(Act.IMPORT_LISTS)
def leads_decide(batch_id: int) -> Any:
    """What the pressed button says of every ticked line, or of the one whose own button it was.

    A line's own street goes before the one chosen for all.
    """
    queries.get_batch(db(), actor(), batch_id)
    act, _sep, one = request.form.get("act", "").partition("-")
    numbers = numbers_of([one] if one else request.form.getlist("row"))
    if not numbers:
        return _page(batch_id, refusal=_("Tick the lines that are meant.")), 422
    if act not in _ACTS:
        return _page(batch_id, refusal=_("Say what is to become of the lines.")), 422
    refused: dict[int, str] = {}
    by_street: dict[str, list[int]] = {}
    for number in numbers:
        own = request.form.get(f"street-{number}", "") or request.form.get("street", "")
        by_street.setdefault("" if act == NOT_OURS else own, []).append(number)
    done = 0
    try:
        for street, rows in sorted(by_street.items()):
            given = {"street": street} if street else {}
            why = imports.decide_many(db(), actor(), batch_id, rows, Decided(act, given=given))
            refused |= {number: say(error) for number, error in why.items()}
            done += len(rows) - len(why)
    except (Conflict, Invalid) as error:
        db().rollback()
        return _page(batch_id, refusal=say(error)), 409
    if refused:
        # what went well stays: each line is its own decision
        return _page(batch_id, refused), 200 if done else 422
    _tell(batch_id, act, done)
    left = list_leads.count_missed(db(), actor(), batch_id)
    if left or request.form.get("everybody") == "1":
        return redirect(
            url_for("imports.leads", batch_id=batch_id, everybody=request.form.get("everybody") or None)
        )
    return redirect(url_for("imports.show", batch_id=batch_id))


def _tell(batch_id: int, act: str, done: int) -> None:
    waits = queries.get_batch(db(), actor(), batch_id).status == "preview"
    if act == NOT_OURS:
        flash(_n("%(num)s line: not ours.", "%(num)s lines: not ours.", done), "good")
    elif waits:
        flash(
            _n(
                "%(num)s firm will be registered when you confirm the import.",
                "%(num)s firms will be registered when you confirm the import.",
                done,
            ),
            "good",
        )
    elif act == NEW:
        flash(
            _n("%(num)s firm registered and certified.", "%(num)s firms registered and certified.", done),
            "good",
        )
    else:
        flash(_n("%(num)s lead registered.", "%(num)s leads registered.", done), "good")
