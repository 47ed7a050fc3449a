"""Claiming a period of a job: the row in ``job_run`` that makes it single, whoever runs.

Each function is a short transaction of its own, apart from the work, so that others see the claim at once.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import CursorResult, and_, or_, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.db.engine import Database
from cultivate.db.upsert import insert_for
from cultivate.log import log
from cultivate.models import JobRun
from cultivate.queries import jobs as runs

#: a worker gives a sign of life this often …
BEAT_SECONDS = 20.0
#: … and one that gave none for so long was killed: somebody else takes its period over
LEASE = timedelta(minutes=3)
#: minutes between tries of a period that failed; the last one goes on for ever
BACK_OFF = (1, 5, 15, 60)


class Claim(StrEnum):
    """What came of asking for a period."""

    MINE = "mine"
    DONE = "already-done"
    BUSY = "busy"
    WAITING = "waiting"


def claim(database: Database, job: str, period: str, worker: str, *, patient: bool = True) -> Claim:
    """Take a period: a new one, one whose worker died, or one that failed and has waited long enough.

    ``patient=False`` (a person asks by hand) takes a failed one at once.
    """
    now = clock.now()
    with database.unit_of_work() as session:
        if _insert(session, job, period, worker, now):
            return Claim.MINE
        run = runs.find_run(session, job, period)
        if run is None or run.status == "done":
            return Claim.DONE
        if run.status == "failed" and patient and now < retry_at(run):
            return Claim.WAITING
        return Claim.MINE if _take_over(session, run, worker, now) else Claim.BUSY


def retry_at(run: JobRun) -> datetime:
    """When a failed period is tried again."""
    wait = BACK_OFF[min(run.attempts, len(BACK_OFF)) - 1]
    return (run.finished_at or run.seen_at) + timedelta(minutes=wait)


def _insert(session: Session, job: str, period: str, worker: str, now: datetime) -> bool:
    statement = insert_for(session, JobRun).values(
        job=job, period=period, status="running", claimed_by=worker, attempts=1, started_at=now, seen_at=now
    )
    return session.scalar(statement.on_conflict_do_nothing().returning(JobRun.job)) is not None


def _take_over(session: Session, run: JobRun, worker: str, now: datetime) -> bool:
    """Only if it still is as it was read: of two who see the same dead worker, one gets it."""
    free = or_(
        and_(JobRun.status == "running", JobRun.seen_at < now - LEASE),
        JobRun.status == "failed",
    )
    statement = (
        update(JobRun)
        .where(JobRun.job == run.job, JobRun.period == run.period, JobRun.attempts == run.attempts, free)
        .values(
            status="running",
            claimed_by=worker,
            attempts=run.attempts + 1,
            started_at=now,
            seen_at=now,
            finished_at=None,
        )
        .execution_options(synchronize_session=False)
    )
    return _rows(session.execute(statement)) == 1


def finish(
    database: Database,
    job: str,
    period: str,
    worker: str,
    *,
    result: str | None = None,
    error: str | None = None,
) -> bool:
    """Write down how it ended; ``False`` when the period had meanwhile been taken over."""
    now = clock.now()
    with database.unit_of_work() as session:
        return _update_mine(
            session,
            (job, period, worker),
            status="done" if error is None else "failed",
            result=result,
            error=error,
            seen_at=now,
            finished_at=now,
        )


@contextmanager
def heartbeat(database: Database, job: str, period: str, worker: str) -> Iterator[None]:
    """Say every few seconds that the worker lives, from a thread beside the work."""
    ended = threading.Event()

    def beat() -> None:
        while not ended.wait(BEAT_SECONDS):
            try:
                with database.unit_of_work() as session:
                    _update_mine(session, (job, period, worker), seen_at=clock.now())
            except OperationalError as error:  # the database is busy: the lease lasts for several beats
                log.warning("heartbeat missed", job=job, period=period, error=str(error.orig))

    thread = threading.Thread(target=beat, name=f"heartbeat {job}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _update_mine(session: Session, key: tuple[str, str, str], **values: object) -> bool:
    job, period, worker = key
    statement = (
        update(JobRun)
        .where(
            JobRun.job == job,
            JobRun.period == period,
            JobRun.claimed_by == worker,
            JobRun.status == "running",
        )
        .values(**values)
    )
    return _rows(session.execute(statement)) == 1


def _rows(result: object) -> int:
    return result.rowcount if isinstance(result, CursorResult) else 0
