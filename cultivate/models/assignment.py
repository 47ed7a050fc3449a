"""Who was in charge of a candidacy when, and hand-overs of many at once."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from cultivate.db.base import Base, BigId

_UNSEEN = text("seen_at IS NULL")


class Handover(Base):
    """One act that gave some or all of a person's candidacies to others."""

    __tablename__ = "handover"

    id: Mapped[int] = mapped_column(primary_key=True)
    from_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(1000))
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class Assignment(Base):
    """A line of the history of who is in charge: appended with each change, never edited but for ``seen_at``."""

    __tablename__ = "assignment"
    __table_args__ = (Index("ix_assignment_unseen", "to_id", postgresql_where=_UNSEEN, sqlite_where=_UNSEEN),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    candidacy_id: Mapped[int] = mapped_column(ForeignKey("candidacy.id"), index=True)
    from_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    to_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(1000), default="")
    handover_id: Mapped[int | None] = mapped_column(ForeignKey("handover.id"), index=True)
    seen_at: Mapped[datetime | None]
    """When the one now in charge took note of it; at once where they did it themselves or a job did."""
