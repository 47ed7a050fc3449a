"""What a kind of import is made of. ``kinds.py`` holds the table of them; adding one is an entry there."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Act
from cultivate.errors import Invalid
from cultivate.models import ImportBatch, ImportRow
from cultivate.queries.imports import BatchRow, RowView
from cultivate.services.imports.options import ImportOptions
from cultivate.services.imports.verdict import InputRow, Verdict


@dataclass(frozen=True, slots=True)
class Decided:
    """What a person says of a row: a decision, the firm it names, and what was asked for besides."""

    decision: str
    firm_id: int | None = None
    given: Mapping[str, str] = field(default_factory=dict)


Refusals = Mapping[int, Invalid]
"""By row, why it could not be decided so."""
Judge = Callable[[Session, Actor, ImportOptions, Sequence[InputRow]], list[Verdict]]
Write = Callable[[Session, Actor, ImportBatch, Sequence[Verdict]], int]
Decide = Callable[[Session, Actor, ImportBatch, Sequence[ImportRow], Decided], tuple[int, Refusals]]


def _nothing_more(
    _session: Session, _actor: Actor, _batch: BatchRow, _rows: Sequence[RowView]
) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of import. What its columns may be stands in ``spreadsheets/wanted.py`` under the same code."""

    code: str
    """As in ``import_batch.kind``, the command and the API."""
    label: str
    """English msgid, for lists and titles."""
    act: Act
    """Who may: preview, commit, decide, drop."""
    outcomes: tuple[str, ...]
    """Of a row; their counts add up to the rows of the file. Labels stand in ``words.OUTCOME_LABELS``."""
    written: frozenset[str]
    """Outcomes that a commit writes."""
    check_options: Callable[[Session, Actor, ImportOptions], None]
    """Refuses, by ``Invalid`` with the field, what the uploader said of the file."""
    judge: Judge
    """A verdict per row, in the order of the file; writes nothing. Preview and commit both call it."""
    write: Write
    """Carries the verdicts out, under the ledger's lock; returns what ``booked`` says."""
    refuse_touched: Callable[[Session, ImportBatch], None]
    """Raises ``ImportTouched`` where something has touched since what the batch wrote."""
    take_back: Callable[[Session, Actor, ImportBatch, datetime], int]
    """Takes back what the batch wrote, under the ledger's lock; returns how many moves that booked."""
    report: Callable[[Session, Actor, BatchRow, Sequence[RowView]], dict[str, Any]] = _nothing_more
    """Keys of the report beside the common ones."""
    decide: Decide | None = None
    """A person decides rows: sets their decision, outcome and firm, acts at once where the batch is committed;
    returns what that booked and, by row, why some could not be. ``None``: nothing is decided in this kind."""
