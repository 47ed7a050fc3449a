"""Imports: the file, what was found in it, what became of each row."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, deferred, mapped_column

from cultivate.db.base import Base, BigId

#: rows that wait for a person; queries say it in the same words, so that the index serves them
UNDECIDED = text("outcome IN ('to_decide', 'conflict')")
#: in ``ImportRow.given``: by column, ``before`` and ``after`` of a suggestion that a person took over
ACCEPTED = "accepted"


class ImportBatch(Base):
    """One upload. The file is kept, so that a preview can be committed and a report be given back."""

    __tablename__ = "import_batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    """``firms``, ``certificates``, ``renames``, ``cancellations``, ``relocations``, ``figures``, ``properties``."""
    status: Mapped[str] = mapped_column(String(12), index=True)
    """``mapping``, ``preview``, ``committed``, ``undone`` or ``dropped``."""
    file_name: Mapped[str] = mapped_column(String(255))
    digest: Mapped[str] = mapped_column(String(64), index=True)
    content: Mapped[bytes] = deferred(mapped_column(LargeBinary))
    options: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """Unit, tracks, issue day … as the uploader gave them."""
    sheet: Mapped[str] = mapped_column(String(120), default="")
    header_row: Mapped[int] = mapped_column(default=0)
    columns: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """Titles in the file of the columns that were understood, by key (``uscc``, ``sales_2024`` …)."""
    signature: Mapped[str] = mapped_column(String(64), default="")
    """Of the layout: what a correction of the columns is remembered by."""
    policy: Mapped[str] = mapped_column(String(12), default="good")
    """``good``: import the good rows; ``all``: all or none."""
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    track: Mapped[str | None] = mapped_column(String(16))
    issued_on: Mapped[date | None]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    created_at: Mapped[datetime]
    committed_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]


class ImportLayout(Base):
    """How somebody corrected the reading of a layout; the next file of the same layout is read so at once."""

    __tablename__ = "import_layout"
    __table_args__ = (UniqueConstraint("kind", "signature"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    signature: Mapped[str] = mapped_column(String(64))
    """Digest of the titles of the header row."""
    columns: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """Column key by title as it stands in the file; an empty key: leave the column out."""
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    updated_at: Mapped[datetime]


class ImportRow(Base):
    """A row of the file and its verdict."""

    __tablename__ = "import_row"
    __table_args__ = (
        Index("ix_import_row_batch", "batch_id", "number", unique=True),
        Index("ix_import_row_undecided", "batch_id", postgresql_where=UNDECIDED, sqlite_where=UNDECIDED),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id", ondelete="CASCADE"))
    number: Mapped[int]
    """Row number as the person sees it in the sheet."""
    outcome: Mapped[str] = mapped_column(String(12))
    """``create``, ``update``, ``unchanged``, ``duplicate``, ``rejected``; ``matched``, ``to_decide``, ``unmatched``;
    ``conflict``: changed here since the file was exported."""
    firm_id: Mapped[int | None] = mapped_column(ForeignKey("firm.id"), index=True)
    firm_version: Mapped[int | None]
    """The firm's version right after this row was written: undo goes only as long as it is still that."""
    values: Mapped[dict[str, Any]] = mapped_column("row_values", JSON, default=dict)
    """The cells that say something, as texts, by key; ``region`` is the heading the row stands under. Where a
    suggestion was taken over the cell says that; what was read stands in ``given``."""
    problems: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    """For an update: field, before, after. For a list's row: candidates with their likeness."""
    decision: Mapped[str | None] = mapped_column(String(12))
    """``ours`` (with ``firm_id``) or ``not_ours``, once a person has decided a near name."""
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None]
    given: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What a person added to the decision: street, day of issue; and the suggestions that were taken over."""
    remembered: Mapped[bool] = mapped_column(default=True)
    """Whether later lists take the decision over; not after "ask me again"."""
