"""``/candidacies``: ways through a track, their moves and what was done for them."""

from typing import Any

from cultivate.access import needs
from cultivate.api import blueprint, cursor
from cultivate.api.shapes.base import PageQuery
from cultivate.api.shapes.candidacy import CandidacyShape, NewCandidacy
from cultivate.api.shapes.move import MoveAnswer, MovePage, NewMove, Reversal, describe, describe_made
from cultivate.domain.permissions import Act
from cultivate.queries import candidacies, units
from cultivate.request_session import actor, db
from cultivate.services import reversals, stages
from cultivate.services.stages import CertificateData, MoveRequest

api = blueprint.make("candidacies", "Candidacies: one firm's way through the stages of one track.")
ONE = "/candidacies/<int(max=9223372036854775807):candidacy_id>"


@api.route("/firms/<int(max=9223372036854775807):firm_id>/candidacies", methods=["POST"])
@needs(Act.OPEN_CANDIDACY)
@blueprint.takes_key
@api.arguments(NewCandidacy)
@api.response(201, CandidacyShape)
def open_candidacy(body: dict[str, Any], firm_id: int) -> Any:
    """Open a firm's next way through a track, at `discover`. In charge is who opens it."""
    made = stages.open_candidacy(
        db(), actor(), firm_id, body["track"], body["effective_on"], reason=body["reason"]
    )
    where = {"Location": f"{blueprint.PREFIX}/candidacies/{made}"}
    return candidacies.get_candidacy(db(), actor().scope, made), 201, where


@api.route(ONE)
@needs(Act.VIEW)
@api.response(200, CandidacyShape)
def show_candidacy(candidacy_id: int) -> Any:
    """One candidacy."""
    return candidacies.get_candidacy(db(), actor().scope, candidacy_id)


@api.route(f"{ONE}/moves")
@needs(Act.VIEW)
@api.arguments(PageQuery, location="query")
@api.response(200, MovePage)
def list_moves(query: dict[str, Any], candidacy_id: int) -> dict[str, Any]:
    """All moves of a candidacy, oldest first; nothing is ever missing."""
    scope = actor().scope
    candidacies.get_candidacy(db(), scope, candidacy_id)
    places = units.by_id(db())
    moves = [describe(move, places) for move in candidacies.moves_of(db(), scope, candidacy_id)]
    return cursor.page(moves, query["cursor"], query["limit"])


@api.route(f"{ONE}/moves", methods=["POST"])
@needs(Act.MOVE_ON)
@blueprint.takes_key
@api.arguments(NewMove)
@api.response(201, MoveAnswer)
def move_candidacy(body: dict[str, Any], candidacy_id: int) -> Any:
    """Move a candidacy to a stage, or out. Every condition that does not hold is named."""
    given = body.pop("certificate")
    request = MoveRequest(**body, certificate=CertificateData(**given) if given else None)
    booked = stages.move(db(), actor(), candidacy_id, request)
    return answer(booked), 201, _location(booked)


@api.route("/moves/<int(max=9223372036854775807):move_id>")
@needs(Act.VIEW)
@api.response(200, MoveAnswer)
def show_move(move_id: int) -> Any:
    """One move, with its candidacy as it stands now."""
    return answer(move_id)


@api.route("/moves/<int(max=9223372036854775807):move_id>/reverse", methods=["POST"])
@needs(Act.REVERSE_OWN)
@blueprint.takes_key
@api.arguments(Reversal)
@api.response(201, MoveAnswer)
def reverse_move(body: dict[str, Any], move_id: int) -> Any:
    """Take back the last move of a candidacy by a counter-move."""
    counter = reversals.reverse(db(), actor(), move_id, body["reason"] or "")
    return answer(counter), 201, _location(counter)


def answer(move_id: int) -> dict[str, Any]:
    """A move and its candidacy as it stands now."""
    scope = actor().scope
    move = candidacies.get_move(db(), scope, move_id)
    candidacy = candidacies.get_candidacy(db(), scope, move.candidacy_id)
    return describe_made(move, candidacy, units.by_id(db()))


def _location(move_id: int) -> dict[str, str]:
    return {"Location": f"{blueprint.PREFIX}/moves/{move_id}"}
