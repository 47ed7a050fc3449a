"""Runs of jobs and signs of life."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cultivate.models import JobRun, SchedulerSeen, User


def scheduler_seen(session: Session) -> datetime | None:
    """When any scheduler last gave a sign of life."""
    return session.scalar(select(func.max(SchedulerSeen.seen_at)))


def last_run(session: Session, job: str) -> JobRun | None:
    """The run of a job that ended last."""
    return session.scalar(
        select(JobRun)
        .where(JobRun.job == job, JobRun.finished_at.is_not(None))
        .order_by(JobRun.finished_at.desc(), JobRun.period.desc())
        .limit(1)
    )


def find_run(session: Session, job: str, period: str) -> JobRun | None:
    """What became of one period of a job; ``None`` when nobody has begun it."""
    return session.get(JobRun, (job, period), populate_existing=True)


def done_periods(session: Session, job: str, periods: Collection[str]) -> set[str]:
    """Which of these periods are done."""
    return set(
        session.scalars(
            select(JobRun.period)
            .where(JobRun.job == job, JobRun.status == "done", JobRun.period.in_(periods))
            .order_by(JobRun.period)
        )
    )


def previous_done(session: Session, job: str, period: str) -> str | None:
    """The last period before this one that was done: where its successor starts. Keys sort as text."""
    return session.scalar(
        select(func.max(JobRun.period)).where(
            JobRun.job == job, JobRun.status == "done", JobRun.period < period
        )
    )


def installed_at(session: Session) -> datetime | None:
    """Since when somebody uses this installation: slots before that were never missed."""
    return session.scalar(select(func.min(User.created_at)))
