"""Firms in an application batch. What became of each is read from the moves after the one it came in by."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, func, select
from sqlalchemy.orm import Session, aliased

from cultivate.db.many import among
from cultivate.domain.batches import ACCEPTED, IN_ORDER, OUTCOMES, PUBLICISED, SUBMITTED, UNDECIDED, Progress
from cultivate.domain.scope import Scope
from cultivate.domain.stages import Stage
from cultivate.errors import NotFound
from cultivate.models import (
    ApplicationBatch,
    BatchEntry,
    BatchPaper,
    Candidacy,
    Firm,
    ImportRow,
    StageMove,
    User,
)
from cultivate.queries.candidacies import firm_within
from cultivate.queries.paging import Page, offset_of
from cultivate.queries.places import lies_in
from cultivate.queries.units import Unit

#: outcomes of lines of an official list that name a firm of ours
OURS = ("matched", "create")
#: the kind of a counter-move
REVERSAL = "reversal"
#: stands for all states in which nothing has been decided
WAITING = "waiting"
_move, _outcome = aliased(StageMove), aliased(StageMove)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFilter:
    """What the board is asked for; empty is all."""

    state: str = ""
    """One of the states, or ``WAITING``."""
    unit: Unit | None = None
    papers: str = ""
    """``open``: something is missing; ``complete``."""
    in_charge: int | None = None
    listed: str = ""
    """``yes`` or ``no``: whether the official list of the batch names the firm."""


@dataclass(frozen=True, slots=True)
class EntryRow:
    """A firm in a batch as plain values; the last five say how it ended."""

    id: int
    version: int
    batch_id: int
    candidacy_id: int
    candidacy_version: int
    firm_id: int
    name: str
    uscc: str | None
    street_id: int
    park_id: int | None
    in_charge_id: int | None
    in_charge: str | None
    entered_on: date
    override_reason: str | None
    submitted_on: date | None
    publicised_on: date | None
    incomplete_reason: str | None
    scores: Mapping[str, float] = field(hash=False)
    state: str
    ended_on: date | None
    reason: str | None
    retry_year: int | None


@dataclass(frozen=True, slots=True)
class Counts:
    """Firms of a batch by state and by street; each adds up to the whole."""

    states: Mapping[str, int]
    streets: Mapping[int, Mapping[str, int]]

    @property
    def waiting(self) -> int:
        """Nothing has been decided about these."""
        return sum(self.states.get(state, 0) for state in UNDECIDED)

    @property
    def total(self) -> int:
        """All."""
        return sum(self.states.values())


def state_column() -> ColumnElement[str]:
    """Where an entry stands."""
    ends = case(OUTCOMES, value=_outcome.to_account)
    return case(
        (_outcome.id.is_not(None), ends),
        (BatchEntry.publicised_on.is_not(None), PUBLICISED),
        (BatchEntry.submitted_on.is_not(None), SUBMITTED),
        else_=ACCEPTED,
    )


def joined(*columns: Any) -> Select[Any]:
    """Entries that stand, with firm, candidacy and the move that ended their time in the batch.

    A move that was taken back takes its entry along: the row stays, for its papers, and is shown nowhere.
    """
    undo, later = aliased(StageMove), aliased(StageMove)
    standing = ~exists().where(undo.reverses_id == later.id)
    following = (
        select(func.min(later.id))
        .where(
            later.candidacy_id == BatchEntry.candidacy_id,
            later.id > BatchEntry.move_id,
            later.from_account == Stage.RECOMMEND,
            later.to_account != Stage.RECOMMEND,
            later.kind != REVERSAL,  # asked by its kind, so that SQLite goes by the candidacy's few moves
            standing,
        )
        .correlate(BatchEntry)
        .scalar_subquery()
    )
    taken_back = aliased(StageMove)
    return (
        select(*columns)
        .select_from(BatchEntry)
        .join(Candidacy, Candidacy.id == BatchEntry.candidacy_id)
        .join(Firm, Firm.id == Candidacy.firm_id)
        .join(_move, _move.id == BatchEntry.move_id)
        .outerjoin(_outcome, _outcome.id == following)
        .where(~exists().where(taken_back.reverses_id == BatchEntry.move_id))
    )


_columns: tuple[Any, ...] = (
    BatchEntry.id,
    BatchEntry.version,
    BatchEntry.batch_id,
    BatchEntry.candidacy_id,
    Candidacy.version,
    Firm.id,
    Firm.name,
    Firm.uscc,
    Firm.street_id,
    Firm.park_id,
    Candidacy.in_charge_id,
    User.display_name,
    _move.effective_on,
    _move.override_reason,
    BatchEntry.submitted_on,
    BatchEntry.publicised_on,
    BatchEntry.incomplete_reason,
    BatchEntry.scores,
    state_column(),
    _outcome.effective_on,
    _outcome.reason,
    _outcome.retry_year,
)


def _rows(scope: Scope, *conditions: ColumnElement[bool]) -> Select[Any]:
    return (
        joined(*_columns)
        .outerjoin(User, User.id == Candidacy.in_charge_id)
        .where(firm_within(scope), *conditions)
    )


def listed_firms(import_batch_id: Any) -> Select[int | None]:
    """Ids of firms that a list names."""
    return select(ImportRow.firm_id).where(
        ImportRow.batch_id == import_batch_id,
        ImportRow.outcome.in_(OURS),
        ImportRow.firm_id.is_not(None),
    )


def _conditions(batch_id: int, wanted: EntryFilter) -> list[ColumnElement[bool]]:
    found = [BatchEntry.batch_id == batch_id]
    if wanted.state:
        asked = UNDECIDED if wanted.state == WAITING else (wanted.state,)
        found.append(state_column().in_(asked))
    if wanted.unit is not None:
        found.append(lies_in(Firm, wanted.unit))
    if wanted.in_charge is not None:
        found.append(Candidacy.in_charge_id == wanted.in_charge)
    if wanted.listed:
        named = listed_firms(
            select(ApplicationBatch.import_batch_id).where(ApplicationBatch.id == batch_id).scalar_subquery()
        )
        found.append(Firm.id.in_(named) if wanted.listed == "yes" else Firm.id.not_in(named))
    if wanted.papers:
        missing = exists().where(BatchPaper.entry_id == BatchEntry.id, BatchPaper.state.not_in(IN_ORDER))
        found.append(missing if wanted.papers == "open" else ~missing)
    return found


def list_entries(
    session: Session,
    scope: Scope,
    batch_id: int,
    wanted: EntryFilter = EntryFilter(),
    number: int = 1,
    size: int = 50,
) -> Page[EntryRow]:
    """A page of a batch's firms, by street and name."""
    conditions = _conditions(batch_id, wanted)
    total = session.scalar(joined(func.count()).where(firm_within(scope), *conditions)) or 0
    page = min(max(number, 1), max(1, -(-total // size)))
    statement = (
        _rows(scope, *conditions)
        .order_by(Firm.street_id, Firm.name, BatchEntry.id)
        .offset(offset_of(page, size))
        .limit(size)
    )
    return Page([EntryRow(*row) for row in session.execute(statement)], total, page, size)


def get_entry(session: Session, scope: Scope, entry_id: int) -> EntryRow:
    """One entry, or ``NotFound`` when its firm lies outside the scope or it was taken back."""
    row = session.execute(_rows(scope, BatchEntry.id == entry_id)).one_or_none()
    if row is None:
        raise NotFound
    return EntryRow(*row)


def find_entry(session: Session, scope: Scope, batch_id: int, candidacy_id: int) -> EntryRow:
    """The entry of a candidacy in a batch, or ``NotFound``."""
    conditions = (BatchEntry.batch_id == batch_id, BatchEntry.candidacy_id == candidacy_id)
    row = session.execute(_rows(scope, *conditions)).one_or_none()
    if row is None:
        raise NotFound
    return EntryRow(*row)


def list_of_candidacy(session: Session, scope: Scope, candidacy_id: int) -> list[EntryRow]:
    """All entries of a candidacy, the one that came in last on top."""
    statement = _rows(scope, BatchEntry.candidacy_id == candidacy_id).order_by(BatchEntry.move_id.desc())
    return [EntryRow(*row) for row in session.execute(statement)]


def count_entries(session: Session, scope: Scope, batch_ids: Sequence[int]) -> dict[int, Counts]:
    """By batch."""
    states: dict[int, Counter[str]] = {batch_id: Counter() for batch_id in batch_ids}
    streets: dict[int, dict[int, Counter[str]]] = {batch_id: {} for batch_id in batch_ids}
    each = (
        joined(BatchEntry.batch_id, Firm.street_id, state_column().label("state"))
        .where(BatchEntry.batch_id.in_(batch_ids), firm_within(scope))
        .subquery()
    )
    key = (each.c.batch_id, each.c.street_id, each.c.state)
    statement = select(*key, func.count()).group_by(*key)
    for batch_id, street_id, state, number in session.execute(statement):
        states[batch_id][state] += number
        streets[batch_id].setdefault(street_id, Counter())[state] += number
    return {batch_id: Counts(states[batch_id], streets[batch_id]) for batch_id in batch_ids}


def papers_of(session: Session, entry_ids: Collection[int]) -> dict[int, Progress]:
    """How far the papers of entries are that somebody may see."""
    done = func.sum(case((BatchPaper.state.in_(IN_ORDER), 1), else_=0))
    statement = (
        select(BatchPaper.entry_id, done, func.count())
        .where(among(session, BatchPaper.entry_id, entry_ids))
        .group_by(BatchPaper.entry_id)
    )
    found = {entry_id: Progress(int(ready), number) for entry_id, ready, number in session.execute(statement)}
    return {entry_id: found.get(entry_id, Progress(0, 0)) for entry_id in entry_ids}
