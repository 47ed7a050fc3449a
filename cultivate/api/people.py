"""``/people``: what lies on whom, and handing it over."""

from typing import Any

from cultivate import clock
from cultivate.access import needs
from cultivate.api import blueprint, cursor
from cultivate.api.candidacies import ONE as CANDIDACY
from cultivate.api.shapes.base import PageQuery
from cultivate.api.shapes.candidacy import CandidacyShape
from cultivate.api.shapes.person import Assigned, HandoverAnswer, HandoverUndone, NewHandover, PersonPage
from cultivate.domain.permissions import Act
from cultivate.queries import candidacies, people, places
from cultivate.queries.handovers import HandedRow, HeldRow, Part
from cultivate.queries.people import Load, Person
from cultivate.request_session import actor, db
from cultivate.services import handovers, stages
from cultivate.services.handovers import Plan

api = blueprint.make("people", "What lies on whom; who is in charge, and handing it over.")


@api.route("/people")
@needs(Act.VIEW_PEOPLE)
@api.arguments(PageQuery, location="query")
@api.response(200, PersonPage)
def list_people(query: dict[str, Any]) -> dict[str, Any]:
    """Everybody within the scope with what lies on them, as the page has it."""
    loads = people.list_loads(db(), actor().scope, clock.today()).people
    rows = [_described(load.person, load) for load in loads if load.person is not None]
    return cursor.page(rows, query["cursor"], query["limit"])


@api.route(f"{CANDIDACY}/assign", methods=["POST"])
@needs(Act.ASSIGN)
@blueprint.takes_key
@api.arguments(Assigned)
@api.response(200, CandidacyShape)
def assign_candidacy(body: dict[str, Any], candidacy_id: int) -> Any:
    """Name who is in charge of a candidacy."""
    stages.assign(db(), actor(), candidacy_id, body["in_charge_id"], body["version"], reason=body["reason"])
    return candidacies.get_candidacy(db(), actor().scope, candidacy_id)


@api.route("/people/<int(max=2147483647):user_id>/handover", methods=["POST"])
@needs(Act.ASSIGN)
@blueprint.takes_key
@api.arguments(NewHandover)
@api.response(200, HandoverAnswer)
def hand_over(body: dict[str, Any], user_id: int) -> Any:
    """Hand over what a person has in charge, all or a part. `dry_run` says what would be done."""
    part = Part(
        track=body["track"],
        stage=body["stage"],
        unit=places.get_place(db(), actor().scope, body["unit"]),
        adrift=body["adrift"],
    )
    if body["dry_run"]:
        return _answer(None, handovers.plan(db(), actor(), user_id, part, body["to"]))
    made, done = handovers.hand_over(db(), actor(), user_id, part, body["to"], body["reason"], body["mark"])
    return _answer(made, done)


@api.route("/handovers/<int(max=2147483647):handover_id>/undo", methods=["POST"])
@needs(Act.ASSIGN)
@blueprint.takes_key
@api.response(200, HandoverUndone)
def undo_handover(handover_id: int) -> dict[str, Any]:
    """Take a hand-over back, as far as the firms are still with those who got them."""
    done = handovers.undo(db(), actor(), handover_id)
    return {
        "done": [_line(row, row.to_id) for row in done.back],
        "left": [_line(row, row.now_id) for row in done.left],
    }


def _answer(handover_id: int | None, plan: Plan) -> dict[str, Any]:
    return {
        "id": handover_id,
        "mark": plan.mark,
        "done": [_line(line.row, line.to_id) for line in plan.lines],
        "refused": [_line(row, None) for row in plan.refused],
        "outside": sum(plan.outside.values()),
        "along": dict(plan.counts_along),
    }


def _line(row: HeldRow | HandedRow, to_id: int | None) -> dict[str, Any]:
    return {
        "candidacy": row.candidacy_id,
        "firm_id": row.firm_id,
        "name": row.name,
        "track": row.track,
        "stage": row.stage,
        "to": to_id,
    }


def _described(person: Person, load: Load) -> dict[str, Any]:
    by_track: dict[str, dict[str, int]] = {}
    for (track, stage), count in sorted(load.charge.items()):
        by_track.setdefault(track, {})[stage] = count
    return {
        "id": person.id,
        "name": person.name,
        "role": person.role,
        "active": person.active,
        "in_charge": by_track,
        "stalled": dict(load.stalled),
        "adrift": dict(load.adrift),
        "follow_ups_overdue": load.overdue,
        "follow_ups_this_week": load.week,
        "needs_open": load.needs,
        "papers_due": load.papers,
    }
