"""A hand-over that was made: what went to whom, where it is now, and taking it back."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from cultivate.domain.permissions import Act
from cultivate.errors import Conflict, Invalid
from cultivate.i18n import _n, say
from cultivate.queries import handovers as queries
from cultivate.queries import units
from cultivate.services import handovers
from cultivate.web.access import needs
from cultivate.web.people import blueprint
from cultivate.web.request import actor, db

#: names that a message can hold; the page has all of them
MOST_NAMES = 5


@blueprint.get("/handovers/<int:handover_id>")
@needs(Act.VIEW_PEOPLE)
def handover(handover_id: int) -> str:
    """Its lines within the reader's scope."""
    scope = actor().scope
    row = queries.get_handover(db(), scope, handover_id)
    mine = row.by_id == actor().user_id
    return render_template(
        "people/handover.html",
        row=row,
        lines=queries.list_lines(db(), scope, handover_id),
        may_undo=row.undone_at is None and actor().may(Act.ASSIGN if mine else Act.REVERSE_ANY),
        units=units.by_id(db()),
    )


@blueprint.post("/handovers/<int:handover_id>/undo")
@needs(Act.ASSIGN)
def undo_handover(handover_id: int) -> Any:
    """Take it back; what changed hands since stays and is named."""
    try:
        done = handovers.undo(db(), actor(), handover_id)
    except (Conflict, Invalid) as error:
        flash(say(error), "bad")
    else:
        flash(_n("%(num)s given back.", "%(num)s given back.", len(done.back)), "good")
        if done.left:
            names = [line.name for line in done.left]
            more = "…" if len(names) > MOST_NAMES else ""
            message = _n(
                "%(num)s changed hands since and stays: %(names)s",
                "%(num)s changed hands since and stay: %(names)s",
                len(names),
                names="、".join(names[:MOST_NAMES]) + more,
            )
            flash(message, "warning")
    return redirect(url_for("people.handover", handover_id=handover_id))
