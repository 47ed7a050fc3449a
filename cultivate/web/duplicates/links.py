"""Linking two firms that stay two."""

from typing import Any

from flask import flash, redirect, request, url_for

from cultivate.domain.duplicates import AFFILIATE, BRANCH, SUCCESSOR
from cultivate.domain.permissions import Act
from cultivate.errors import CultivateError
from cultivate.i18n import _
from cultivate.queries import firms
from cultivate.queries.duplicates import Side
from cultivate.services import links
from cultivate.web.access import needs
from cultivate.web.duplicates import blueprint
from cultivate.web.duplicates.compare import compare, page
from cultivate.web.duplicates.forms import LinkForm, MergeForm, named
from cultivate.web.forms import apply_error
from cultivate.web.numbers import whole
from cultivate.web.request import actor, db


def link_form(one: Side, other: Side) -> LinkForm:
    """Both directions, by name."""
    form = LinkForm()
    names = {"one": named(one, one, other), "other": named(other, one, other)}
    form.relation.choices = [
        ("", _("Choose")),
        (f"{BRANCH}:forward", _("%(other)s is a branch of %(one)s", **names)),
        (f"{BRANCH}:back", _("%(one)s is a branch of %(other)s", **names)),
        (f"{SUCCESSOR}:forward", _("%(other)s carries on %(one)s", **names)),
        (f"{SUCCESSOR}:back", _("%(one)s carries on %(other)s", **names)),
        (f"{AFFILIATE}:forward", _("sister firms")),
    ]
    return form


@blueprint.post("/firms/<int:firm_id>/link")
@needs(Act.MERGE)
def link(firm_id: int) -> Any:
    """Say what the one is to the other."""
    firms.get_firm(db(), actor().scope, firm_id)
    other_id = request.form.get("other_id", 0, type=whole)
    found = compare(firm_id, other_id, request.form)
    form = link_form(found.one, found.other)
    if form.validate():
        kind, _sep, direction = form.relation.data.partition(":")
        ends = (firm_id, other_id) if direction == "forward" else (other_id, firm_id)
        try:
            links.link(db(), actor(), *ends, kind, form.since.data, form.note.data or "")
        except CultivateError as error:
            apply_error(form, error)
        else:
            flash(_("Linked; they stay two firms, each with its own certificates."), "good")
            return redirect(url_for("firms.show", firm_id=firm_id))
    merging = MergeForm(formdata=None)
    merging.offer(found.one, found.other, found.suggested)
    merging.keep.data, merging.versions.data = found.suggested, f"{found.one.version},{found.other.version}"
    return page(found, merging, form), 422


@blueprint.post("/links/<int:link_id>/remove")
@needs(Act.MERGE)
def unlink(link_id: int) -> Any:
    """Take the link back."""
    firm_id = links.unlink(db(), actor(), link_id)
    flash(_("The link is taken back."), "good")
    return redirect(url_for("firms.show", firm_id=firm_id))
