"""The yearly report that the holder of a certificate owes its authority."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cultivate.db.base import Base, BigId


class YearlyReport(Base):
    """What is known of one report. One that is due, or that nobody noted, has no row."""

    __tablename__ = "yearly_report"
    __table_args__ = (
        UniqueConstraint("certificate_id", "year"),
        Index("ix_yearly_report_year_state", "year", "state"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"))
    year: Mapped[int]
    """The year reported on; the report is due in the year after."""
    state: Mapped[str] = mapped_column(String(12))
    """``filed``, ``missed``, ``not_required``, or ``withdrawn``: the note was taken back and says nothing."""
    filed_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(String(500), default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    noted_at: Mapped[datetime]
