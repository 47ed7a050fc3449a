"""Application batches of every year, who came into them and how far their papers are.

Entries follow the moves of the ledger; what became of each is not written, for the moves say it. On any day each
track has a batch that takes firms in, so that a firm can be put forward.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from cultivate import clock, packs
from cultivate.demo.calendar import office_hour, workday
from cultivate.demo.course import COURSES, FIRST_YEAR, HNTE, Course
from cultivate.demo.desk import Desk
from cultivate.demo.world import DemoCandidacy, Step
from cultivate.domain.batches import ASKED, CHECKED, MISSING, RECEIVED, WAIVED, Days
from cultivate.domain.stages import Stage
from cultivate.models import ApplicationBatch, BatchEntry, BatchPaper
from cultivate.packs.policies import policy, track_policy

_POINTS = re.compile(r"(\d+) 分")
_OPEN_STATES = (MISSING, ASKED, RECEIVED)
_LATE = "专项审计报告后补，已与市里说明"
_EARLY = timedelta(days=24)


@dataclass(slots=True)
class DemoBatch:
    """A batch, and its entries as (the step that came in, the one that left)."""

    course: Course
    year: int
    days: Days
    entries: list[tuple[Step, Step | None]] = field(default_factory=list)
    id: int = 0


@dataclass(frozen=True, slots=True)
class Batches:
    """Ids by track and year, and of each track the one that is open today."""

    of_year: dict[tuple[str, int], int]
    open: dict[str, int]


def write_batches(desk: Desk, seed: int) -> Batches:
    """Batches, entries and papers."""
    rng = Random(f"cultivate-batches-{seed}")  # noqa: S311 the point is that it can be repeated
    batches = [batch for course in COURSES for batch in _of_course(course, desk.today)]
    rows = [_batch_row(desk, batch) for batch in batches]
    for batch, batch_id in zip(batches, desk.insert(ApplicationBatch, rows), strict=True):
        batch.id = batch_id
    by_year = {(batch.course.track, batch.year): batch for batch in batches}
    for candidacy in desk.world.candidacies:
        for entered, left in _stays(candidacy):
            by_year[candidacy.track, entered.on.year].entries.append((entered, left))
    for batch in batches:
        _write_entries(desk, rng, batch)
    return Batches(
        {key: batch.id for key, batch in by_year.items()},
        {batch.course.track: batch.id for batch in reversed(batches) if batch.days.takes_in(desk.today)},
    )


def _of_course(course: Course, today: date) -> list[DemoBatch]:
    found = [
        DemoBatch(course, year, _days(course, year, today)) for year in range(FIRST_YEAR, today.year + 1)
    ]
    if any(batch.days.takes_in(today) for batch in found):
        return found
    year = today.year if today < found[-1].days.opens_on else today.year + 1
    early = DemoBatch(
        course, year, Days(opens_on=workday(today - _EARLY), closes_on=max(today, date(year, 7, 31)))
    )
    return [*(batch for batch in found if batch.year != year), early]


def _days(course: Course, year: int, today: date) -> Days:
    """As custom has it; what lies ahead has not happened yet."""
    listed = course.list_day(year)
    if course is HNTE:
        opens, closes, upper = date(year, 4, 1), date(year, 7, 31), date(year, 8, 15)
        acts = (date(year, 8, 12), listed - timedelta(days=15), listed)
    else:
        opens, closes, upper = date(year, 1, 1), date(year, 12, 31), None
        acts = (listed - timedelta(days=20), listed - timedelta(days=8), listed)
    submitted, publicised, announced = (day if day < today else None for day in acts)
    return Days(
        opens_on=opens,
        closes_on=closes,
        upper_closes_on=upper,
        submitted_on=submitted,
        publicised_on=publicised,
        announced_on=announced,
    )


def _batch_row(desk: Desk, batch: DemoBatch) -> dict[str, Any]:
    days = batch.days
    made = clock.at(min(days.opens_on - timedelta(days=10), desk.today - timedelta(days=1)))
    return {
        "track": batch.course.track,
        "year": batch.year,
        "round": 1,
        "title": f"{batch.year}年度{packs.track(batch.course.track).short_zh}申报第1批",
        "opens_on": days.opens_on,
        "closes_on": days.closes_on,
        "upper_closes_on": days.upper_closes_on,
        "submitted_on": days.submitted_on,
        "publicised_on": days.publicised_on,
        "announced_on": days.announced_on,
        "note": "",
        "updated_by_id": desk.staff.bureau(0),
        "updated_at": made,
        "created_at": made,
    }


def _stays(candidacy: DemoCandidacy) -> Iterator[tuple[Step, Step | None]]:
    """Standing moves to ``recommend`` by hand, each with the one that followed."""
    taken = {id(step.reverses) for step in candidacy.steps}
    moves = [step for step in candidacy.steps if step.kind == "move" and id(step) not in taken]
    for step, following in zip(moves, [*moves[1:], None], strict=True):
        if step.to == Stage.RECOMMEND:
            yield step, following


def _write_entries(desk: Desk, rng: Random, batch: DemoBatch) -> None:
    rows = [_entry_row(rng, batch, desk.today, *stay) for stay in batch.entries]
    ids = desk.insert(BatchEntry, rows)
    papers = policy(track_policy(batch.course.track)).papers
    lines: list[dict[str, Any]] = []
    for entry_id, row, (entered, left) in zip(ids, rows, batch.entries, strict=True):
        states = _states(rng, row, len(papers), decided=left is not None)
        owner = desk.caseworker(entered.candidacy, entered.on)
        changed = office_hour(rng, workday(min(entered.on, desk.today - timedelta(days=4))))
        lines += [
            {
                "entry_id": entry_id,
                "position": position,
                "code": paper.code,
                "title_zh": paper.title.zh,
                "title_en": paper.title.en,
                "state": state,
                "owner_id": owner,
                "due_on": None if state in (CHECKED, WAIVED) else batch.days.upper_closes_on,
                "remark": "不适用" if state == WAIVED else "",
                "by_id": None if state == MISSING else owner,
                "changed_at": None if state == MISSING else changed,
            }
            for position, (paper, state) in enumerate(zip(papers, states, strict=True), start=1)
        ]
    desk.write(BatchPaper, lines)


def _entry_row(
    rng: Random, batch: DemoBatch, today: date, entered: Step, left: Step | None
) -> dict[str, Any]:
    """With the days on which it was handed up and made public, unless it had left before."""
    until = left.on if left is not None else today
    submitted = batch.days.submitted_on
    if batch.course is not HNTE:  # online all year: each is handed up when it is complete
        submitted = workday(entered.on + timedelta(days=rng.randint(8, 30)))
    submitted = submitted if submitted is not None and entered.on <= submitted < until else None
    publicised = batch.days.publicised_on
    publicised = (
        publicised if submitted is not None and publicised and submitted <= publicised < until else None
    )
    points = _POINTS.search(left.reason or "") if left is not None else None
    return {
        "batch_id": batch.id,
        "candidacy_id": entered.candidacy.id,
        "move_id": entered.id,
        "submitted_on": submitted,
        "publicised_on": publicised,
        "incomplete_reason": _LATE if submitted and left is None and rng.random() < 0.06 else None,
        "scores": {"total": int(points[1])} if points else {},
        "created_at": entered.recorded_at,
    }


def _states(rng: Random, row: dict[str, Any], number: int, *, decided: bool) -> list[str]:
    """All in order once handed up, but for what is to come later; before that some are there already."""
    if row["incomplete_reason"]:
        return [*[CHECKED] * (number - 1), ASKED][:number]
    if row["submitted_on"] or decided:
        return [WAIVED if rng.random() < 0.02 else CHECKED for _ in range(number)]
    return [CHECKED if rng.random() < 0.5 else rng.choice(_OPEN_STATES) for _ in range(number)]
