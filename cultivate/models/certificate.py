"""Certificates: what an authority issued, from when it counts here, until when."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from cultivate.db.base import Base, BigId


class Certificate(Base):
    """A certificate, tied to the candidacy that it certifies."""

    __tablename__ = "certificate"
    __table_args__ = (Index("ix_certificate_end", "track", "status", "valid_through"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    candidacy_id: Mapped[int] = mapped_column(ForeignKey("candidacy.id"), index=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"), index=True)
    track: Mapped[str] = mapped_column(String(16))
    number: Mapped[str] = mapped_column(String(40), index=True)
    issued_on: Mapped[date]
    counts_from: Mapped[date]
    """Effective day of the move to ``certify``: the day of issue, later for a firm that moved in with it."""
    valid_through: Mapped[date | None]
    """Last day in force; ``None`` where the track knows no end."""
    status: Mapped[str] = mapped_column(String(12), default="valid")
    """``valid``, ``revoked`` or ``void`` (its recording was taken back). Lapse is a matter of the day, not a status."""
    revoked_on: Mapped[date | None]
    revoked_reason: Mapped[str | None] = mapped_column(Text)
    rename_reported_on: Mapped[date | None]
    """Day on which the firm told the authority of its last new name; number and validity stay."""
    relocation_case: Mapped[str | None] = mapped_column(String(200))
    """The other authority's case where the firm brought it along or took it away."""
    move_id: Mapped[int] = mapped_column(ForeignKey("stage_move.id"))
    import_batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)
    created_at: Mapped[datetime]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 SQLAlchemy's own protocol
