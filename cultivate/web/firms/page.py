"""``/firms/<id>``: one firm, where it stands on each track, what comes next, what has been."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from cultivate import clock, packs
from cultivate.domain.needs import STATES
from cultivate.domain.paper_kinds import KINDS as PAPER_KINDS
from cultivate.domain.permissions import Act
from cultivate.domain.property_kinds import KINDS as PROPERTY_KINDS
from cultivate.domain.stages import STAGES
from cultivate.i18n import _, language
from cultivate.queries import (
    candidacies,
    duplicates,
    firm_timeline,
    properties,
    readiness,
    tags,
    users,
)
from cultivate.queries import figures as figure_queries
from cultivate.queries import firms as queries
from cultivate.queries.firms import FirmDetail
from cultivate.reports.timeline.reading import Reading
from cultivate.services import stages
from cultivate.web.access import needs
from cultivate.web.duplicates import words
from cultivate.web.firms import blueprint, figures, gap, labels, renewal, steps, timeline
from cultivate.web.firms.gap import Card
from cultivate.web.numbers import whole
from cultivate.web.request import actor, db
from cultivate.web.service_records.forms import ServiceForm


def service_form(firm: FirmDetail, *chosen: int) -> ServiceForm:
    """The small form on top of the story; for all live candidacies, or those chosen."""
    form = ServiceForm()
    live = [row for row in firm.candidacies if row.stage in STAGES]
    park_id = firm.park.id if firm.park else None
    form.offer(
        [(row.id, packs.track(row.track).short(language())) for row in live],
        users.list_workers_at(db(), firm.street.id, park_id),
    )
    if chosen and not form.is_submitted():
        form.candidacies.data = list(chosen)
    return form


@blueprint.get("/firms/<int:firm_id>")
@needs(Act.VIEW)
def show(firm_id: int) -> Any:
    """The page of a firm."""
    scope = actor().scope
    firm = queries.get_firm(db(), scope, firm_id)
    reading = Reading(db(), scope, firm_id)
    story = timeline.story(reading, timeline.SHORT)
    if timeline.asks_for_piece():
        return timeline.piece(story)
    record = steps.Record(firm, reading.moves, reading.certificates, reading.proposals)
    panels = steps.panels(actor(), record)
    standings, renewals = renewal.of_panels(actor(), panels)
    return render_template(
        "firms/show.html",
        firm=firm,
        current=queries.current(firm.candidacies),
        panels=panels,
        standings=standings,
        renewals=renewals,
        gaps=_gaps(firm_id),
        words_of=gap.WORDS,
        story=story,
        **timeline.words(),
        trail=firm_timeline.trail_of(db(), scope, firm_id),
        labels=labels,
        rights=properties.list_of_firm(db(), firm_id),
        classes=properties.classes_of(db(), [firm_id], clock.today())[firm_id],
        property_kinds=PROPERTY_KINDS,
        kin=duplicates.kin_of(db(), scope, firm_id),
        kin_words=words,
        tags=tags.list_of_firm(db(), scope, firm_id),
        known_tags=tags.list_tags(db(), scope),
        figure_table=figures.table(
            figure_queries.of_firm(db(), firm_id), whole=request.args.get("years") == "all"
        ),
        papers=reading.papers,
        asked_needs=reading.needs,
        need_states=STATES,
        paper_kinds=PAPER_KINDS,
        service=service_form(firm) if any(row.stage in STAGES for row in firm.candidacies) else None,
    )


def _gaps(firm_id: int) -> dict[str, Card]:
    """Of each track that a pack judges, as if the filing were today."""
    found = {track: readiness.of_firm(db(), firm_id, track, clock.today()) for track in packs.tracks()}
    return {track: gap.card(actor(), ready) for track, ready in found.items() if ready}


@blueprint.post("/candidacies/<int:candidacy_id>/in-charge")
@needs(Act.ASSIGN)
def take_charge(candidacy_id: int) -> Any:
    """Take charge of a candidacy oneself."""
    row = candidacies.get_candidacy(db(), actor().scope, candidacy_id)
    version = request.form.get("version", type=whole)
    stages.assign(db(), actor(), candidacy_id, actor().user_id or 0, version)
    flash(_("You are in charge now."), "good")
    return redirect(url_for("firms.show", firm_id=row.firm_id))
