"""The delivery ledger: a letter is a row before it is sent."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from cultivate.db.base import Base, BigId


class Delivery(Base):
    """One letter to one person for one period; the unique key is what makes it single."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("kind", "period", "recipient_id"),
        Index("ix_delivery_queue", "status", "next_attempt_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(24))
    period: Mapped[str] = mapped_column(String(24))
    recipient_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    address: Mapped[str | None] = mapped_column(String(254))
    """``None``: the person has no address, the letter is read on ``/outbox`` only."""
    message_id: Mapped[str] = mapped_column(String(255), unique=True)
    """Derived from kind, period and recipient: a second try carries the same one."""
    subject: Mapped[str] = mapped_column(String(255))
    text: Mapped[str] = deferred(mapped_column("body_text", Text))
    html: Mapped[str] = deferred(mapped_column("body_html", Text))
    known_at: Mapped[datetime]
    composed_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(12), default="queued")
    """``queued``, ``sending`` (handed over, not yet confirmed here), ``sent``, ``failed`` or ``unsendable``."""
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None]
    claimed_at: Mapped[datetime | None]
    claimed_by: Mapped[str | None] = mapped_column(String(64))
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)
    parts: Mapped[list["DeliveryPart"]] = relationship(
        order_by="DeliveryPart.id", cascade="all, delete-orphan"
    )


class DeliveryPart(Base):
    """A picture or workbook of a letter."""

    __tablename__ = "delivery_part"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    content_type: Mapped[str] = mapped_column(String(120))
    content_id: Mapped[str | None] = mapped_column(String(80))
    """Set for a picture shown in the letter (``cid:``)."""
    content: Mapped[bytes] = deferred(mapped_column(LargeBinary))
