"""Jobs: when they ran, when they run next."""

from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, url_for

from cultivate import clock
from cultivate.domain import schedule
from cultivate.domain.permissions import Act
from cultivate.errors import N_
from cultivate.i18n import _
from cultivate.queries import job_board as board
from cultivate.queries import jobs as runs
from cultivate.services import job_runs
from cultivate.web.access import needs
from cultivate.web.admin import blueprint
from cultivate.web.request import actor, db

LABELS = {
    schedule.CERTIFICATE_EXPIRY: N_("Book certificates that have lapsed"),
    schedule.RENEWALS: N_("Open renewals of certificates that end this year"),
    schedule.VERIFY: N_("Check the books"),
    schedule.HOUSEKEEPING: N_("Clear away what is no longer needed"),
    schedule.REMINDERS: N_("Remind people of what is due"),
    schedule.WEEKLY_LETTERS: N_("Compose the weekly letters"),
    schedule.SEND_OUTBOX: N_("Send the letters that wait"),
    schedule.SEARCH_INDEX: N_("Take changes into the search"),
    schedule.DUPLICATES: N_("Look for possible duplicates"),
    schedule.QUALITY: N_("Look through the data for faults"),
    schedule.SCREENING: N_("Screen all firms"),
    schedule.POLICY_SCREENING: N_("Screen again after a change of a policy pack"),
}
STATUSES = {"running": N_("running"), "done": N_("done"), "failed": N_("failed")}
#: a scheduler gives a sign of life every half minute
LATELY = timedelta(minutes=5)


@blueprint.get("/admin/jobs")
@needs(Act.VIEW_JOBS)
def jobs() -> Any:
    """All jobs with last and next run, and whether a scheduler is alive."""
    seen = runs.scheduler_seen(db())
    return render_template(
        "admin/jobs.html",
        jobs=board.list_jobs(db()),
        labels=LABELS,
        statuses=STATUSES,
        seen=seen,
        alive=seen is not None and clock.now() - seen < LATELY,
    )


@blueprint.post("/admin/jobs/<name>/<period>/again")
@needs(Act.MANAGE_JOBS)
def try_again(name: str, period: str) -> Any:
    """Have a failed run done again."""
    job_runs.try_again(db(), actor(), name, period)
    flash(_("The scheduler takes it up within a minute."), "good")
    return redirect(url_for("admin.jobs"))
