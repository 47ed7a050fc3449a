"""Application batches: the rounds in which a district hands its firms up, and the papers of each firm."""

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cultivate.db.base import Base, BigId


class ApplicationBatch(Base):
    """A round of a track and year, with its days: a notice moves them every year."""

    __tablename__ = "application_batch"
    __table_args__ = (UniqueConstraint("track", "year", "round"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    track: Mapped[str] = mapped_column(String(16))
    year: Mapped[int]
    round: Mapped[int] = mapped_column(default=1)
    title: Mapped[str] = mapped_column(String(200))
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    """The district's deadline: the last day on which a firm is taken in."""
    upper_closes_on: Mapped[date | None]
    """The deadline of the authority above."""
    submitted_on: Mapped[date | None]
    """The day on which the whole was handed up; nobody is taken in after it."""
    publicised_on: Mapped[date | None]
    announced_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(String(2000), default="")
    import_batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)
    """The official list that answered it."""
    updated_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    updated_at: Mapped[datetime]
    created_at: Mapped[datetime]


class BatchEntry(Base):
    """A firm in a batch. What became of it is not kept here: the moves after ``move_id`` say so."""

    __tablename__ = "batch_entry"
    __table_args__ = (UniqueConstraint("batch_id", "candidacy_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    batch_id: Mapped[int] = mapped_column(ForeignKey("application_batch.id"))
    candidacy_id: Mapped[int] = mapped_column(ForeignKey("candidacy.id"), index=True)
    move_id: Mapped[int] = mapped_column(ForeignKey("stage_move.id"), unique=True)
    """The move to ``recommend`` by which it came in; one taken back takes the entry along."""
    submitted_on: Mapped[date | None]
    publicised_on: Mapped[date | None]
    incomplete_reason: Mapped[str | None] = mapped_column(String(1000))
    """Why it was handed up although papers were not checked."""
    scores: Mapped[dict[str, float]] = mapped_column(JSON, default=dict)
    """What the experts gave, by item, where the authority says so."""
    created_at: Mapped[datetime]


class BatchPaper(Base):
    """A paper of an entry, by the checklist as it was when the firm came in."""

    __tablename__ = "batch_paper"
    __table_args__ = (
        UniqueConstraint("entry_id", "code"),
        Index("ix_batch_paper_owner", "owner_id", "state"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    entry_id: Mapped[int] = mapped_column(ForeignKey("batch_entry.id"))
    position: Mapped[int]
    code: Mapped[str] = mapped_column(String(40))
    title_zh: Mapped[str] = mapped_column(String(300))
    title_en: Mapped[str] = mapped_column(String(300))
    state: Mapped[str] = mapped_column(String(12), default="missing")
    """``missing``, ``asked``, ``received``, ``checked`` or ``waived``."""
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    due_on: Mapped[date | None]
    attachment_id: Mapped[int | None] = mapped_column(
        ForeignKey("attachment.id", ondelete="SET NULL"), index=True
    )
    remark: Mapped[str] = mapped_column(String(500), default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    changed_at: Mapped[datetime | None]
