"""Papers: kept once by their hash, in the database, since nothing lives outside it."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from cultivate.db.base import Base, BigId


class StoredFile(Base):
    """A content, once, however often it was attached."""

    __tablename__ = "stored_file"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of the content, hexadecimal."""
    size: Mapped[int] = mapped_column(BigInteger)
    """Bytes."""
    media_type: Mapped[str] = mapped_column(String(100))
    """By its content, never by its name."""
    created_at: Mapped[datetime]


class StoredPart(Base):
    """A piece of a content, so that no process holds it whole."""

    __tablename__ = "stored_part"

    digest: Mapped[str] = mapped_column(
        ForeignKey("stored_file.digest", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class Attachment(Base):
    """A paper of a firm."""

    __tablename__ = "attachment"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"), index=True)
    kind: Mapped[str] = mapped_column(String(24), default="other")
    """``licence`` 营业执照, ``other`` …"""
    digest: Mapped[str] = mapped_column(ForeignKey("stored_file.digest"), index=True)
    name: Mapped[str] = mapped_column(String(255))
    note: Mapped[str] = mapped_column(String(500), default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    recorded_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service_record.id"), index=True)
    """The service that it shows: a photo of the visit, the minutes."""
