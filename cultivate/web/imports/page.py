"""``/imports/<id>``: what would become of each row, or what became of it."""

from typing import Any

from flask import render_template, request

from cultivate.domain.permissions import Act
from cultivate.queries import imports as queries
from cultivate.queries import units
from cultivate.queries.imports import BatchRow
from cultivate.services.imports import LISTS, ImportTouched
from cultivate.services.imports.options import ACTS
from cultivate.services.imports.verdict import OUTCOMES
from cultivate.web.access import needs
from cultivate.web.imports import blueprint, wording
from cultivate.web.request import actor, db

#: an undecided or rejected row keeps a preview at "check"
WAITING = ("to_decide", "rejected")


@blueprint.get("/imports/<int:batch_id>")
@needs(Act.IMPORT_FIRMS)
def show(batch_id: int) -> str:
    """The rows, those that need a person first; ``?outcome=`` narrows."""
    return import_page(batch_id)


def import_page(batch_id: int, *, touched: ImportTouched | None = None, refusal: str | None = None) -> str:
    """The page of an import, perhaps with the reason why it could not be taken back or decided."""
    batch = queries.get_batch(db(), actor(), batch_id)
    outcome = request.values.get("outcome")
    if outcome not in OUTCOMES[batch.kind]:
        outcome = None
    page = queries.list_rows(db(), actor(), batch_id, outcome, request.values.get("page", 1, type=int))
    known = {unit.code: unit for unit in units.list_units(db())}
    firms = queries.firms_by_id(db(), actor().scope, wording.candidate_ids(page.items))
    return render_template(
        "imports/show.html",
        batch=batch,
        page=page,
        rows=wording.rows_in_words(batch, page.items, known, firms),
        outcome=outcome,
        touched=touched,
        refusal=refusal,
        unit=known.get(batch.options.get("unit") or ""),
        same=queries.find_same_file(db(), actor(), batch) if batch.status == "preview" else None,
        **_summary(batch),
    )


def _summary(batch: BatchRow) -> dict[str, Any]:
    waiting = any(batch.counts.get(outcome) for outcome in WAITING)
    return {
        "sums": wording.sums(batch),
        "good": wording.good_rows(batch),
        "labels": wording.outcome_labels(),
        "touched_words": wording.touched_labels(),
        "tones": wording.TONES,
        "is_list": batch.kind == LISTS,
        "step": (2 if waiting else 3) if batch.status == "preview" else 5,
        "may_act": actor().may(ACTS[batch.kind]),
    }
