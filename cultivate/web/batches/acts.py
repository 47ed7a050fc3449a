"""Acts on the firms of a batch that are ticked, or on all that the board's filter finds."""

import uuid
from dataclasses import dataclass
from typing import Any

from flask import redirect, render_template, request, url_for

from cultivate.domain.batches import SCORES
from cultivate.domain.permissions import Act
from cultivate.errors import N_, CultivateError, NotFound
from cultivate.i18n import _
from cultivate.queries import application_batches as queries
from cultivate.queries import batch_board, batch_entries
from cultivate.queries.application_batches import BatchRow
from cultivate.queries.picked import Item, items_shown, parse
from cultivate.services import application_batches as batches
from cultivate.services import bulk
from cultivate.services.bulk import MOST, BulkAct, Sent
from cultivate.web.access import needs
from cultivate.web.batches import blueprint
from cultivate.web.batches.board import FILTERS, asked_filter
from cultivate.web.batches.forms import EntryActForm
from cultivate.web.forms import apply_error
from cultivate.web.request import actor, db


@dataclass(frozen=True, slots=True)
class EntryAct:
    """An act of the board: its words, the act it needs, the fields it asks for."""

    title: str
    needs: Act
    fields: frozenset[str]
    required: frozenset[str] = frozenset()
    proposals: bool = False
    """Done to firms that are proposed, not to those taken in."""
    stamps: str = ""
    """The day of the batch that is noted where all of it is meant."""


ACTS: dict[str, EntryAct] = {
    "accept": EntryAct(N_("Take in"), Act.DECIDE, frozenset({"override_reason"}), proposals=True),
    "decline": EntryAct(
        N_("Decline"), Act.DECIDE, frozenset({"reason"}), frozenset({"reason"}), proposals=True
    ),
    "hand_up": EntryAct(
        N_("Hand up"),
        Act.MANAGE_BATCHES,
        frozenset({"effective_on", "reason", "whole"}),
        stamps="submitted_on",
    ),
    "publicise": EntryAct(
        N_("Made public"), Act.MANAGE_BATCHES, frozenset({"effective_on", "whole"}), stamps="publicised_on"
    ),
    "not_pass": EntryAct(
        N_("Not passed"),
        Act.DECIDE,
        frozenset({"effective_on", "reason", "retry_year"}),
        frozenset({"reason"}),
    ),
}
_ASKED = ("effective_on", "retry_year", "reason", "override_reason", "whole")


def _asked(kind: str) -> EntryAct:
    if kind not in ACTS:
        raise NotFound
    actor().require(ACTS[kind].needs)
    return ACTS[kind]


def _items(batch: BatchRow, asked: EntryAct) -> list[Item]:
    """The ticked rows, or all that the filter of the address finds."""
    if request.args.get("all") != "1":
        return items_shown(parse(request.args.getlist("row")))[: MOST + 1]
    scope = actor().scope
    if asked.proposals:
        waiting = batch_board.list_proposed(db(), scope, batch, takes_in=True)
        return [Item(row.firm_id, row.candidacy_id) for row in waiting]
    found = batch_entries.list_entries(db(), scope, batch.id, asked_filter(), 1, MOST + 1)
    return [Item(row.firm_id, row.candidacy_id) for row in found.items]


def _back(batch: BatchRow) -> str:
    kept: dict[str, Any] = {name: request.args[name] for name in FILTERS if request.args.get(name)}
    return url_for("batches.show", application_batch_id=batch.id, **kept)


def _form(kind: str, batch: BatchRow, count: int) -> EntryActForm:
    """The fields that the act needs; points are asked for where one firm is given back."""
    asked, form = ACTS[kind], EntryActForm()
    for name in _ASKED:
        if name not in asked.fields:
            del form[name]
        elif name in asked.required:
            form[name].flags.required = True
    if kind != "not_pass" or count != 1:
        for item in SCORES:
            del form[item]
    if not form.is_submitted():
        form.begin(uuid.uuid4().hex, batch.year + 1)
    return form


def _page(kind: str, batch: BatchRow, form: EntryActForm) -> str:
    asked = ACTS[kind]
    return render_template(
        "batches/act.html",
        kind=kind,
        title=_(asked.title),
        batch=batch,
        form=form,
        count=len(_items(batch, asked)),
        most=MOST,
        scores=SCORES,
        back=_back(batch),
    )


@blueprint.get("/batches/<int:application_batch_id>/acts/<batch_act>")
@needs(Act.DECIDE)
def ask(application_batch_id: int, batch_act: str) -> str:
    """What is missing for the act."""
    asked, batch = _asked(batch_act), queries.get_batch(db(), application_batch_id)
    return _page(batch_act, batch, _form(batch_act, batch, len(_items(batch, asked))))


@blueprint.post("/batches/<int:application_batch_id>/acts/<batch_act>")
@needs(Act.DECIDE)
def act(application_batch_id: int, batch_act: str) -> Any:
    """Do it, once a form; what was refused is named on the page after it."""
    asked, batch = _asked(batch_act), queries.get_batch(db(), application_batch_id)
    form = _form(batch_act, batch, len(_items(batch, asked)))
    if form.validate():
        sent = Sent(form.key.data or "", request.full_path, _back(batch))
        try:
            bulk.perform(db(), actor(), sent, _bulk(batch_act, batch, form), lambda: _items(batch, asked))
            if asked.stamps and form.whole.data:
                batches.stamp(db(), actor(), batch.id, asked.stamps, form.effective_on.data)
        except NotFound:
            raise
        except CultivateError as error:
            form.key.data, form.key.raw_data = uuid.uuid4().hex, None
            apply_error(form, error, {"rows": ""})
        else:
            return redirect(url_for("views.done", key=sent.key))
    return _page(batch_act, batch, form), 422


def _bulk(kind: str, batch: BatchRow, form: EntryActForm) -> BulkAct:
    said = {name: form[name].data if name in form else None for name in _ASKED}
    return BulkAct(
        kind=kind,
        track=batch.track,
        effective_on=said["effective_on"],
        reason=said["reason"] or "",
        override_reason=said["override_reason"],
        retry_year=said["retry_year"],
        batch_id=batch.id,
        scores={item: form[item].data for item in SCORES if item in form and form[item].data is not None},
    )
