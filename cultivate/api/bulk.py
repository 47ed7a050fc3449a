"""``/bulk``: one act on many candidacies, through the guards of the single act."""

from typing import Any

from cultivate.access import needs
from cultivate.api import blueprint, problems
from cultivate.api.shapes.bulk import BulkAnswer, NewBulk
from cultivate.domain.permissions import Act
from cultivate.queries.picked import items_named
from cultivate.request_session import actor, db
from cultivate.services import bulk
from cultivate.services.bulk import BulkAct, Outcome

api = blueprint.make("bulk", "One act on many candidacies.")


@api.route("/bulk", methods=["POST"])
@needs(Act.EDIT_FIRM)
@blueprint.takes_key
@api.arguments(NewBulk)
@api.response(200, BulkAnswer)
def act_on_many(body: dict[str, Any]) -> dict[str, Any]:
    """Do it to each; what passes is done, what is refused leaves nothing behind and says why."""
    named = {row["id"]: row["version"] for row in body.pop("candidacies")}
    act = BulkAct(kind=body.pop("action"), user_id=body.pop("in_charge_id"), **body)
    outcome = bulk.run(db(), actor(), act, items_named(db(), actor().scope, named))
    return answer(outcome, list(named))


def answer(outcome: Outcome, order: list[int]) -> dict[str, Any]:
    """What became of each, in the order in which they were sent."""
    rows = {
        row.item.candidacy_id: {"done": True, "move": row.undo.get("move"), "error": None}
        for row in outcome.done
    } | {
        row.item.candidacy_id: {"done": False, "move": None, "error": problems.described(row.error)}
        for row in outcome.refused
    }
    return {
        "done": len(outcome.done),
        "refused": len(outcome.refused),
        "items": [{"candidacy": candidacy_id, **rows[candidacy_id]} for candidacy_id in order],
    }
