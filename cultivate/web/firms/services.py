"""Recording services and their follow-ups."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from cultivate.domain.permissions import Act
from cultivate.errors import CultivateError
from cultivate.i18n import _
from cultivate.queries import firm_timeline
from cultivate.queries import firms as queries
from cultivate.services import firm_needs, follow_ups, service_records
from cultivate.web.access import needs
from cultivate.web.firms import blueprint
from cultivate.web.firms.page import service_form
from cultivate.web.forms import apply_error
from cultivate.web.local import local_path
from cultivate.web.numbers import whole
from cultivate.web.request import actor, db
from cultivate.web.service_records.forms import NEED_NAMES, ServiceForm


@blueprint.get("/firms/<int:firm_id>/services/new")
@needs(Act.RECORD_SERVICE)
def new_service(firm_id: int) -> Any:
    """The form by itself; ``?candidacy=`` chooses for which track."""
    firm = queries.get_firm(db(), actor().scope, firm_id)
    form = service_form(firm, *request.args.getlist("candidacy", type=whole))
    return render_template("firms/new_service.html", form=form, firm=firm)


@blueprint.post("/firms/<int:firm_id>/services/new")
@needs(Act.RECORD_SERVICE)
def record_service(firm_id: int) -> Any:
    """Record it for each track that was ticked."""
    firm = queries.get_firm(db(), actor().scope, firm_id)
    form = service_form(firm)
    if form.validate():
        try:
            _record(firm_id, form)
        except CultivateError as error:
            apply_error(form, error, NEED_NAMES)
        else:
            flash(_("Service recorded."), "good")
            return redirect(url_for("firms.show", firm_id=firm_id))
    return render_template("firms/new_service.html", form=form, firm=firm), 422


def _record(firm_id: int, form: ServiceForm) -> None:
    """The service and, where one was said, the need; refused, nothing of it is written."""
    made = service_records.record_visit(db(), actor(), form.candidacies.data, form.said())
    if form.need_text.data:
        firm_needs.raise_need(db(), actor(), firm_id, form.need(form.on.data), made[0])


@blueprint.post("/services/done")
@needs(Act.RECORD_SERVICE)
def service_done() -> Any:
    """Mark a follow-up as done; ``id`` several times for a visit that served both tracks."""
    ids = request.form.getlist("id", type=whole)
    for record_id in ids:
        follow_ups.done(db(), actor(), record_id)
    flash(_("Follow-up done."), "good")
    firm_id = firm_timeline.get_service_firm(db(), actor().scope, ids[0]) if ids else None
    home = url_for("firms.show", firm_id=firm_id) if firm_id else url_for("firms.index")
    return redirect(local_path(request.form.get("next"), home))
