"""Tags: on one firm, and the words themselves."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from cultivate.domain.permissions import Act
from cultivate.errors import CultivateError
from cultivate.i18n import _, say
from cultivate.queries import tags as queries
from cultivate.services import tags
from cultivate.web.access import needs
from cultivate.web.numbers import whole
from cultivate.web.request import actor, db
from cultivate.web.views import blueprint


@blueprint.post("/firms/<int:firm_id>/tags")
@needs(Act.EDIT_FIRM)
def tag_firm(firm_id: int) -> Any:
    """Mark the firm."""
    try:
        tags.add(db(), actor(), firm_id, request.form.get("tag", ""))
    except CultivateError as error:
        if error.status != 422:
            raise
        flash(say(error), "bad")
    return redirect(url_for("firms.show", firm_id=firm_id))


@blueprint.post("/firms/<int:firm_id>/tags/remove")
@needs(Act.EDIT_FIRM)
def untag_firm(firm_id: int) -> Any:
    """Take a mark away."""
    tags.remove(db(), actor(), firm_id, request.form.get("tag", ""))
    return redirect(url_for("firms.show", firm_id=firm_id))


@blueprint.get("/tags")
@needs(Act.MANAGE_TAGS)
def all_tags() -> Any:
    """Every word with how many firms carry it."""
    return render_template("views/all_tags.html", tags=queries.list_tags(db(), actor().scope, 1000))


@blueprint.post("/tags/<int:tag_id>")
@needs(Act.MANAGE_TAGS)
def change_tag(tag_id: int) -> Any:
    """Rename, merge or remove, as the button says."""
    before = queries.get_tag(db(), tag_id).name
    try:
        _change(tag_id, request.form.get("do", ""))
    except CultivateError as error:
        if error.status != 422:
            raise
        flash(say(error), "bad")
    else:
        flash(_("“%(tag)s” is changed.", tag=before), "good")
    return redirect(url_for("views.all_tags"))


def _change(tag_id: int, do: str) -> None:
    if do == "merge":
        tags.merge(db(), actor(), tag_id, request.form.get("into", type=whole) or 0)
    elif do == "remove":
        tags.drop(db(), actor(), tag_id)
    else:
        tags.rename(db(), actor(), tag_id, request.form.get("tag", ""))
