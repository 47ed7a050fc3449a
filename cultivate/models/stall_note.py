"""Why a candidacy may stand still for a while, and what happens next."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from cultivate.db.base import Base, BigId


class StallNote(Base):
    """A reason and a next step: silent until its day, or until the candidacy leaves the stage.

    Appended, never edited but for ``ended_at``. ``stage`` and ``stage_since`` name the stay in a stage that it
    speaks of: it says nothing of a later one.
    """

    __tablename__ = "stall_note"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    candidacy_id: Mapped[int] = mapped_column(ForeignKey("candidacy.id"), index=True)
    stage: Mapped[str] = mapped_column(String(16))
    stage_since: Mapped[date]
    reason: Mapped[str] = mapped_column(String(16))
    """A code of ``packs/stalled.toml``."""
    words: Mapped[str] = mapped_column(String(500), default="")
    next_step: Mapped[str] = mapped_column(String(500))
    due_on: Mapped[date]
    owner_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    recorded_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """Before its day: taken back, or a later note took its place."""
