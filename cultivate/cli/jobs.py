"""``cultivate scheduler`` and ``cultivate jobs``: the only commands that start jobs."""

import sys
from typing import Any

import click

from cultivate import clock, create_app, log
from cultivate.cli.edge import application, emit, json_option
from cultivate.extensions import database
from cultivate.i18n import _
from cultivate.queries import jobs as runs
from jobs import scheduler
from jobs.registry import JOBS, Job
from jobs.runner import Outcome, run_once


@click.command("scheduler")
def scheduler_command() -> None:
    """Run the jobs at their times until stopped; any number of these may run."""
    log.configure(as_json=not sys.stderr.isatty())
    scheduler.run_forever(create_app())


@click.group("jobs")
def jobs_command() -> None:
    """Scheduled jobs."""


@jobs_command.command("run")
@click.argument("name")
@click.option("--period", help="Period to do, e.g. 2026-W47 or 2026-11-23; default: the latest.")
@json_option
def run_job(name: str, period: str | None, *, as_json: bool) -> None:
    """Do one job now; a period that is done stays done."""
    with application(as_json=as_json):
        outcome = run_once(database(), name, period)
        result = {
            "job": outcome.job,
            "period": outcome.period,
            "status": outcome.status,
            "message": outcome.message,
        }
        emit(result, as_json=as_json, human=lambda _result: click.echo(_sentence(outcome)))
    if outcome.status in {"failed", "busy"}:
        sys.exit(1)


def _sentence(outcome: Outcome) -> str:
    sentences = {
        "done": _("%(job)s %(period)s: done", job=outcome.job, period=outcome.period),
        "failed": _("%(job)s %(period)s: failed", job=outcome.job, period=outcome.period),
        "already-done": _("%(job)s %(period)s: was done before", job=outcome.job, period=outcome.period),
        "busy": _(
            "%(job)s %(period)s: is being done by another process", job=outcome.job, period=outcome.period
        ),
    }
    return sentences[outcome.status] + (f" ({outcome.message})" if outcome.message else "")


@jobs_command.command("list")
@json_option
def list_jobs(*, as_json: bool) -> None:
    """All jobs with their last run and their next."""
    with application(as_json=as_json):
        rows = [_row(job) for job in JOBS.values()]
        emit({"jobs": rows}, as_json=as_json, human=_table)


def _row(job: Job) -> dict[str, Any]:
    with database().reading() as session:
        run = runs.last_run(session, job.name)
        last = None
        if run is not None and run.finished_at is not None:
            last = {
                "period": run.period,
                "status": run.status,
                "finished_at": run.finished_at.astimezone(clock.zone()).isoformat(),
                "result": run.result or run.error,
            }
    return {
        "name": job.name,
        "last_run": last,
        "next_run": job.slots.after(clock.now()).isoformat(),
    }


def _table(found: dict[str, Any]) -> None:
    for row in found["jobs"]:
        last = row["last_run"]
        done = f"{last['period']} {last['status']} {last['result'] or ''}".strip() if last else _("never run")
        click.echo(f"{row['name']:<20} {row['next_run'][:16]}  {done}")
