"""Faults of the register that somebody has taken up."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from cultivate.db.base import Base, BigId

_OPEN = text("closed_at IS NULL")


class QualityTask(Base):
    """Who mends a fault of a firm's record, and by when. It closes itself once the fault is gone."""

    __tablename__ = "quality_task"
    __table_args__ = (
        Index(
            "uq_quality_task_open",
            "firm_id",
            "rule",
            unique=True,
            postgresql_where=_OPEN,
            sqlite_where=_OPEN,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"), index=True)
    rule: Mapped[str] = mapped_column(String(40))
    """A code of ``domain/quality``."""
    owner_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    due_on: Mapped[date]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(String(12), default="")
    """``mended``, or ``given_up`` with the reason in ``note``."""
    note: Mapped[str] = mapped_column(String(500), default="")
