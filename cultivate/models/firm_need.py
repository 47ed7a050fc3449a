"""What a firm asked for."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cultivate.db.base import Base, BigId


class FirmNeed(Base):
    """A wish of a firm: whose it is to answer, until when, and what was answered."""

    __tablename__ = "firm_need"
    __table_args__ = (Index("ix_firm_need_state_due_on", "state", "due_on"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"), index=True)
    kind: Mapped[str] = mapped_column(String(24))
    """A code of ``packs/need_kinds.toml``."""
    text: Mapped[str] = mapped_column(String(1000))
    raised_on: Mapped[date]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    recorded_at: Mapped[datetime]
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service_record.id"), index=True)
    """The visit at which it was said."""
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    """Nobody named: it is the bureau's."""
    due_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(String(12), default="open")
    """``open``, ``answered``, ``declined`` or ``withdrawn``."""
    answer: Mapped[str] = mapped_column(String(1000), default="")
    answered_on: Mapped[date | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
