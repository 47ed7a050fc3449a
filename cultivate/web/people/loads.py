"""``/people``: what lies on whom; every figure opens exactly the rows that it counts."""

from typing import Any

from flask import render_template, request

from cultivate import clock
from cultivate.domain.batches import PAPER_STATES
from cultivate.domain.permissions import Act
from cultivate.errors import NotFound
from cultivate.queries import batch_papers, handovers, people, service_records, units
from cultivate.queries.people import DUE
from cultivate.web.access import needs
from cultivate.web.people import blueprint
from cultivate.web.pipeline.question import page_number
from cultivate.web.request import actor, db


@blueprint.get("/people")
@needs(Act.VIEW_PEOPLE)
def index() -> str:
    """Everybody within the reader's scope; what needs an act on top."""
    return render_template(
        "people/index.html",
        loads=people.list_loads(db(), actor().scope, clock.today()),
        units=units.by_id(db()),
    )


@blueprint.get("/people/<int:user_id>")
@needs(Act.VIEW_PEOPLE)
def show(user_id: int) -> str:
    """One person: what lies on them, and what they handed over or took on."""
    scope = actor().scope
    return render_template(
        "people/show.html",
        load=people.get_load(db(), scope, user_id, clock.today()),
        handed=handovers.list_of_person(db(), scope, user_id),
        units=units.by_id(db()),
    )


@blueprint.get("/people/<int:user_id>/follow-ups")
@needs(Act.VIEW_PEOPLE)
def follow_ups(user_id: int) -> Any:
    """Overdue, or due this week."""
    due, scope, today = request.args.get("due", DUE[0]), actor().scope, clock.today()
    if due not in DUE:
        raise NotFound
    page = people.list_follow_ups(db(), scope, user_id, due, today, page_number())
    return render_template(
        "people/follow_ups.html",
        person=people.get_person(db(), scope, user_id),
        due=due,
        page=page,
        found=service_records.follow_ups_of(db(), [row.id for row in page.items]),
        units=units.by_id(db()),
    )


@blueprint.get("/people/<int:user_id>/papers")
@needs(Act.VIEW_PEOPLE)
def papers(user_id: int) -> str:
    """Papers of application batches that they have to bring."""
    scope = actor().scope
    return render_template(
        "people/papers.html",
        person=people.get_person(db(), scope, user_id),
        page=batch_papers.list_due(db(), scope, user_id, page_number()),
        paper_states=PAPER_STATES,
        units=units.by_id(db()),
    )
