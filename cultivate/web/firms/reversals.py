"""Taking a move back."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from cultivate.domain.permissions import Act
from cultivate.errors import CultivateError
from cultivate.i18n import _
from cultivate.queries import candidacies, firm_timeline
from cultivate.queries import firms as queries
from cultivate.queries.candidacies import MoveRow
from cultivate.reports.timeline import moves
from cultivate.reports.timeline.reading import Reading
from cultivate.services import reversals
from cultivate.web.access import needs
from cultivate.web.firms import blueprint
from cultivate.web.firms.forms import ReasonForm
from cultivate.web.forms import apply_error
from cultivate.web.request import actor, db


def _page(form: ReasonForm, move: MoveRow) -> str:
    scope = actor().scope
    row = candidacies.get_candidacy(db(), scope, move.candidacy_id)
    item = moves.entry(Reading(db(), scope, row.firm_id), move, [move])
    firm = queries.get_firm(db(), scope, row.firm_id)
    return render_template("firms/reverse.html", form=form, firm=firm, item=item)


@blueprint.get("/moves/<int:move_id>/reverse")
@needs(Act.REVERSE_OWN)
def reverse(move_id: int) -> Any:
    """Ask why it is taken back."""
    return _page(ReasonForm(), firm_timeline.get_move(db(), actor().scope, move_id))


@blueprint.post("/moves/<int:move_id>/reverse")
@needs(Act.REVERSE_OWN)
def take_back(move_id: int) -> Any:
    """Take it back by a counter-move."""
    form = ReasonForm()
    move = firm_timeline.get_move(db(), actor().scope, move_id)
    if form.validate():
        try:
            reversals.reverse(db(), actor(), move_id, form.reason.data)
        except CultivateError as error:
            apply_error(form, error)
        else:
            flash(_("Taken back. Both moves stay in the book."), "good")
            row = candidacies.get_candidacy(db(), actor().scope, move.candidacy_id)
            return redirect(url_for("firms.show", firm_id=row.firm_id))
    return _page(form, move), 422
