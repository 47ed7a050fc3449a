"""``/services/new``: one service for many firms; ``/services/rounds``: what it made.

The firms are boxes of the form: those that were ticked in a list, those that a search finds and somebody ticks.
With htmx the boxes are asked for while somebody types; without, a button does the same.
"""

import uuid
from typing import TYPE_CHECKING, Any

from flask import redirect, render_template, request, url_for

from cultivate import clock
from cultivate.domain.permissions import Act
from cultivate.errors import N_, CultivateError, Invalid, NotFound
from cultivate.i18n import _
from cultivate.queries import firms, service_rounds, suggestions, tags, units, users, views
from cultivate.queries.columns import FIRMS
from cultivate.queries.picked import Item
from cultivate.services import bulk
from cultivate.services.bulk import BulkAct, Sent
from cultivate.services.service_rounds import Round
from cultivate.web.access import needs
from cultivate.web.firms.listing import LONGEST_QUERY
from cultivate.web.forms import apply_error
from cultivate.web.lists.picked import area_asked, picked
from cultivate.web.numbers import whole
from cultivate.web.pipeline.question import page_number
from cultivate.web.request import actor, db
from cultivate.web.service_records import blueprint
from cultivate.web.service_records.forms import RoundForm

if TYPE_CHECKING:
    from cultivate.queries.firms import FirmRow

#: so many fit on a form; more are told by letter
MOST = 300
#: what an address names the firms by
_NAMES = ("row", "all", "again")


@blueprint.get("/services/new")
@needs(Act.RECORD_SERVICE)
def new_round() -> Any:
    """The form, with the firms of a list where the address names them."""
    named = any(request.args.get(name) for name in _NAMES)
    rows = picked(area_asked()) if named else []
    return _page(_form(), list(dict.fromkeys(row.firm_id for row in rows)))


@blueprint.get("/services/firms")
@needs(Act.RECORD_SERVICE)
def choose() -> Any:
    """The boxes alone: those ticked, and what a search finds; followed by hand it is the form."""
    ids = request.args.getlist("firm", type=whole)
    if "HX-Request" not in request.headers:
        return redirect(url_for("service_records.new_round"))
    return render_template("service_records/_firms.html", **_boxes(ids, request.args.get("q", "")))


@blueprint.post("/services/new")
@needs(Act.RECORD_SERVICE)
def hold() -> Any:
    """Record it for every firm that may be; who was refused is read on the page after it."""
    form, ids = _form(), list(dict.fromkeys(request.form.getlist("firm", type=whole)))
    if "look" in request.form:
        return _page(form, ids)
    if form.validate():
        try:
            return _held(form, ids)
        except NotFound:
            raise
        except CultivateError as error:
            _refuse(form, error)
    return _page(form, ids), 422


def _held(form: RoundForm, ids: list[int]) -> Any:
    if len(ids) > MOST:
        raise Invalid(N_("At most %(most)s firms at once."), field="rows", code="too-many", most=MOST)
    said = Round(
        title=form.title.data or "",
        place=form.place.data or "",
        track=form.tracks.data or "",
        service=form.said(),
    )
    sent = Sent(form.key.data or "", repr(ids), url_for("service_records.list_rounds"))
    items = [Item(firm_id) for firm_id in ids]
    bulk.perform(db(), actor(), sent, BulkAct(kind="serve", round=said), lambda: items)
    return redirect(url_for("views.done", key=sent.key))


def _refuse(form: RoundForm, error: CultivateError) -> None:
    if error.problem == "idempotency-key-reused":
        form.key.data, form.key.raw_data = uuid.uuid4().hex, None
        form.form_errors.append(_("This form was sent before. Check what it says now and send it again."))
    else:
        apply_error(form, error, {"rows": ""})


def _form() -> RoundForm:
    form = RoundForm()
    form.offer(users.list_workers(db(), actor().scope))
    if not form.is_submitted():
        form.key.data = uuid.uuid4().hex
    return form


def _page(form: RoundForm, ids: list[int]) -> str:
    return render_template(
        "service_records/new_round.html",
        form=form,
        **_boxes(ids, request.form.get("q", "")),
        tags=tags.list_tags(db(), actor().scope),
        views=views.list_views(db(), actor(), FIRMS),
    )


def _boxes(ids: list[int], q: str) -> dict[str, Any]:
    """Firms that were chosen and are the reader's, and those that a search finds beside them."""
    scope, asked = actor().scope, q.strip()[:LONGEST_QUERY]
    kept = ids[: MOST + 1]
    chosen: list[FirmRow] = firms.rows_within(db(), scope, kept)
    found = suggestions.suggest(db(), scope, asked).items if asked else []
    known = {row.id for row in chosen}
    return {
        "chosen": chosen,
        "missing": len(kept) - len(chosen),
        "found": [each.firm for each in found if each.firm.id not in known],
        "q": asked,
        "most": MOST,
        "units": units.by_id(db()),
    }


@blueprint.get("/services/rounds")
@needs(Act.VIEW)
def list_rounds() -> Any:
    """All rounds, the newest first."""
    page = service_rounds.list_rounds(db(), actor(), clock.today(), page_number())
    return render_template("service_records/rounds.html", page=page)


@blueprint.get("/services/rounds/<int:round_id>")
@needs(Act.VIEW)
def show_round(round_id: int) -> Any:
    """Who was there, and what is still to be followed up."""
    found = service_rounds.get_round(db(), actor(), round_id, clock.today())
    waiting = request.args.get("waiting") == "1"
    page = service_rounds.list_firms(db(), actor(), round_id, page_number(), waiting=waiting)
    return render_template(
        "service_records/round.html", round=found, page=page, waiting=waiting, units=units.by_id(db())
    )
