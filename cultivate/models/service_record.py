"""What was done for a firm."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from cultivate.db.base import Base, BigId


class ServiceRecord(Base):
    """A visit, a briefing, a diagnosis … with its follow-up."""

    __tablename__ = "service_record"
    __table_args__ = (Index("ix_service_follow_up", "follow_up_on", "followed_up_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    candidacy_id: Mapped[int] = mapped_column(ForeignKey("candidacy.id"), index=True)
    kind: Mapped[str] = mapped_column(String(24))
    on: Mapped[date] = mapped_column("served_on")
    note: Mapped[str] = mapped_column(Text, default="")
    follow_up_on: Mapped[date | None]
    followed_up_at: Mapped[datetime | None]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    recorded_at: Mapped[datetime]
