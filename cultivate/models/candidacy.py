"""Candidacies: one firm's way through the stages of one track."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from cultivate.db.base import Base, BigId

_OPEN = text("stage IN ('discover', 'serve', 'recommend')")


class Candidacy(Base):
    """A way through a track. ``stage``, ``street_id``, ``park_id`` and ``stage_since`` are a cache.

    They repeat the fold of the moves, so that lists can filter; ``cultivate verify`` compares the two. Only
    the ledger's writer sets them.
    """

    __tablename__ = "candidacy"
    __table_args__ = (
        UniqueConstraint("firm_id", "track", "cycle"),
        Index(
            "uq_candidacy_open", "firm_id", "track", unique=True, postgresql_where=_OPEN, sqlite_where=_OPEN
        ),
        Index("ix_candidacy_pipeline", "track", "stage", "stage_since", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"), index=True)
    track: Mapped[str] = mapped_column(String(16))
    cycle: Mapped[int] = mapped_column(default=1)
    """1 for the first way of the firm through the track, 2 for its re-recognition …"""
    stage: Mapped[str] = mapped_column(String(16))
    stage_since: Mapped[date]
    """Effective day of the move that brought it into ``stage`` (a transfer does not start it anew)."""
    street_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"))
    park_id: Mapped[int | None] = mapped_column(ForeignKey("org_unit.id"))
    renews_id: Mapped[int | None] = mapped_column(ForeignKey("candidacy.id"), index=True)
    in_charge_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    """Who opened it, until someone else is named."""
    retry_year: Mapped[int | None]
    """Year in which a firm that was not passed may try again."""
    created_at: Mapped[datetime]


class Proposal(Base):
    """A caseworker's proposal of a move that only the bureau decides."""

    __tablename__ = "proposal"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    candidacy_id: Mapped[int] = mapped_column(ForeignKey("candidacy.id"), index=True)
    to: Mapped[str] = mapped_column("to_stage", String(16))
    reason: Mapped[str] = mapped_column(String(1000))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("application_batch.id"), index=True)
    """The application batch that it is proposed for."""
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    proposed_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(16), default="waiting", index=True)
    """``waiting``, ``accepted`` or ``declined``."""
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None]
    answer: Mapped[str | None] = mapped_column(String(1000))


class Transfer(Base):
    """A firm's change of street or park: the act that the transfer moves of its candidacies belong to."""

    __tablename__ = "transfer"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"), index=True)
    from_street_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"))
    from_park_id: Mapped[int | None] = mapped_column(ForeignKey("org_unit.id"))
    to_street_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"))
    to_park_id: Mapped[int | None] = mapped_column(ForeignKey("org_unit.id"))
    effective_on: Mapped[date]
    reason: Mapped[str] = mapped_column(String(1000))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    recorded_at: Mapped[datetime]
    reversed_at: Mapped[datetime | None]
