"""Running a job: claim the period, work, write down what came of it. And finding what was missed."""

import traceback
from collections.abc import Iterator
from dataclasses import dataclass

from cultivate import clock
from cultivate.db.engine import Database
from cultivate.domain.periods import Period
from cultivate.log import log
from cultivate.queries import jobs as runs
from jobs.claims import Claim, claim, finish, heartbeat
from jobs.registry import JOBS, Job, get_job
from jobs.workers import worker_name

ERROR_LENGTH = 2000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one period: ``done`` or ``failed`` here and now, else why it was not begun."""

    job: str
    period: str
    status: str
    message: str = ""

    @property
    def failed(self) -> bool:
        """Whether the work was tried and did not succeed."""
        return self.status == "failed"


def run_once(database: Database, name: str, key: str | None = None) -> Outcome:
    """Do one period by hand: the one named, else the latest whose slot has come."""
    job = get_job(name)
    period = job.slots.latest(clock.now()) if key is None else job.slots.parse(key, clock.zone())
    return run_period(database, job, period, patient=False)


def run_due(database: Database, job: Job) -> list[Outcome]:
    """Do all periods of a job that are due and not done, the oldest first."""
    return [run_period(database, job, period) for period in due(database, job)]


def run_all_due(database: Database) -> list[Outcome]:
    """The sweep at the start and every minute: what was missed, what failed, whose worker died."""
    return [outcome for job in JOBS.values() for outcome in run_due(database, job)]


def due(database: Database, job: Job) -> list[Period]:
    """Periods that are not done: as far back as the job's table row says, and as the installation reaches."""
    with database.reading() as session:
        installed = runs.installed_at(session)
        if installed is None:
            return []
        slots = [period for period in _back(job) if period.slot >= installed]
        done = runs.done_periods(session, job.name, [period.key for period in slots])
    return [period for period in reversed(slots) if period.key not in done]


def _back(job: Job) -> Iterator[Period]:
    period = job.slots.latest(clock.now())
    for _ in range(job.catch_up):
        yield period
        period = job.slots.before(period)


def run_period(database: Database, job: Job, period: Period, *, patient: bool = True) -> Outcome:
    """Claim, work, mark. An error of the work is written down, and it is tried again later."""
    worker = worker_name()
    taken = claim(database, job.name, period.key, worker, patient=patient)
    if taken is not Claim.MINE:
        return Outcome(job.name, period.key, taken)
    try:
        with heartbeat(database, job.name, period.key, worker):
            result = job.run(database, period)
    except Exception as error:  # noqa: BLE001 whatever a job dies of, the other jobs go on and the row says why
        log.error("job failed", job=job.name, period=period.key, exc_info=error)
        text = "".join(traceback.format_exception_only(error)).strip()[:ERROR_LENGTH]
        finish(database, job.name, period.key, worker, error=text)
        return Outcome(job.name, period.key, "failed", text)
    if not finish(database, job.name, period.key, worker, result=result):
        log.warning("job was taken over while it ran", job=job.name, period=period.key)
    log.info("job done", job=job.name, period=period.key, result=result)
    return Outcome(job.name, period.key, "done", result)
