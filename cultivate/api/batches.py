"""``/batches``: application batches, the firms in them, and their papers."""

from dataclasses import asdict, fields, replace
from typing import Any

from cultivate.access import needs
from cultivate.api import blueprint, cursor
from cultivate.api.bulk import answer
from cultivate.api.shapes.batch import (
    ApplicationBatchChange,
    ApplicationBatchPage,
    ApplicationBatchQuery,
    ApplicationBatchShape,
    BatchEntryAct,
    BatchEntryPage,
    BatchEntryQuery,
    BatchEntryShape,
    BatchPaperChange,
    BatchPaperList,
    BatchPaperShape,
    NewApplicationBatch,
    describe,
)
from cultivate.api.shapes.bulk import BulkAnswer
from cultivate.domain.permissions import Act
from cultivate.domain.stages import Stage
from cultivate.i18n import language
from cultivate.queries import application_batches as queries
from cultivate.queries import batch_entries, batch_papers, places
from cultivate.queries.application_batches import BatchRow
from cultivate.queries.batch_entries import EntryFilter
from cultivate.queries.paging import Page
from cultivate.queries.picked import items_named
from cultivate.request_session import actor, db
from cultivate.services import application_batches as batches
from cultivate.services import batch_papers as papers
from cultivate.services import bulk
from cultivate.services.application_batches import BatchData
from cultivate.services.batch_papers import PaperData
from cultivate.services.bulk import BulkAct

api = blueprint.make("batches", "Application batches, the firms in them, and their papers.")
ONE = "/batches/<int(max=9223372036854775807):application_batch_id>"


def _described(rows: list[BatchRow]) -> list[dict[str, Any]]:
    counts = batch_entries.count_entries(db(), actor().scope, [row.id for row in rows])
    return [describe(row, counts[row.id]) for row in rows]


def _paged(page: Page[Any], items: list[Any], limit: int) -> dict[str, Any]:
    more = page.number * limit < page.total
    return {
        "items": items,
        "total": page.total,
        "next": cursor.encode(page.number * limit) if more else None,
    }


@api.route("/batches")
@needs(Act.VIEW)
@api.arguments(ApplicationBatchQuery, location="query")
@api.response(200, ApplicationBatchPage)
def list_batches(query: dict[str, Any]) -> dict[str, Any]:
    """List application batches, the newest year first."""
    limit = query["limit"]
    number = cursor.page_number(query["cursor"], limit)
    page = queries.list_batches(db(), query["track"], query["year"], number, limit)
    return _paged(page, _described(list(page.items)), limit)


@api.route("/batches", methods=["POST"])
@needs(Act.MANAGE_BATCHES)
@blueprint.takes_key
@api.arguments(NewApplicationBatch)
@api.response(201, ApplicationBatchShape)
def open_batch(body: dict[str, Any]) -> Any:
    """Open a batch; without days, with those of the policy pack."""
    track, year = body.pop("track"), body.pop("year")
    begun = batches.prefilled(db(), track, year, language())
    number = body.pop("round", begun.round)
    made = batches.create(db(), actor(), track, year, number, replace(begun.data, **body))
    row = queries.get_batch(db(), made)
    return _described([row])[0], 201, {"Location": f"{blueprint.PREFIX}/batches/{made}"}


@api.route(ONE)
@needs(Act.VIEW)
@api.response(200, ApplicationBatchShape)
def show_batch(application_batch_id: int) -> Any:
    """One batch."""
    return _described([queries.get_batch(db(), application_batch_id)])[0]


@api.route(ONE, methods=["PATCH"])
@needs(Act.MANAGE_BATCHES)
@api.arguments(ApplicationBatchChange)
@api.response(200, ApplicationBatchShape)
def change_batch(body: dict[str, Any], application_batch_id: int) -> Any:
    """Move its days, or name the official list that answered it."""
    row, version = queries.get_batch(db(), application_batch_id), body.pop("version")
    if "import_id" in body:
        batches.link_list(db(), actor(), row.id, body.pop("import_id"), version)
        row = queries.get_batch(db(), row.id)
        version = row.version
    if body:
        stands: dict[str, Any] = {"title": row.title, "note": row.note, **asdict(row.days)}
        batches.edit(db(), actor(), row.id, BatchData(**stands | body), version)
    return _described([queries.get_batch(db(), row.id)])[0]


@api.route(f"{ONE}/entries")
@needs(Act.VIEW)
@api.arguments(BatchEntryQuery, location="query")
@api.response(200, BatchEntryPage)
def list_entries(query: dict[str, Any], application_batch_id: int) -> dict[str, Any]:
    """List the firms of a batch, by street and name."""
    row, limit, scope = queries.get_batch(db(), application_batch_id), query["limit"], actor().scope
    wanted = EntryFilter(state=query["state"], unit=places.get_place(db(), scope, query["unit"]))
    number = cursor.page_number(query["cursor"], limit)
    page = batch_entries.list_entries(db(), scope, row.id, wanted, number, limit)
    return _paged(page, list(page.items), limit)


@api.route(f"{ONE}/entries", methods=["POST"])
@needs(Act.PROPOSE)
@blueprint.takes_key
@api.arguments(BatchEntryAct)
@api.response(200, BulkAnswer)
def act_on_entries(body: dict[str, Any], application_batch_id: int) -> dict[str, Any]:
    """Propose, take in, hand up, make public, give back; each through the guards of the single act."""
    batch = queries.get_batch(db(), application_batch_id)
    named = {row["id"]: row["version"] for row in body.pop("candidacies")}
    kind = body.pop("action")
    scores = {item: float(points) for item, points in body.pop("scores").items()}
    to = Stage.RECOMMEND if kind == "propose" else ""
    act = BulkAct(kind=kind, to=to, track=batch.track, batch_id=batch.id, scores=scores, **body)
    return answer(bulk.run(db(), actor(), act, items_named(db(), actor().scope, named)), list(named))


@api.route("/batches/entries/<int(max=9223372036854775807):entry_id>")
@needs(Act.VIEW)
@api.response(200, BatchEntryShape)
def show_entry(entry_id: int) -> Any:
    """One firm in a batch."""
    return batch_entries.get_entry(db(), actor().scope, entry_id)


@api.route("/batches/entries/<int(max=9223372036854775807):entry_id>/papers")
@needs(Act.VIEW)
@api.response(200, BatchPaperList)
def list_papers(entry_id: int) -> Any:
    """The papers of a firm in a batch, in the order of the checklist."""
    scope = actor().scope
    batch_entries.get_entry(db(), scope, entry_id)
    return {"items": batch_papers.list_papers(db(), scope, entry_id)}


@api.route("/batches/papers/<int(max=9223372036854775807):paper_id>", methods=["PATCH"])
@needs(Act.FILL_PAPERS)
@api.arguments(BatchPaperChange)
@api.response(200, BatchPaperShape)
def change_paper(body: dict[str, Any], paper_id: int) -> Any:
    """Say how a paper stands."""
    row, version = batch_papers.get_paper(db(), actor().scope, paper_id), body.pop("version")
    stands = {each.name: getattr(row, each.name) for each in fields(PaperData)}
    papers.fill(db(), actor(), paper_id, PaperData(**stands | body), version)
    return batch_papers.get_paper(db(), actor().scope, paper_id)
