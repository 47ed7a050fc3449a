"""``/duplicates``: pairs of firms that may be one, the likest first."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from cultivate.domain.permissions import Act
from cultivate.i18n import _
from cultivate.queries import duplicates as queries
from cultivate.services import duplicates
from cultivate.web.access import needs
from cultivate.web.duplicates import blueprint, words
from cultivate.web.firms import labels
from cultivate.web.numbers import whole
from cultivate.web.request import actor, db


@blueprint.get("/duplicates")
@needs(Act.VIEW_DUPLICATES)
def index() -> Any:
    """The queue; ``?firm=`` narrows it to the pairs of one firm, ``?status=`` shows what was decided."""
    status = request.args.get("status", "waiting")
    status = status if status in queries.STATUSES else "waiting"
    number = request.args.get("page", 1, type=whole)
    return render_template(
        "duplicates/index.html",
        page=queries.list_pairs(
            db(), actor().scope, status, number, firm_id=request.args.get("firm", type=whole)
        ),
        status=status,
        words=words,
        labels=labels,
    )


@blueprint.post("/duplicates/<int:pair_id>/distinct")
@needs(Act.MERGE)
def distinct(pair_id: int) -> Any:
    """Remember that the two are two."""
    duplicates.distinct(db(), actor(), pair_id)
    flash(_("Remembered as two firms. It is asked again only when a name or code changes."), "good")
    return redirect(url_for("duplicates.index"))


@blueprint.post("/duplicates/<int:pair_id>/reopen")
@needs(Act.MERGE)
def reopen(pair_id: int) -> Any:
    """Ask about the two again."""
    duplicates.reopen(db(), actor(), pair_id)
    flash(_("The pair waits for a decision again."), "good")
    return redirect(url_for("duplicates.index"))
