"""What firms ask for, answered in place."""

from typing import Any

from flask import request, url_for

from cultivate.domain.permissions import Act
from cultivate.errors import Conflict, CultivateError, NotFound
from cultivate.i18n import _
from cultivate.services import firm_needs
from cultivate.web.access import needs
from cultivate.web.firm_needs.forms import AnswerForm
from cultivate.web.forms import apply_error
from cultivate.web.numbers import whole
from cultivate.web.request import actor, db
from cultivate.web.work import blueprint
from cultivate.web.work.answers import answered, overtaken, refused

NAME = "needs"


@blueprint.post("/work/needs/<int:need_id>")
@needs(Act.HANDLE_NEEDS)
def answer_need(need_id: int) -> Any:
    """Close one; refused, what was typed stands at its row. Where somebody was faster, that is said."""
    form = AnswerForm().offer()
    if form.validate():
        text, version = form.answer.data or "", request.form.get("version", type=whole)
        try:
            firm_needs.answer(db(), actor(), need_id, str(form.state.data), text, version)
        except NotFound:
            raise
        except Conflict as error:
            return overtaken(NAME, need_id, error, form.answer.data or "", form=form)
        except CultivateError as error:
            apply_error(form, error)
        else:
            return answered(NAME, _("Closed, with the answer."), url_for("work.reopen_need", need_id=need_id))
    return refused(NAME, need_id, form=form)


@blueprint.post("/work/needs/<int:need_id>/reopen")
@needs(Act.HANDLE_NEEDS)
def reopen_need(need_id: int) -> Any:
    """Take the answer back."""
    firm_needs.reopen(db(), actor(), need_id)
    return answered(NAME, _("It is open again."))
