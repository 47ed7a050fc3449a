"""Runs of jobs: the row is claimed before the work."""

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from cultivate.db.base import Base


class JobRun(Base):
    """One period of one job; the primary key lets one scheduler of many do it."""

    __tablename__ = "job_run"
    __table_args__ = (Index("ix_job_run_last", "job", "finished_at"),)

    job: Mapped[str] = mapped_column(String(32), primary_key=True)
    period: Mapped[str] = mapped_column(String(32), primary_key=True)
    status: Mapped[str] = mapped_column(String(12))
    """``running``, ``done`` or ``failed``."""
    claimed_by: Mapped[str] = mapped_column(String(64))
    attempts: Mapped[int] = mapped_column(default=1)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    """Heartbeat of the worker; a ``running`` row whose heartbeat stopped is taken over."""
    finished_at: Mapped[datetime | None]
    result: Mapped[str | None] = mapped_column(Text)
    error: Mapped[str | None] = mapped_column(Text)


class SchedulerSeen(Base):
    """When a scheduler process last gave a sign of life: what ``/readyz`` looks at."""

    __tablename__ = "scheduler_seen"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    seen_at: Mapped[datetime]
