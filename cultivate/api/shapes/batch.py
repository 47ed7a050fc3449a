"""Application batches, the firms in them, and their papers."""

from dataclasses import asdict
from typing import Any

from marshmallow import fields

from cultivate import clock, packs
from cultivate.api.fields import Amount, Body, Choice, Day, Id, Inner, Keyed, Many, Moment, Text, Whole
from cultivate.api.shapes.base import Answer, PageQuery, PageShape
from cultivate.api.shapes.bulk import PickedCandidacy
from cultivate.domain.batches import BATCH_STATES, ENTRY_STATES, PAPER_STATES, SCORES
from cultivate.queries.application_batches import BatchRow
from cultivate.queries.batch_entries import WAITING, Counts


class ApplicationBatchShape(Answer):
    """A round of a track and year; ``firms`` counts those that the reader may see, by state."""

    id = Id()
    version = Id()
    track = fields.String()
    year = fields.Integer()
    round = fields.Integer()
    title = fields.String()
    state = fields.String(metadata={"enum": list(BATCH_STATES)})
    opens_on = Day()
    closes_on = Day(metadata={"description": "the last day on which a firm is taken in"})
    upper_closes_on = Day(allow_none=True)
    submitted_on = Day(allow_none=True)
    publicised_on = Day(allow_none=True)
    announced_on = Day(allow_none=True)
    note = fields.String()
    import_id = Id(allow_none=True, metadata={"description": "the official list that answered it"})
    firms = fields.Dict(keys=fields.String(), values=fields.Integer())


class ApplicationBatchPage(PageShape):
    """The newest year first."""

    items = Many(Inner(ApplicationBatchShape))


class ApplicationBatchQuery(PageQuery):
    """Which batches."""

    track = Choice(tuple(packs.tracks()), load_default=None)
    year = Whole(low=2000, high=2199, load_default=None)


class _BatchWords(Body):
    title = Text(longest=200)
    opens_on = Day()
    closes_on = Day()
    upper_closes_on = Day(allow_none=True)
    submitted_on = Day(allow_none=True)
    publicised_on = Day(allow_none=True)
    announced_on = Day(allow_none=True)
    note = Text(longest=2000)


class NewApplicationBatch(_BatchWords):
    """A batch to open; what is not said is the next round's, with the days of the policy pack."""

    track = Choice(tuple(packs.tracks()), required=True)
    year = Whole(low=2000, high=2199, required=True)
    round = Whole(low=1, high=99)


class ApplicationBatchChange(_BatchWords):
    """A change of a batch, with the version that was seen."""

    version = Id(required=True)
    import_id = Id(allow_none=True)


class BatchEntryShape(Answer):
    """A firm in a batch; how it ended is what the moves say."""

    id = Id()
    version = Id()
    batch_id = Id()
    candidacy_id = Id()
    firm_id = Id()
    name = fields.String()
    uscc = fields.String(allow_none=True)
    state = fields.String(metadata={"enum": list(ENTRY_STATES)})
    entered_on = Day()
    submitted_on = Day(allow_none=True)
    publicised_on = Day(allow_none=True)
    ended_on = Day(allow_none=True)
    reason = fields.String(allow_none=True)
    retry_year = fields.Integer(allow_none=True)
    incomplete_reason = fields.String(allow_none=True)
    scores = fields.Dict(keys=fields.String(), values=fields.Float())


class BatchEntryPage(PageShape):
    """By street and name."""

    items = Many(Inner(BatchEntryShape))


class BatchEntryQuery(PageQuery):
    """Which firms of a batch."""

    state = Choice((*ENTRY_STATES, WAITING), load_default="")
    unit = Text(longest=32, load_default="")


class BatchEntryAct(Body):
    """An act on firms of a batch, or on those proposed for it."""

    action = Choice(("propose", "accept", "decline", "hand_up", "publicise", "not_pass"), required=True)
    candidacies = Many(Inner(PickedCandidacy), required=True)
    effective_on = Day(load_default=None, metadata={"description": "today if not said"})
    reason = Text(longest=1000, load_default="")
    override_reason = Text(longest=1000, load_default=None)
    retry_year = Whole(low=2000, high=2199, load_default=None)
    scores = Keyed(
        keys=Choice(tuple(SCORES)),
        values=Amount(),
        load_default=dict,
        metadata={"description": "of `not_pass`, what the experts gave, by item"},
    )


class BatchPaperShape(Answer):
    """A paper of the checklist as it was when the firm came in."""

    id = Id()
    version = Id()
    entry_id = Id()
    position = fields.Integer()
    code = fields.String()
    title_zh = fields.String()
    title_en = fields.String()
    state = fields.String(metadata={"enum": list(PAPER_STATES)})
    owner_id = Id(allow_none=True)
    owner = fields.String(allow_none=True)
    due_on = Day(allow_none=True)
    attachment_id = Id(allow_none=True)
    file = fields.String(allow_none=True)
    remark = fields.String()
    by = fields.String(allow_none=True)
    changed_at = Moment(allow_none=True)


class BatchPaperList(Answer):
    """All papers of a firm in a batch."""

    items = Many(Inner(BatchPaperShape))


class BatchPaperChange(Body):
    """A change of a paper, with the version that was seen; a field that is not there is kept."""

    version = Id(required=True)
    state = Choice(tuple(PAPER_STATES))
    owner_id = Id(allow_none=True)
    due_on = Day(allow_none=True)
    attachment_id = Id(allow_none=True)
    remark = Text(longest=500)


def describe(row: BatchRow, counts: Counts | None = None) -> dict[str, Any]:
    """A batch with its days side by side; beside a conflict nobody counts its firms."""
    found = asdict(row) | asdict(row.days)
    found |= {"state": row.days.state(clock.today()), "import_id": row.import_batch_id}
    if counts is not None:
        found["firms"] = {code: counts.states.get(code, 0) for code in ENTRY_STATES}
    return found
