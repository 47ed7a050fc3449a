"""``/firms/<id>``: one firm, where it stands on each track, what comes next, what has been."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from cultivate import packs
from cultivate.domain.permissions import Act
from cultivate.domain.stages import STAGES
from cultivate.i18n import _, language
from cultivate.queries import candidacies, firm_timeline, units
from cultivate.queries import firms as queries
from cultivate.queries.firms import FirmDetail
from cultivate.services import stages
from cultivate.web.access import needs
from cultivate.web.firms import blueprint, labels, steps, timeline
from cultivate.web.firms.forms import ServiceForm
from cultivate.web.request import actor, db


def service_form(firm: FirmDetail, *chosen: int) -> ServiceForm:
    """The small form on top of the story; for all live candidacies, or those chosen."""
    form = ServiceForm()
    live = [row for row in firm.candidacies if row.stage in STAGES]
    form.offer([(row.id, packs.track(row.track).short(language())) for row in live])
    if chosen and not form.is_submitted():
        form.candidacies.data = list(chosen)
    return form


@blueprint.get("/firms/<int:firm_id>")
@needs(Act.VIEW)
def show(firm_id: int) -> Any:
    """The page of a firm."""
    scope = actor().scope
    firm = queries.get_firm(db(), scope, firm_id)
    tracks = {row.id: row.track for row in firm.candidacies}
    record = steps.Record(
        firm=firm,
        moves=candidacies.moves_of(db(), scope, *tracks),
        certificates=firm_timeline.certificates_of(db(), scope, firm_id),
        proposals=firm_timeline.proposals_of(db(), scope, firm_id),
    )
    services = firm_timeline.services_of(db(), scope, firm_id)
    story = timeline.story(
        record.moves, services, record.certificates, record.proposals, tracks, units.by_id(db())
    )
    return render_template(
        "firms/show.html",
        firm=firm,
        current=queries.current(firm.candidacies),
        panels=steps.panels(actor(), record),
        story=story,
        trail=firm_timeline.trail_of(db(), scope, firm_id),
        labels=labels,
        service=service_form(firm) if any(row.stage in STAGES for row in firm.candidacies) else None,
    )


@blueprint.post("/candidacies/<int:candidacy_id>/in-charge")
@needs(Act.ASSIGN)
def take_charge(candidacy_id: int) -> Any:
    """Take charge of a candidacy oneself."""
    row = candidacies.get_candidacy(db(), actor().scope, candidacy_id)
    version = request.form.get("version", type=int)
    stages.assign(db(), actor(), candidacy_id, actor().user_id or 0, version)
    flash(_("You are in charge now."), "good")
    return redirect(url_for("firms.show", firm_id=row.firm_id))
