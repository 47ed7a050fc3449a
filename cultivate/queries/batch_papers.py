"""Papers of a firm in an application batch, and those that somebody has to bring."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from cultivate.db.many import among
from cultivate.domain.batches import IN_ORDER, UNDECIDED
from cultivate.domain.scope import WHOLE_DISTRICT, Scope
from cultivate.errors import NotFound
from cultivate.models import (
    ApplicationBatch,
    Attachment,
    BatchEntry,
    BatchPaper,
    Candidacy,
    Firm,
    User,
)
from cultivate.queries.batch_entries import joined, state_column
from cultivate.queries.candidacies import firm_within
from cultivate.queries.paging import Page, offset_of

_owner, _by = aliased(User), aliased(User)


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A paper as plain values."""

    id: int
    version: int
    entry_id: int
    position: int
    code: str
    title_zh: str
    title_en: str
    state: str
    owner_id: int | None
    owner: str | None
    due_on: date | None
    attachment_id: int | None
    file: str | None
    remark: str
    by: str | None
    changed_at: datetime | None

    def title(self, language: str) -> str:
        """In the reader's language."""
        return self.title_en if language == "en" else self.title_zh


@dataclass(frozen=True, slots=True)
class DuePaper:
    """A paper that somebody has to bring, with its firm and batch."""

    id: int
    entry_id: int
    batch_id: int
    firm_id: int
    name: str
    street_id: int
    track: str
    title_zh: str
    title_en: str
    state: str
    remark: str
    on: date

    def title(self, language: str) -> str:
        """In the reader's language."""
        return self.title_en if language == "en" else self.title_zh


_columns: tuple[Any, ...] = (
    BatchPaper.id,
    BatchPaper.version,
    BatchPaper.entry_id,
    BatchPaper.position,
    BatchPaper.code,
    BatchPaper.title_zh,
    BatchPaper.title_en,
    BatchPaper.state,
    BatchPaper.owner_id,
    _owner.display_name,
    BatchPaper.due_on,
    Attachment.id,
    Attachment.name,
    BatchPaper.remark,
    _by.display_name,
    BatchPaper.changed_at,
)


def _rows(scope: Scope, *conditions: ColumnElement[bool]) -> Select[Any]:
    """Papers with who has them and their files; a file that was taken away is none."""
    return (
        select(*_columns)
        .select_from(BatchPaper)
        .join(BatchEntry, BatchEntry.id == BatchPaper.entry_id)
        .join(Candidacy, Candidacy.id == BatchEntry.candidacy_id)
        .join(Firm, Firm.id == Candidacy.firm_id)
        .outerjoin(_owner, _owner.id == BatchPaper.owner_id)
        .outerjoin(_by, _by.id == BatchPaper.by_id)
        .outerjoin(Attachment, (Attachment.id == BatchPaper.attachment_id) & Attachment.deleted_at.is_(None))
        .where(firm_within(scope), *conditions)
        .order_by(BatchPaper.entry_id, BatchPaper.position, BatchPaper.id)
    )


def list_papers(session: Session, scope: Scope, entry_id: int) -> list[PaperRow]:
    """Of one entry, in the order of the checklist."""
    return [PaperRow(*row) for row in session.execute(_rows(scope, BatchPaper.entry_id == entry_id))]


def get_paper(session: Session, scope: Scope, paper_id: int) -> PaperRow:
    """One paper, or ``NotFound`` when its firm lies outside the scope."""
    row = session.execute(_rows(scope, BatchPaper.id == paper_id)).one_or_none()
    if row is None:
        raise NotFound
    return PaperRow(*row)


def list_due(
    session: Session, scope: Scope, user_id: int | None, number: int = 1, size: int = 50
) -> Page[DuePaper]:
    """Papers that wait for a person, of firms about which nothing is decided; the most urgent on top.

    One without a day of its own is due by the district's deadline.
    """
    due = func.coalesce(BatchPaper.due_on, ApplicationBatch.closes_on)
    statement = (
        _waiting(
            scope,
            BatchPaper.id,
            BatchPaper.entry_id,
            BatchEntry.batch_id,
            Firm.id,
            Firm.name,
            Firm.street_id,
            Candidacy.track,
            BatchPaper.title_zh,
            BatchPaper.title_en,
            BatchPaper.state,
            BatchPaper.remark,
            due,
        )
        .join(ApplicationBatch, ApplicationBatch.id == BatchEntry.batch_id)
        .where(BatchPaper.owner_id == user_id)
    )
    total = session.scalar(statement.with_only_columns(func.count())) or 0
    page = min(max(number, 1), max(1, -(-total // size)))
    rows = session.execute(
        statement.order_by(due, Firm.name, BatchPaper.position, BatchPaper.id)
        .offset(offset_of(page, size))
        .limit(size)
    ).all()
    return Page([DuePaper(*row) for row in rows], total, page, size)


def count_due(session: Session, scope: Scope) -> dict[int, int]:
    """How many wait for each person."""
    statement = _waiting(scope, BatchPaper.owner_id, func.count()).where(BatchPaper.owner_id.is_not(None))
    return dict(session.execute(statement.group_by(BatchPaper.owner_id)).all())


def list_due_of(session: Session, user_id: int, candidacy_ids: Iterable[int]) -> list[int]:
    """Those that wait for a person among some candidacies; the caller has found these within a scope."""
    statement = _waiting(WHOLE_DISTRICT, BatchPaper.id).where(
        BatchPaper.owner_id == user_id, among(session, Candidacy.id, candidacy_ids)
    )
    return list(session.scalars(statement.order_by(BatchPaper.id)))


def _waiting(scope: Scope, *columns: Any) -> Select[Any]:
    """Papers that are not in order yet."""
    return (
        joined(*columns)
        .join(BatchPaper, BatchPaper.entry_id == BatchEntry.id)
        .where(BatchPaper.state.not_in(IN_ORDER), state_column().in_(UNDECIDED), firm_within(scope))
    )
