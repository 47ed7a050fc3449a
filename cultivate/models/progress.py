"""How far a long act has come: what the page asks while it waits."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from cultivate.db.base import Base


class Progress(Base):
    """One long act. Written in transactions of its own, so it can be seen before the act's own commit."""

    __tablename__ = "progress"

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    """``import:12``, ``upload:`` with the form's own mark …"""
    label: Mapped[str] = mapped_column(String(255), default="")
    """The file's name, or whatever tells the act from others."""
    phase: Mapped[str] = mapped_column(String(24))
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    updated_at: Mapped[datetime]
