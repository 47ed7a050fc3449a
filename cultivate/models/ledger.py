"""The ledger: moves, postings and their roll-up.

Moves and postings are appended, never changed: a trigger of the database forbids UPDATE and DELETE (see
the first migration). Only ``services/ledger.py`` writes these tables.
"""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from cultivate.db.base import Base, BigId


class StageMove(Base):
    """A fact: this candidacy went from here to there, on that day, as recorded then, by whom and why."""

    __tablename__ = "stage_move"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    candidacy_id: Mapped[int] = mapped_column(ForeignKey("candidacy.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    """``move``, ``transfer`` or ``reversal``."""
    from_account: Mapped[str] = mapped_column(String(16))
    to_account: Mapped[str] = mapped_column(String(16))
    from_street_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"))
    from_park_id: Mapped[int | None] = mapped_column(ForeignKey("org_unit.id"))
    to_street_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"))
    to_park_id: Mapped[int | None] = mapped_column(ForeignKey("org_unit.id"))
    effective_on: Mapped[date]
    recorded_at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    """``None`` for a job."""
    source: Mapped[str] = mapped_column(String(12))
    """By which door: ``page``, ``api``, ``cli``, ``import``, ``list`` or ``job``."""
    reason: Mapped[str | None] = mapped_column(Text)
    evidence: Mapped[str | None] = mapped_column(Text)
    override_reason: Mapped[str | None] = mapped_column(Text)
    retry_year: Mapped[int | None]
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("stage_move.id"), unique=True)
    caused_by_id: Mapped[int | None] = mapped_column(ForeignKey("stage_move.id"), index=True)
    """The move of another candidacy that brought this one about (a renewal supersedes)."""
    transfer_id: Mapped[int | None] = mapped_column(ForeignKey("transfer.id"), index=True)
    import_batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)


class Posting(Base):
    """What a move does to the counts: two rows a move, -1 where it leaves and +1 where it enters."""

    __tablename__ = "posting"
    __table_args__ = (
        Index("ix_posting_account", "track", "account", "effective_on"),
        # track first: SQLite would else read all of the track by the index above, which already groups by account
        Index("ix_posting_recorded", "track", "recorded_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    move_id: Mapped[int] = mapped_column(ForeignKey("stage_move.id"), index=True)
    candidacy_id: Mapped[int] = mapped_column(ForeignKey("candidacy.id"), index=True)
    track: Mapped[str] = mapped_column(String(16))
    account: Mapped[str] = mapped_column(String(16))
    street_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"))
    park_id: Mapped[int | None] = mapped_column(ForeignKey("org_unit.id"))
    effective_on: Mapped[date]
    recorded_at: Mapped[datetime]
    amount: Mapped[int]
    entered: Mapped[int] = mapped_column(default=0)
    left: Mapped[int] = mapped_column("left_", default=0)
    moved_in: Mapped[int] = mapped_column(default=0)
    moved_out: Mapped[int] = mapped_column(default=0)


class LedgerRollup(Base):
    """Sums of postings by year, month and day: any balance is a sum over some dozens of these rows."""

    __tablename__ = "ledger_rollup"

    track: Mapped[str] = mapped_column(String(16), primary_key=True)
    grain: Mapped[str] = mapped_column(String(1), primary_key=True)
    period: Mapped[date] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(String(16), primary_key=True)
    street_id: Mapped[int] = mapped_column(primary_key=True)
    park_id: Mapped[int] = mapped_column(primary_key=True)
    """0 for no park."""
    delta: Mapped[int]
    entered: Mapped[int]
    left: Mapped[int] = mapped_column("left_")
    moved_in: Mapped[int]
    moved_out: Mapped[int]
