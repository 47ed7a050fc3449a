"""Runs of jobs and signs of life."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cultivate.models import JobRun, SchedulerSeen


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
