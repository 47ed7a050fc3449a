"""Merging two firms, and undoing it."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from cultivate.domain.permissions import Act
from cultivate.errors import Conflict, CultivateError, NotFound
from cultivate.i18n import _
from cultivate.queries import duplicates as queries
from cultivate.queries import firms
from cultivate.services import merges
from cultivate.services.merges import GONE, KEPT
from cultivate.web.access import needs
from cultivate.web.duplicates import blueprint
from cultivate.web.duplicates.compare import Comparison, compare, page
from cultivate.web.duplicates.forms import LinkForm, MergeForm, OtherForm
from cultivate.web.duplicates.links import link_form
from cultivate.web.forms import apply_error
from cultivate.web.numbers import numbers_of, whole
from cultivate.web.request import actor, db


def _forms(found: Comparison) -> tuple[MergeForm, LinkForm]:
    merging = MergeForm()
    merging.offer(found.one, found.other, found.suggested)
    return merging, link_form(found.one, found.other)


@blueprint.get("/firms/<int:firm_id>/merge")
@needs(Act.MERGE)
def ask(firm_id: int) -> Any:
    """Two firms beside one another; without ``?other=`` the second is asked for."""
    firm = firms.get_firm(db(), actor().scope, firm_id)
    other_id = request.args.get("other_id", type=whole)
    if other_id is None:
        return _ask_other(firm)
    found = compare(firm_id, other_id, request.args)
    return page(found, *_forms(found))


def _ask_other(firm: firms.FirmDetail) -> Any:
    form = OtherForm(request.args, meta={"csrf": False})
    text = form.other.data
    pairs = queries.list_pairs(db(), actor().scope, firm_id=firm.id).items
    if text:
        try:
            other_id = firms.find_reference(db(), actor().scope, _named(text))
        except NotFound as error:
            apply_error(form, error, {})
        else:
            return redirect(url_for("duplicates.ask", firm_id=firm.id, other_id=other_id))
    return render_template("duplicates/other.html", form=form, firm=firm, pairs=pairs)


def _named(text: str) -> str:
    """A full name that only one firm of the scope bears is as good as its id."""
    found = firms.near_names(db(), actor().scope, text)
    exact = [row for row in found if row.name == text]
    return str(exact[0].id) if len(exact) == 1 else text


@blueprint.post("/firms/<int:firm_id>/merge")
@needs(Act.MERGE)
def merge(firm_id: int) -> Any:
    """Make the two one."""
    firms.get_firm(db(), actor().scope, firm_id)
    other_id = request.form.get("other_id", 0, type=whole)
    found = compare(firm_id, other_id, request.form)
    form, linking = _forms(found)
    if form.validate():
        kept_id = form.keep.data
        gone_id = other_id if kept_id == firm_id else firm_id
        try:
            merges.merge(
                db(),
                actor(),
                kept_id,
                gone_id,
                _choices(found, kept_id),
                form.reason.data or "",
                _versions(form.versions.data, swapped=kept_id != firm_id),
            )
        except Conflict:
            raise
        except CultivateError as error:
            db().rollback()  # the ledger's part may have been booked before the refusal
            apply_error(form, error, {"uscc": "keep"})
        else:
            flash(_("Merged. Every record came along; it can be undone below."), "good")
            return redirect(url_for("firms.show", firm_id=kept_id))
    return page(compare(firm_id, other_id, request.form), form, linking), 422


def _choices(found: Comparison, kept_id: int) -> dict[str, str]:
    """What was chosen, as the service takes it."""
    return {
        line.key: KEPT if line.chosen == kept_id else GONE
        for line in (*found.lines, *found.tracks)
        if line.chosen is not None
    }


def _versions(text: str | None, *, swapped: bool) -> tuple[int, int] | None:
    """The versions that were seen, in the order kept, gone."""
    parts = numbers_of((text or "").split(","))
    if len(parts) != 2:
        return None
    return (parts[1], parts[0]) if swapped else (parts[0], parts[1])


@blueprint.post("/merges/<int:merge_id>/undo")
@needs(Act.MERGE)
def undo(merge_id: int) -> Any:
    """Two firms again."""
    row = queries.get_merge(db(), actor().scope, merge_id)
    merges.undo_merge(db(), actor(), merge_id)
    flash(_("Undone: %(name)s is a firm of its own again.", name=row.gone), "good")
    return redirect(url_for("firms.show", firm_id=row.gone_id))
