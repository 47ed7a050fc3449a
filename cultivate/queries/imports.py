"""Imports: the list of them, one of them, its rows.

A caseworker sees their own imports only: a file may speak of firms of other streets. The bureau sees all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, false, func, or_, select, true
from sqlalchemy.orm import Session

from cultivate.domain.actor import Actor
from cultivate.domain.scope import Scope
from cultivate.errors import NotFound
from cultivate.models import Firm, ImportBatch, ImportRow, User
from cultivate.models.import_batch import ACCEPTED, UNDECIDED
from cultivate.queries.candidacies import firm_within
from cultivate.queries.paging import Page, offset_of

#: rows that need a person come first; then odd ones, then what would be written, then what needs nothing
PERSON = ("to_decide", "rejected", "conflict")
ORDER = ("update", "create", "matched", "duplicate", "unmatched", "unchanged")


@dataclass(frozen=True, slots=True)
class BatchRow:
    """An import as plain values, without its file."""

    id: int
    kind: str
    status: str
    file_name: str
    digest: str
    options: Mapping[str, Any]
    sheet: str
    header_row: int
    columns: Mapping[str, str]
    counts: Mapping[str, int]
    track: str | None
    issued_on: date | None
    by_id: int | None
    by: str | None
    created_at: datetime
    committed_at: datetime | None
    undone_at: datetime | None
    policy: str
    signature: str


@dataclass(frozen=True, slots=True)
class FirmRef:
    """A firm to link to, within the reader's scope."""

    id: int
    name: str
    uscc: str | None
    street_id: int


@dataclass(frozen=True, slots=True)
class RowView:
    """A row of the file with its verdict; ``firm`` is ``None`` where there is none or none to be seen."""

    number: int
    outcome: str
    values: Mapping[str, str]
    problems: Sequence[Mapping[str, Any]]
    changes: Sequence[Mapping[str, Any]]
    decision: str | None
    firm: FirmRef | None
    given: Mapping[str, Any] = field(default_factory=dict)
    """What a person added to the decision."""
    decided_firm_id: int | None = None
    """The firm of the row, in the reader's scope or not."""


_COLUMNS = (
    ImportBatch.id,
    ImportBatch.kind,
    ImportBatch.status,
    ImportBatch.file_name,
    ImportBatch.digest,
    ImportBatch.options,
    ImportBatch.sheet,
    ImportBatch.header_row,
    ImportBatch.columns,
    ImportBatch.counts,
    ImportBatch.track,
    ImportBatch.issued_on,
    ImportBatch.by_id,
    User.display_name,
    ImportBatch.created_at,
    ImportBatch.committed_at,
    ImportBatch.undone_at,
    ImportBatch.policy,
    ImportBatch.signature,
)


def visible(actor: Actor) -> ColumnElement[bool]:
    """Imports that somebody may see."""
    if actor.scope.everything:
        return true()
    return false() if actor.user_id is None else ImportBatch.by_id == actor.user_id


def _batches(actor: Actor) -> "Select[Any]":
    return select(*_COLUMNS).outerjoin(User, User.id == ImportBatch.by_id).where(visible(actor))


def get_batch(session: Session, actor: Actor, batch_id: int) -> BatchRow:
    """One import, or ``NotFound``."""
    row = session.execute(_batches(actor).where(ImportBatch.id == batch_id)).one_or_none()
    if row is None:
        raise NotFound
    return BatchRow(*row)


def list_batches(session: Session, actor: Actor, number: int = 1, size: int = 20) -> Page[BatchRow]:
    """Imports that were done, the newest first; taken back or not."""
    open_ones = ImportBatch.status.in_(["committed", "undone"])
    total = (
        session.scalar(select(func.count()).select_from(ImportBatch).where(visible(actor), open_ones)) or 0
    )
    rows = session.execute(
        _batches(actor)
        .where(open_ones)
        .order_by(ImportBatch.id.desc())
        .offset(offset_of(number, size))
        .limit(size)
    )
    return Page([BatchRow(*row) for row in rows], total, max(number, 1), size)


@dataclass(frozen=True, slots=True)
class WaitingBatch:
    """An import that waits for its owner; ``undecided`` counts rows that somebody must decide."""

    batch: BatchRow
    undecided: int


def list_waiting(session: Session, actor: Actor, most: int = 50) -> list[WaitingBatch]:
    """Imports that wait: for their columns, for a look at their rows, for decisions; one's own first."""
    undecided = (
        select(func.count())
        .select_from(ImportRow)
        .where(ImportRow.batch_id == ImportBatch.id, UNDECIDED)
        .correlate(ImportBatch)
        .scalar_subquery()
    )
    rows = session.execute(
        _batches(actor)
        .add_columns(undecided)
        .where(
            or_(
                ImportBatch.status.in_(["mapping", "preview"]),
                and_(
                    ImportBatch.status == "committed",
                    ImportBatch.id.in_(select(ImportRow.batch_id).where(UNDECIDED)),
                ),
            )
        )
        .order_by(case((ImportBatch.by_id == actor.user_id, 0), else_=1), ImportBatch.id.desc())
        .limit(most)
    )
    return [WaitingBatch(BatchRow(*row[:-1]), row[-1]) for row in rows]


def find_same_file(session: Session, actor: Actor, batch: BatchRow) -> BatchRow | None:
    """The last import of the very same file as the same kind that stands, other than this one."""
    row = session.execute(
        _batches(actor)
        .where(
            ImportBatch.digest == batch.digest,
            ImportBatch.kind == batch.kind,
            ImportBatch.status == "committed",
            ImportBatch.id != batch.id,
        )
        .order_by(ImportBatch.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else BatchRow(*row)


def file_of(session: Session, actor: Actor, batch_id: int) -> bytes:
    """The file as it was uploaded; empty when the preview was dropped."""
    content = session.scalar(select(ImportBatch.content).where(ImportBatch.id == batch_id, visible(actor)))
    if content is None:
        raise NotFound
    return content


def list_rows(
    session: Session, actor: Actor, batch_id: int, outcome: str | None = None, number: int = 1, size: int = 50
) -> Page[RowView]:
    """Rows of an import, those that need a person first; or those of one outcome, in the order of the file."""
    condition = ImportRow.batch_id == batch_id
    if outcome:
        condition = and_(condition, ImportRow.outcome == outcome)
    total = session.scalar(select(func.count()).select_from(ImportRow).where(condition)) or 0
    odd = cast(ImportRow.problems, String) != "[]"
    urgency = case(
        (
            ImportRow.outcome.in_(PERSON),
            case({name: at for at, name in enumerate(PERSON)}, value=ImportRow.outcome),
        ),
        (odd, len(PERSON)),
        else_=len(PERSON)
        + 1
        + case({name: at for at, name in enumerate(ORDER)}, value=ImportRow.outcome, else_=9),
    )
    statement = _rows(actor.scope).where(condition).order_by(urgency, ImportRow.number)
    rows = session.execute(statement.offset(offset_of(number, size)).limit(size))
    return Page([_view(row) for row in rows], total, max(number, 1), size)


def all_rows(session: Session, actor: Actor, batch_id: int) -> list[RowView]:
    """Every row in the order of the file."""
    statement = _rows(actor.scope).where(ImportRow.batch_id == batch_id).order_by(ImportRow.number)
    return [_view(row) for row in session.execute(statement)]


def is_decided(session: Session, actor: Actor, batch_id: int) -> bool:
    """Whether a person has decided any row: that is remembered when the import is done, not when it is dropped."""
    found = (
        select(ImportRow.id)
        .join(ImportBatch, ImportBatch.id == ImportRow.batch_id)
        .where(visible(actor), ImportBatch.id == batch_id, ImportRow.decision.is_not(None))
    )
    return session.scalar(found.limit(1)) is not None


def list_suggested(session: Session, actor: Actor, batch_id: int, most: int) -> tuple[list[RowView], int]:
    """Rejected rows with a proven suggestion, the first ones in the order of the file, and how many there are."""
    # as JSON is written; a quotation mark inside of a text would stand behind a backslash
    suggested = cast(ImportRow.problems, String).contains('"suggestion": "')
    rejected = ImportRow.outcome == "rejected"
    return _some(session, actor, most, ImportRow.batch_id == batch_id, rejected, suggested)


def list_accepted(session: Session, actor: Actor, batch_id: int, most: int) -> tuple[list[RowView], int]:
    """Rows of which a suggestion was taken over, the first ones in the order of the file, and how many."""
    taken_over = cast(ImportRow.given, String).contains(f'"{ACCEPTED}": {{')
    return _some(session, actor, most, ImportRow.batch_id == batch_id, taken_over)


def _some(
    session: Session, actor: Actor, most: int, *conditions: ColumnElement[bool]
) -> tuple[list[RowView], int]:
    total = session.scalar(select(func.count()).select_from(ImportRow).where(*conditions)) or 0
    if not total:
        return [], 0
    statement = _rows(actor.scope).where(*conditions).order_by(ImportRow.number).limit(most)
    return [_view(row) for row in session.execute(statement)], total


def firms_by_id(session: Session, scope: Scope, ids: Sequence[int]) -> dict[int, FirmRef]:
    """Firms to choose from, within the scope."""
    rows = session.execute(
        select(Firm.id, Firm.name, Firm.uscc, Firm.street_id)
        .where(Firm.id.in_(ids), firm_within(scope))
        .order_by(Firm.id)
    )
    return {row.id: FirmRef(*row) for row in rows}


def count_to_decide(session: Session, actor: Actor) -> int:
    """Lines of lists, previewed or imported, that wait for a person to say whose they are."""
    return (
        session.scalar(
            select(func.count())
            .select_from(ImportRow)
            .join(ImportBatch, ImportBatch.id == ImportRow.batch_id)
            .where(
                visible(actor),
                ImportRow.outcome == "to_decide",
                ImportBatch.status.in_(["preview", "committed"]),
            )
        )
        or 0
    )


def _rows(scope: Scope) -> "Select[Any]":
    return select(
        ImportRow.number,
        ImportRow.outcome,
        ImportRow.values,
        ImportRow.problems,
        ImportRow.changes,
        ImportRow.decision,
        ImportRow.given,
        ImportRow.firm_id,
        Firm.id,
        Firm.name,
        Firm.uscc,
        Firm.street_id,
    ).outerjoin(Firm, and_(Firm.id == ImportRow.firm_id, firm_within(scope)))


def _view(row: Any) -> RowView:
    *told, given, row_firm_id, firm_id, name, uscc, street_id = row
    number, outcome, values, problems, changes, decision = told
    firm = None if firm_id is None else FirmRef(firm_id, name, uscc, street_id)
    return RowView(number, outcome, values, problems, changes, decision, firm, given, row_firm_id)
