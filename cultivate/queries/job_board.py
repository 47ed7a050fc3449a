"""All jobs with their last and next run, as the administrator reads them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain.schedule import SCHEDULE
from cultivate.models import JobRun


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job; what is ``None`` has not happened yet."""

    name: str
    period: str | None
    status: str | None
    started_at: datetime | None
    finished_at: datetime | None
    attempts: int
    result: str | None
    error: str | None
    last_done_at: datetime | None
    next_at: datetime


def list_jobs(session: Session) -> list[JobRow]:
    """Every job of the schedule, in its order."""
    now = clock.now()
    done = dict(
        session.execute(
            select(JobRun.job, func.max(JobRun.finished_at))
            .where(JobRun.status == "done")
            .group_by(JobRun.job)
            .order_by(JobRun.job)
        ).all()
    )
    return [
        _row(name, _latest(session, name), done.get(name), SCHEDULE[name].after(now)) for name in SCHEDULE
    ]


def _latest(session: Session, name: str) -> JobRun | None:
    return session.scalar(
        select(JobRun)
        .where(JobRun.job == name)
        .order_by(JobRun.started_at.desc(), JobRun.period.desc())
        .limit(1)
    )


def _row(name: str, run: JobRun | None, done: datetime | None, next_at: datetime) -> JobRow:
    if run is None:
        return JobRow(name, None, None, None, None, 0, None, None, done, next_at)
    return JobRow(
        name,
        run.period,
        run.status,
        run.started_at,
        run.finished_at,
        run.attempts,
        run.result,
        run.error,
        done,
        next_at,
    )
