"""The clock: APScheduler starts each job at its slots, and once a minute whatever was missed.

Its store is memory and its ticks are only hints: what is due is read from the database, and a claim makes
each period single. So any number of schedulers may run, and one that was away loses nothing.
"""

import signal
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.blocking import BlockingScheduler
from sqlalchemy import delete
from sqlalchemy.exc import OperationalError

from cultivate import clock
from cultivate.db.upsert import insert_for
from cultivate.extensions import database
from cultivate.log import log
from cultivate.models import SchedulerSeen
from jobs.registry import JOBS
from jobs.runner import run_all_due, run_due
from jobs.workers import worker_name

if TYPE_CHECKING:
    from flask import Flask

SEEN_SECONDS = 30
SWEEP_SECONDS = 60
#: a tick that comes late is still worth it: APScheduler's own patience is one second
GRACE_SECONDS = 3600
#: processes that gave no sign for so long are forgotten
FORGET_AFTER = timedelta(days=1)


def run_forever(app: "Flask") -> None:
    """``cultivate scheduler``: until SIGTERM or Ctrl-C; a job that runs is let finish."""
    scheduler = _prepare(BlockingScheduler, app)

    def stop(_signal: int, _frame: object) -> None:
        # in a thread, because the handler may have interrupted the holder of the scheduler's locks;
        # the executor's threads end their work before the process ends
        threading.Thread(target=scheduler.shutdown, kwargs={"wait": False}).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    log.info("scheduler started", worker=worker_name(), jobs=list(JOBS))
    scheduler.start()
    log.info("scheduler stopped", worker=worker_name())


def start_background(app: "Flask") -> Callable[[], None]:
    """The same in a thread of another program (``cultivate demo``); returns what stops it."""
    scheduler = _prepare(BackgroundScheduler, app)
    scheduler.start()

    def stop() -> None:
        scheduler.shutdown(wait=True)

    return stop


def _prepare(kind: Any, app: "Flask") -> Any:
    scheduler = kind(
        timezone=clock.zone(),
        executors={"default": ThreadPoolExecutor(4)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": GRACE_SECONDS},
    )
    now = clock.now()
    for job in JOBS.values():
        scheduler.add_job(_in_app(app, _do, job.name), "cron", id=job.name, **job.slots.cron())
    scheduler.add_job(_in_app(app, _seen), "interval", seconds=SEEN_SECONDS, id="seen", next_run_time=now)
    scheduler.add_job(_in_app(app, _sweep), "interval", seconds=SWEEP_SECONDS, id="sweep", next_run_time=now)
    return scheduler


def _in_app(app: "Flask", work: Callable[..., None], *arguments: str) -> Callable[[], None]:
    """Inside the application's context; a database that does not answer is waited for."""

    def tick() -> None:
        with app.app_context():
            try:
                work(*arguments)
            except OperationalError as error:
                log.error("database", error=str(error.orig))

    return tick


def _do(name: str) -> None:
    run_due(database(), JOBS[name])


def _sweep() -> None:
    run_all_due(database())


def _seen() -> None:
    """Give a sign of life; what ``/readyz`` looks at."""
    now = clock.now()
    with database().unit_of_work() as session:
        statement = insert_for(session, SchedulerSeen).values(name=worker_name(), seen_at=now)
        session.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"seen_at": now}))
        session.execute(delete(SchedulerSeen).where(SchedulerSeen.seen_at < now - FORGET_AFTER))
