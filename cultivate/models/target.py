"""Targets: what a unit promised."""

from datetime import date

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cultivate.db.base import Base


class Target(Base):
    """Firms of a track in force at the close of ``target_on``, promised by a unit, from a baseline."""

    __tablename__ = "target"
    __table_args__ = (UniqueConstraint("unit_id", "track", "target_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan: Mapped[str] = mapped_column(String(64))
    unit_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"))
    track: Mapped[str] = mapped_column(String(16))
    baseline: Mapped[int]
    baseline_on: Mapped[date]
    value: Mapped[int]
    target_on: Mapped[date]
