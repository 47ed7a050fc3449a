"""The one table of jobs."""

from collections.abc import Callable
from dataclasses import dataclass

from cultivate.db.engine import Database
from cultivate.domain import schedule
from cultivate.domain.periods import Period, Slots
from cultivate.errors import N_, Invalid
from jobs import (
    certificate_expiry,
    duplicates,
    housekeeping,
    policy_screening,
    quality,
    reminders,
    renewals,
    screening,
    search_index,
    send_outbox,
    verify,
    weekly_letters,
)


@dataclass(frozen=True, slots=True)
class Job:
    """A row of the table. ``run`` works in transactions of its own, does nothing twice, and says what it did.

    ``catch_up`` is how many missed periods are made good, the latest included: one where a run puts right
    whatever the missed ones left undone, more where each period has something of its own to say.
    """

    name: str
    slots: Slots
    run: Callable[[Database, Period], str]
    catch_up: int


def _job(name: str, run: Callable[[Database, Period], str], catch_up: int = 1) -> Job:
    return Job(name, schedule.SCHEDULE[name], run, catch_up)


JOBS: dict[str, Job] = {
    job.name: job
    for job in (
        _job(schedule.CERTIFICATE_EXPIRY, certificate_expiry.run),
        _job(schedule.RENEWALS, renewals.run),
        _job(schedule.VERIFY, verify.run),
        _job(schedule.DUPLICATES, duplicates.run),
        _job(schedule.HOUSEKEEPING, housekeeping.run),
        _job(schedule.SCREENING, screening.run),
        _job(schedule.QUALITY, quality.run),
        _job(schedule.REMINDERS, reminders.run),
        _job(schedule.WEEKLY_LETTERS, weekly_letters.run, catch_up=12),
        _job(schedule.SEND_OUTBOX, send_outbox.run),
        _job(schedule.SEARCH_INDEX, search_index.run),
        _job(schedule.POLICY_SCREENING, policy_screening.run),
    )
}


def get_job(name: str) -> Job:
    """The job of that name; ``Invalid`` when there is none."""
    if name not in JOBS:
        raise Invalid(
            N_("There is no job “%(name)s”; there are %(known)s."),
            field="name",
            code="job-unknown",
            name=name,
            known=", ".join(JOBS),
        )
    return JOBS[name]


def if_complete() -> None:
    """Refuse to start when the schedule names a job that nobody does."""
    if missing := set(schedule.SCHEDULE) - set(JOBS):
        message = f"scheduled jobs without a function: {sorted(missing)}"
        raise RuntimeError(message)


if_complete()
