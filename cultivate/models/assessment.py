"""Assessments as they were made, and scenarios: what would be if."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cultivate.db.base import Base, BigId


class Assessment(Base):
    """The answer of a pack to the facts of a day, with both: it can be formed again and compared. Never edited."""

    __tablename__ = "assessment"
    __table_args__ = (Index("ix_assessment_of_firm", "firm_id", "track", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"))
    track: Mapped[str] = mapped_column(String(16))
    applied_on: Mapped[date]
    policy: Mapped[str] = mapped_column(String(40))
    digest: Mapped[str] = mapped_column(String(64))
    """Of the pack as it applied, local versions included."""
    local_versions: Mapped[list[int]] = mapped_column(JSON, default=list)
    """Ids of ``policy_pack``: the texts that lay over the shipped pack."""
    fingerprint: Mapped[str] = mapped_column(String(64))
    """Of pack and facts together: the same question has the same."""
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    result: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Without words, so that each reader gets it in their language."""
    verdict: Mapped[str] = mapped_column(String(8))
    occasion: Mapped[str] = mapped_column(String(16))
    """Why it was kept: ``asked``, ``proposed``, ``recommended``."""
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    made_at: Mapped[datetime]


class Scenario(Base):
    """Changed facts under a name; judged anew whenever it is opened, upon the facts of then."""

    __tablename__ = "scenario"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"), index=True)
    track: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(80))
    applied_on: Mapped[date]
    changes: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Path of a fact -> value; ``null`` takes it away."""
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    made_at: Mapped[datetime]
