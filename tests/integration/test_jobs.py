"""Jobs: each period once, whoever runs and whatever was missed."""

import os
import signal
import time
from datetime import datetime, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select, update

from cultivate import clock
from cultivate.cli import main
from cultivate.domain import schedule
from cultivate.errors import Invalid
from cultivate.models import Delivery, IdempotencyKey, ImportBatch, JobRun, SchedulerSeen, User
from jobs import claims, registry, runner
from jobs.claims import Claim, claim
from jobs.registry import JOBS, Job
from tests import processes
from tests.mail_server import serving

NAMES = {
    "weekly-letters",
    "send-outbox",
    "certificate-expiry",
    "renewals",
    "reminders",
    "verify",
    "housekeeping",
    "quality",
    "duplicates",
    "search-index",
    "screening",
    "policy-screening",
}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=clock.zone())


@pytest.fixture
def database(app):
    return app.extensions["database"]


@pytest.fixture
def installed(world, database):
    """People who have been here since 1 September 2026."""
    world.session.execute(update(User).values(created_at=at("2026-09-01T09:00")))
    world.session.commit()
    return world


def run_row(database, job: str, period: str) -> JobRun:
    with database.reading() as session:
        return session.get(JobRun, (job, period))


@pytest.fixture
def tally(monkeypatch):
    """A job of tests, weekly, that counts its periods and fails when told to."""
    done: list[str] = []
    failing: list[str] = []

    def run(_database, period) -> str:
        if period.key in failing:
            raise ValueError("no such luck")
        done.append(period.key)
        return f"did {period.key} as of {period.as_of}"

    job = Job("tally", schedule.SCHEDULE[schedule.WEEKLY_LETTERS], run, 12)
    monkeypatch.setitem(JOBS, "tally", job)
    return job, done, failing


def test_the_table_names_every_job_of_the_schedule(monkeypatch):
    assert set(JOBS) == set(schedule.SCHEDULE) == NAMES
    registry.if_complete()
    monkeypatch.setattr(schedule, "SCHEDULE", {**schedule.SCHEDULE, "forgotten": None})
    with pytest.raises(RuntimeError, match="forgotten"):
        registry.if_complete()


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_job_done_twice_does_nothing_the_second_time(installed, database, name):
    with clock.standing_at(at("2026-11-23T09:00")):
        first = runner.run_once(database, name)
        assert first.status == "done", first.message
        with database.reading() as session:
            letters = session.scalar(select(func.count()).select_from(Delivery))
        assert runner.run_once(database, name).status == "already-done"
        with database.unit_of_work() as session:  # and even if its row were lost
            session.delete(session.get(JobRun, (name, first.period)))
        assert runner.run_once(database, name).status == "done"
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Delivery)) == letters


def test_missed_periods_are_done_oldest_first_each_for_its_own_day(installed, database, tally):
    job, done, _failing = tally
    with clock.standing_at(at("2026-11-02T08:30")):
        runner.run_once(database, "tally")
    with clock.standing_at(at("2026-11-23T08:29")):
        outcomes = runner.run_due(database, job)
        assert [outcome.period for outcome in outcomes][-2:] == ["2026-W45", "2026-W46"]
        assert run_row(database, "tally", "2026-W45").result == "did 2026-W45 as of 2026-11-08"
    with clock.standing_at(at("2026-11-23T08:30")):
        assert [outcome.period for outcome in runner.run_due(database, job)] == ["2026-W47"]
        assert runner.run_due(database, job) == []
    assert done == ["2026-W44", *(f"2026-W{week}" for week in (36, 37, 38, 39, 40, 41, 42, 43)), *done[-3:]]


def test_nothing_was_missed_before_the_installation(installed, database, tally):
    job, _done, _failing = tally
    with clock.standing_at(at("2026-09-01T12:00")):
        assert runner.run_due(database, job) == []
    with clock.standing_at(at("2027-02-01T12:00")):
        assert len(runner.run_due(database, job)) == 12


def test_an_installation_without_people_runs_nothing(app, tally):
    assert runner.due(app.extensions["database"], tally[0]) == []


def test_what_fails_is_written_down_and_tried_again_later(installed, database, tally):
    job, done, failing = tally
    failing.append("2026-W47")
    with database.unit_of_work() as session:
        session.execute(update(User).values(created_at=at("2026-11-22T09:00")))
    moment = at("2026-11-23T08:30")
    for attempt, wait in enumerate((1, 5, 15, 60, 60), start=1):
        with clock.standing_at(moment):
            assert [outcome.status for outcome in runner.run_due(database, job)] == ["failed"]
            row = run_row(database, "tally", "2026-W47")
            assert (row.status, row.error, row.attempts) == ("failed", "ValueError: no such luck", attempt)
        with clock.standing_at(moment + timedelta(minutes=wait, seconds=-1)):
            assert [outcome.status for outcome in runner.run_due(database, job)] == [Claim.WAITING]
        moment += timedelta(minutes=wait)
    failing.clear()
    with clock.standing_at(moment - timedelta(minutes=30)):
        assert runner.run_once(database, "tally").status == "done", "by hand at once"
    assert done == ["2026-W47"]
    assert run_row(database, "tally", "2026-W47").error is None


def test_a_killed_worker_s_period_is_taken_over_by_one(installed, database, tally):
    with clock.standing_at(at("2026-11-23T08:30")):
        assert claim(database, "tally", "2026-W47", "dead") is Claim.MINE
        assert claim(database, "tally", "2026-W47", "other") is Claim.BUSY
    with clock.standing_at(at("2026-11-23T08:33:01")):
        assert claim(database, "tally", "2026-W47", "other") is Claim.MINE
        assert claim(database, "tally", "2026-W47", "third") is Claim.BUSY
        assert not claims.finish(database, "tally", "2026-W47", "dead", result="too late")
        assert claims.finish(database, "tally", "2026-W47", "other", result="done")
        assert claim(database, "tally", "2026-W47", "third") is Claim.DONE
    assert run_row(database, "tally", "2026-W47").attempts == 2


def test_a_worker_that_lives_says_so(installed, database, tally, monkeypatch):
    monkeypatch.setattr(claims, "BEAT_SECONDS", 0.05)
    with clock.standing_at(clock.now() - timedelta(minutes=2)):
        claim(database, "tally", "2026-W47", "me")
    before = run_row(database, "tally", "2026-W47").seen_at
    with claims.heartbeat(database, "tally", "2026-W47", "me"):
        time.sleep(0.4)
    assert run_row(database, "tally", "2026-W47").seen_at > before


def test_housekeeping_clears_what_has_had_its_day(installed, database):
    now = at("2026-11-23T03:00")
    with database.unit_of_work() as session:
        for job, days in (("send-outbox", 2), ("send-outbox", 0), ("verify", 400)):
            moment = now - timedelta(days=days, minutes=1)
            session.add(
                JobRun(
                    job=job,
                    period=f"{days}",
                    status="done",
                    claimed_by="x",
                    attempts=1,
                    started_at=moment,
                    seen_at=moment,
                )
            )
            session.add(
                IdempotencyKey(
                    user_id=installed.users["bureau"].id,
                    key=f"{job}{days}",
                    request="",
                    status=200,
                    answer={},
                    at=moment,
                )
            )
        for status in ("preview", "committed"):
            session.add(
                ImportBatch(
                    kind="firms",
                    status=status,
                    file_name="x.csv",
                    digest="",
                    content=b"x",
                    created_at=now - timedelta(days=31),
                )
            )
    with clock.standing_at(at("2026-11-23T09:00")):
        assert runner.run_once(database, "housekeeping").status == "done"
    with database.reading() as session:
        assert set(session.scalars(select(JobRun.period).where(JobRun.job == "send-outbox"))) == {"0"}
        assert session.scalar(select(func.count()).select_from(IdempotencyKey)) == 2
        assert sorted(session.scalars(select(ImportBatch.status))) == ["committed", "dropped"]


def test_an_unknown_job_or_period_is_refused(installed, database):
    with pytest.raises(Invalid):
        runner.run_once(database, "make-coffee")
    with pytest.raises(Invalid):
        runner.run_once(database, "verify", "2026-W47")


def test_the_commands_run_and_list_jobs(installed, clean_database, monkeypatch):
    monkeypatch.setenv("CULTIVATE_DATABASE_URL", clean_database)
    command = CliRunner()
    ran = command.invoke(main, ["jobs", "run", "verify", "--period", "2026-11-22", "--json"])
    assert ran.exit_code == 0, ran.output
    assert '"status": "done"' in ran.stdout
    again = command.invoke(main, ["jobs", "run", "verify", "--period", "2026-11-22", "--json"])
    assert (again.exit_code, '"status": "already-done"' in again.stdout) == (0, True)
    listed = command.invoke(main, ["jobs", "list", "--json"])
    assert set(listed.stdout.replace('"', " ").split()) >= NAMES
    assert command.invoke(main, ["jobs", "run", "make-coffee"]).exit_code == 1


def _wait(condition) -> None:
    end = time.monotonic() + 120  # four processes start meanwhile, on a machine that others use too
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


@pytest.mark.slow
def test_two_schedulers_at_once_write_and_send_each_letter_once(world, database, clean_database):
    since = clock.now() - timedelta(days=15)
    for name in ("bureau", "caseworker"):
        world.users[name].email = f"{name}@example.org"
    world.users["leader"].active = False
    world.session.flush()
    world.session.execute(update(User).values(created_at=since))
    world.session.commit()
    weekly = JOBS[schedule.WEEKLY_LETTERS]
    weeks = [period.key for period in runner.due(database, weekly)]
    assert len(weeks) >= 2

    def count(*statuses: str) -> int:
        with database.reading() as session:
            return session.scalar(
                select(func.count()).select_from(Delivery).where(Delivery.status.in_(statuses))
            )

    with serving() as mailbox:
        schedulers = [processes.start(processes.schedule, clean_database, mailbox.url) for _ in range(2)]
        try:
            # the last to be written is the one who has no address; then more senders, as the next minute is long
            _wait(lambda: count("unsendable") == len(weeks))
            senders = [processes.start(processes.send, clean_database, mailbox.url) for _ in range(2)]
            _wait(lambda: count("sent") == 2 * len(weeks))
            for sender in senders:
                sender.join(30)
        finally:
            for scheduler in schedulers:
                os.kill(scheduler.pid, signal.SIGTERM)
            for scheduler in schedulers:
                scheduler.join(30)
        assert [scheduler.exitcode for scheduler in schedulers] == [0, 0], "SIGTERM ends it in order"
        assert len(mailbox.ids) == len(set(mailbox.ids)) == 2 * len(weeks)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(SchedulerSeen)) == 2
        runs = session.scalars(select(JobRun).where(JobRun.job == schedule.WEEKLY_LETTERS)).all()
    assert {(run.status, run.attempts) for run in runs} == {("done", 1)}
