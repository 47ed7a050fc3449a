"""What was done for a firm."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from cultivate.db.base import Base, BigId


class ServiceRound(Base):
    """One occasion at which many firms were served: a briefing with forty firms. The records hang on it."""

    __tablename__ = "service_round"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(24))
    on: Mapped[date] = mapped_column("held_on", index=True)
    place: Mapped[str] = mapped_column(String(200), default="")
    participants: Mapped[str] = mapped_column(String(500), default="")
    """Besides the firms: the speaker, the authority, the bank."""
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    recorded_at: Mapped[datetime]


class ServiceRecord(Base):
    """A visit, a briefing, a diagnosis … with its follow-up.

    A visit that served both tracks is two rows that say the same and share ``visit_id``, the id of the first.
    """

    __tablename__ = "service_record"
    __table_args__ = (
        Index("ix_service_follow_up", "follow_up_on", "followed_up_at"),
        # who was visited lately, and so who was not
        Index("ix_service_record_served", "served_on", "candidacy_id", "withdrawn_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    candidacy_id: Mapped[int] = mapped_column(ForeignKey("candidacy.id"), index=True)
    kind: Mapped[str] = mapped_column(String(24))
    """A code of ``packs/service_kinds.toml``."""
    on: Mapped[date] = mapped_column("served_on")
    note: Mapped[str] = mapped_column(Text, default="")
    follow_up_on: Mapped[date | None]
    followed_up_at: Mapped[datetime | None]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    recorded_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    visit_id: Mapped[int | None] = mapped_column(BigId, index=True)
    round_id: Mapped[int | None] = mapped_column(ForeignKey("service_round.id"), index=True)
    participants: Mapped[str] = mapped_column(String(500), default="", server_default="")
    found: Mapped[str] = mapped_column(Text, default="", server_default="")
    promised: Mapped[str] = mapped_column(Text, default="", server_default="")
    follow_up: Mapped[str] = mapped_column(String(500), default="", server_default="")
    """What is to be done by ``follow_up_on``."""
    follow_up_owner_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    """Nobody named: it is for who is in charge."""
    outcome: Mapped[str] = mapped_column(String(1000), default="", server_default="")
    """What came of the follow-up."""
    withdrawn_at: Mapped[datetime | None]
    """Struck out: still shown, counts for nothing."""
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_reason: Mapped[str | None] = mapped_column(String(1000))
