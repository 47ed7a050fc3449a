"""The bureau answers a proposal."""

from typing import Any

from flask import request

from cultivate.domain.permissions import Act
from cultivate.errors import Conflict, CultivateError, NotFound
from cultivate.i18n import _
from cultivate.services import proposals
from cultivate.web.access import needs
from cultivate.web.forms import apply_error
from cultivate.web.request import actor, db
from cultivate.web.work import blueprint
from cultivate.web.work.answers import answered, overtaken, refused
from cultivate.web.work.forms import DecisionForm


@blueprint.post("/work/proposals/<int:proposal_id>")
@needs(Act.DECIDE)
def decide(proposal_id: int) -> Any:
    """Accept or decline; a refusal says what is missing, beside the proposal; who was faster has the word."""
    form = DecisionForm()
    accept = request.form.get("decision") == "accept"
    if form.validate():
        try:
            proposals.decide(
                db(),
                actor(),
                proposal_id,
                accept=accept,
                answer=form.answer.data or "",
                override_reason=form.override_reason.data,
            )
        except NotFound:
            raise
        except Conflict as error:
            return overtaken("proposals", proposal_id, error, form.answer.data or "", form=form)
        except CultivateError as error:
            db().rollback()
            apply_error(form, error)
        else:
            return answered("proposals", _("Accepted; the move is booked.") if accept else _("Declined."))
    return refused("proposals", proposal_id, form=form)
