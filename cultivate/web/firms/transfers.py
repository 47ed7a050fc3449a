"""A firm's change of street or park."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from cultivate.domain.permissions import Act
from cultivate.errors import CultivateError
from cultivate.i18n import _
from cultivate.queries import firms as queries
from cultivate.queries.firms import FirmDetail
from cultivate.services import transfers
from cultivate.web.access import needs
from cultivate.web.firms import blueprint
from cultivate.web.firms.forms import TransferForm
from cultivate.web.forms import apply_error
from cultivate.web.request import actor, db


def _form(firm: FirmDetail) -> TransferForm:
    form = TransferForm()
    form.street.offer(actor().scope, "street")
    form.park.offer(actor().scope, "park", blank=_("In no park"))
    if not form.is_submitted():
        form.street.data = firm.street.code
        form.park.data = firm.park.code if firm.park else None
    return form


@blueprint.get("/firms/<int:firm_id>/transfer")
@needs(Act.TRANSFER)
def transfer(firm_id: int) -> Any:
    """Ask where to."""
    firm = queries.get_firm(db(), actor().scope, firm_id)
    return render_template("firms/transfer.html", form=_form(firm), firm=firm)


@blueprint.post("/firms/<int:firm_id>/transfer")
@needs(Act.TRANSFER)
def make_transfer(firm_id: int) -> Any:
    """Move the firm with all its candidacies."""
    firm = queries.get_firm(db(), actor().scope, firm_id)
    form = _form(firm)
    if form.validate():
        said = (form.street.data, form.park.data, form.effective_on.data, form.reason.data)
        try:
            transfers.transfer(db(), actor(), firm_id, *said)
        except CultivateError as error:
            apply_error(form, error)
        else:
            flash(_("Moved. The counts of both places follow."), "good")
            return redirect(url_for("firms.show", firm_id=firm_id))
    return render_template("firms/transfer.html", form=form, firm=firm), 422
