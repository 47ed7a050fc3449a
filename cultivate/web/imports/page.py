"""``/imports/<id>``: what would become of each row, or what became of it."""

from dataclasses import dataclass, field
from typing import Any

from flask import redirect, render_template, request, url_for

from cultivate.domain.permissions import Act
from cultivate.i18n import language
from cultivate.queries import imports as queries
from cultivate.queries import list_leads, units
from cultivate.queries.imports import BatchRow
from cultivate.services.imports import OUTCOMES, ImportTouched, get_kind
from cultivate.services.imports.upload import MAPPING
from cultivate.services.imports.verdict import CONFLICT, TO_DECIDE, UNFIT
from cultivate.web.access import needs
from cultivate.web.imports import blueprint, wording
from cultivate.web.imports.kind_words import kind_words
from cultivate.web.imports.wording import Repair
from cultivate.web.numbers import whole
from cultivate.web.request import actor, db

#: suggestions that are looked at and accepted together: more would be ticked unread
REPAIRS_SHOWN = 100


@blueprint.get("/imports/<int:batch_id>")
@needs(Act.IMPORT_FIRMS)
def show(batch_id: int) -> Any:
    """The rows, those that need a person first; ``?outcome=`` narrows. First the columns, if they are open."""
    if queries.get_batch(db(), actor(), batch_id).status == MAPPING:
        return redirect(url_for("imports.columns", batch_id=batch_id))
    return import_page(batch_id)


def import_page(batch_id: int, *, touched: ImportTouched | None = None, refusal: str | None = None) -> str:
    """The page of an import, perhaps with the reason why it could not be taken back or decided."""
    batch = queries.get_batch(db(), actor(), batch_id)
    outcome = request.values.get("outcome")
    if outcome not in OUTCOMES[batch.kind]:
        outcome = None
    page = queries.list_rows(db(), actor(), batch_id, outcome, request.values.get("page", 1, type=whole))
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
        repairs=_repairs(batch),
        **_summary(batch),
    )


@dataclass(frozen=True, slots=True)
class Repairs:
    """Suggestions that can be accepted, and those that were; the first of each, and how many there are."""

    suggested: list[Repair] = field(default_factory=list)
    suggested_total: int = 0
    accepted: list[Repair] = field(default_factory=list)
    accepted_total: int = 0


def _repairs(batch: BatchRow) -> Repairs:
    if batch.status not in {"preview", "committed"}:
        return Repairs()
    taken_over, accepted_total = queries.list_accepted(db(), actor(), batch.id, REPAIRS_SHOWN)
    accepted = [repair for row in taken_over for repair in wording.accepted(batch, row)]
    if batch.status != "preview" or not actor().may(get_kind(batch.kind).act):
        return Repairs(accepted=accepted, accepted_total=accepted_total)
    rows, total = queries.list_suggested(db(), actor(), batch.id, REPAIRS_SHOWN)
    suggested = [repair for row in rows for repair in wording.suggested(batch, row)]
    return Repairs(suggested, total, accepted, accepted_total)


def _missed(batch: BatchRow) -> int:
    """Lines that say our district and match nobody: each is perhaps a firm that we miss."""
    open_ = batch.status in {"preview", "committed"} and actor().may(Act.IMPORT_LISTS)
    if not open_ or batch.kind not in wording.NEW_KINDS or not batch.counts.get("unmatched"):
        return 0
    return list_leads.count_missed(db(), actor(), batch.id)


def _district() -> str:
    found = next(iter(units.list_units(db(), "district")), None)
    return found.name(language()) if found else ""


def _summary(batch: BatchRow) -> dict[str, Any]:
    unfit = sum(batch.counts.get(outcome, 0) for outcome in UNFIT)
    return {
        "sums": wording.sums(batch),
        "unfit": unfit,
        "good": wording.good_rows(batch),
        "waits": batch.counts.get(TO_DECIDE, 0) + batch.counts.get(CONFLICT, 0),
        "decided": batch.status == "preview" and queries.is_decided(db(), actor(), batch.id),
        "labels": wording.outcome_labels(),
        "touched_words": wording.touched_labels(),
        "tones": wording.TONES,
        "how": wording.how(batch),
        "is_list": get_kind(batch.kind).decide is not None and batch.track is not None,
        "can_register": batch.kind in wording.NEW_KINDS,
        "missed": _missed(batch),
        "district": _district(),
        "kind_label": wording.kind_labels()[batch.kind],
        "says": kind_words(batch, wording.good_rows(batch)),
        "step": 3 if batch.status == "preview" else 5,
        "may_act": actor().may(get_kind(batch.kind).act),
    }
