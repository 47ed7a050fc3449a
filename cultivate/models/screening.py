"""The screening: where each firm stood for a filing when it was last looked at, the runs, and what they changed."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column

from cultivate.db.base import Base, BigId


class Screening(Base):
    """One firm, one track, one year of filing. Made anew from facts and packs at any time."""

    __tablename__ = "screening"
    __table_args__ = (
        Index("ix_screening_order", "track", "filing_year", "readiness", "closeness", "firm_id"),
    )

    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"), primary_key=True)
    track: Mapped[str] = mapped_column(String(16), primary_key=True)
    filing_year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    policy: Mapped[str] = mapped_column(String(40))
    digest: Mapped[str] = mapped_column(String(64))
    """Of the pack, with the local versions of the firm's street and park."""
    fingerprint: Mapped[str] = mapped_column(String(64))
    """Of pack, day and facts: while it is the same, the firm is not looked at again."""
    verdict: Mapped[str] = mapped_column(String(8))
    readiness: Mapped[str] = mapped_column(String(8))
    """A class of ``domain/policy/readiness``."""
    closeness: Mapped[str] = mapped_column(String(64))
    """Sorts: the cheapest to close first."""
    not_met: Mapped[int]
    unknown: Mapped[int]
    lacking: Mapped[int]
    """Of the unknown ones, those for want of a figure."""
    hardest: Mapped[str] = mapped_column(String(12))
    money: Mapped[Decimal] = mapped_column(Numeric(16, 4))
    people: Mapped[int]
    days: Mapped[int]
    points: Mapped[int]
    growth: Mapped[Decimal | None] = mapped_column(Numeric(14, 4))
    rd_ratio: Mapped[Decimal | None] = mapped_column(Numeric(14, 4))
    rd_year: Mapped[int | None]
    class1: Mapped[int | None]
    gaps: Mapped[list[Any]] = mapped_column(JSON)
    """Conditions that are not met or not known: id, result, shortfall, unit, missing facts."""
    assessed_at: Mapped[datetime]


class ScreeningRun(Base):
    """One look at all firms for a filing."""

    __tablename__ = "screening_run"
    __table_args__ = (Index("ix_screening_run_last", "track", "filing_year", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    track: Mapped[str] = mapped_column(String(16))
    filing_year: Mapped[int]
    applied_on: Mapped[date]
    """The day of filing that was assumed."""
    digest: Mapped[str] = mapped_column(String(64))
    """Of the packs that held in the district and in its units that day."""
    occasion: Mapped[str] = mapped_column(String(12))
    """``nightly``, ``asked`` or ``pack``."""
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    firms: Mapped[int] = mapped_column(default=0)
    assessed: Mapped[int] = mapped_column(default=0)
    """Of them, those whose facts or rules had changed."""
    gained: Mapped[int] = mapped_column(default=0)
    lost: Mapped[int] = mapped_column(default=0)


class ScreeningChange(Base):
    """A firm that a run put into another class."""

    __tablename__ = "screening_change"

    run_id: Mapped[int] = mapped_column(ForeignKey("screening_run.id"), primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"), primary_key=True, index=True)
    before: Mapped[str] = mapped_column(String(8))
    after: Mapped[str] = mapped_column(String(8))
    by_rules: Mapped[bool]
    """Whether the rules had changed for it, else its facts."""
