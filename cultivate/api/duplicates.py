"""``/duplicates``, merging two firms and undoing it."""

from typing import Any

from cultivate.access import needs
from cultivate.api import blueprint, cursor
from cultivate.api.shapes.duplicate import (
    Decision,
    MergeShape,
    NewMerge,
    PairPage,
    PairQuery,
    PairShape,
    versions_of,
)
from cultivate.domain.permissions import Act
from cultivate.queries import duplicates as queries
from cultivate.request_session import actor, db
from cultivate.services import duplicates, links, merges

api = blueprint.make("duplicates", "Firms that may be one.")
_ID = "int(max=9223372036854775807)"


@api.route("/duplicates")
@needs(Act.VIEW_DUPLICATES)
@api.arguments(PairQuery, location="query")
@api.response(200, PairPage)
def list_duplicates(query: dict[str, Any]) -> dict[str, Any]:
    """List pairs, the likest first."""
    limit = query["limit"]
    number = cursor.page_number(query["cursor"], limit)
    page = queries.list_pairs(db(), actor().scope, query["status"], number, limit, query["firm"])
    more = page.number * limit < page.total
    return {
        "items": page.items,
        "total": page.total,
        "next": cursor.encode(page.number * limit) if more else None,
    }


@api.route(f"/duplicates/<{_ID}:pair_id>/decide", methods=["POST"])
@needs(Act.MERGE)
@blueprint.takes_key
@api.arguments(Decision)
@api.response(200, PairShape)
def decide_pair(body: dict[str, Any], pair_id: int) -> Any:
    """Remember that two are two, or what the one is to the other; `POST /firms/{id}/merge` makes them one."""
    if body["decision"] == duplicates.DISTINCT:
        duplicates.distinct(db(), actor(), pair_id)
    else:
        pair = duplicates.waiting_pair(db(), actor(), pair_id)
        ends = (pair.other_id, pair.firm_id) if body["swapped"] else (pair.firm_id, pair.other_id)
        links.link(db(), actor(), *ends, body["decision"], body["since"], body["note"])
    return queries.get_pair(db(), actor().scope, pair_id)


@api.route(f"/firms/<{_ID}:firm_id>/merge", methods=["POST"])
@needs(Act.MERGE)
@blueprint.takes_key
@api.arguments(NewMerge)
@api.response(201, MergeShape)
def merge_firms(body: dict[str, Any], firm_id: int) -> Any:
    """Make `gone` a tombstone that leads to this firm, with everything that hung on it."""
    merge_id = merges.merge(
        db(), actor(), firm_id, body["gone"], body["choices"], body["reason"], versions_of(body)
    )
    return queries.get_merge(db(), actor().scope, merge_id)


@api.route(f"/merges/<{_ID}:merge_id>/undo", methods=["POST"])
@needs(Act.MERGE)
@blueprint.takes_key
@api.response(200, MergeShape)
def undo_merge(merge_id: int) -> Any:
    """Two firms again, as long as nothing has happened since."""
    merges.undo_merge(db(), actor(), merge_id)
    return queries.get_merge(db(), actor().scope, merge_id)
