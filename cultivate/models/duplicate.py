"""Firms that may be one, firms that were made one, and firms that belong together without being one."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cultivate.db.base import Base, BigId


class DuplicatePair(Base):
    """Two firms that look like one; a person decides, once."""

    __tablename__ = "duplicate_pair"
    __table_args__ = (UniqueConstraint("firm_id", "other_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"))
    """The lower id of the two."""
    other_id: Mapped[int] = mapped_column(ForeignKey("firm.id"), index=True)
    reasons: Mapped[list[Any]] = mapped_column(JSON, default=list)
    """Why: ``former-name``, ``same-name``, ``near-name``, ``same-phone``, ``same-address`` …"""
    likeness: Mapped[int] = mapped_column(default=0)
    """0 to 100; what the queue is sorted by."""
    hint: Mapped[str] = mapped_column(String(12), default="same")
    """What they probably are: a code of ``domain/duplicates``."""
    facts: Mapped[str] = mapped_column(String(64), default="")
    """Digest of codes and names of both: a decision holds until these change."""
    status: Mapped[str] = mapped_column(String(12), default="waiting", index=True)
    """``waiting``, ``merged``, ``linked``, ``distinct``, or ``gone`` when it no longer is one."""
    found_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None]


class FirmMerge(Base):
    """One merge: ``gone`` became a tombstone that leads to ``kept``. ``details`` name every row that changed hands."""

    __tablename__ = "firm_merge"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kept_id: Mapped[int] = mapped_column(ForeignKey("firm.id"), index=True)
    gone_id: Mapped[int] = mapped_column(ForeignKey("firm.id"), index=True)
    reason: Mapped[str] = mapped_column(String(1000), default="")
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    merged_at: Mapped[datetime]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    undone_at: Mapped[datetime | None]


class FirmLink(Base):
    """Two firms that belong together and stay two: a branch, a successor."""

    __tablename__ = "firm_link"
    __table_args__ = (UniqueConstraint("firm_id", "other_id", "kind"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"))
    other_id: Mapped[int] = mapped_column(ForeignKey("firm.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    """What ``other`` is to ``firm``: ``branch`` 分支机构, ``successor`` 承继企业, ``affiliate`` 关联企业."""
    since: Mapped[date | None]
    note: Mapped[str] = mapped_column(String(500), default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    recorded_at: Mapped[datetime]
