"""Imports: the file, what was found in it, what became of each row."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, deferred, mapped_column

from cultivate.db.base import Base, BigId


class ImportBatch(Base):
    """One upload. The file is kept, so that a preview can be committed and a report be given back."""

    __tablename__ = "import_batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    """``firms`` or ``certificates``."""
    status: Mapped[str] = mapped_column(String(12), index=True)
    """``preview``, ``committed``, ``undone`` or ``dropped``."""
    file_name: Mapped[str] = mapped_column(String(255))
    digest: Mapped[str] = mapped_column(String(64), index=True)
    content: Mapped[bytes] = deferred(mapped_column(LargeBinary))
    options: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """Unit, tracks, issue day … as the uploader gave them."""
    sheet: Mapped[str] = mapped_column(String(120), default="")
    header_row: Mapped[int] = mapped_column(default=0)
    columns: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """Titles in the file of the columns that were understood, by key (``uscc``, ``sales_2024`` …)."""
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    track: Mapped[str | None] = mapped_column(String(16))
    issued_on: Mapped[date | None]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    created_at: Mapped[datetime]
    committed_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]


class ImportRow(Base):
    """A row of the file and its verdict."""

    __tablename__ = "import_row"
    __table_args__ = (Index("ix_import_row_batch", "batch_id", "number", unique=True),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id", ondelete="CASCADE"))
    number: Mapped[int]
    """Row number as the person sees it in the sheet."""
    outcome: Mapped[str] = mapped_column(String(12))
    """``create``, ``update``, ``unchanged``, ``duplicate``, ``rejected``; ``matched``, ``to_decide``, ``unmatched``."""
    firm_id: Mapped[int | None] = mapped_column(ForeignKey("firm.id"), index=True)
    firm_version: Mapped[int | None]
    """The firm's version right after this row was written: undo goes only as long as it is still that."""
    values: Mapped[dict[str, Any]] = mapped_column("row_values", JSON, default=dict)
    """The cells that say something, as texts, by key; ``region`` is the heading the row stands under."""
    problems: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    """For an update: field, before, after. For a list's row: candidates with their likeness."""
    decision: Mapped[str | None] = mapped_column(String(12))
    """``ours`` (with ``firm_id``) or ``not_ours``, once a person has decided a near name."""
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None]
