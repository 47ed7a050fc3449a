"""Asking for a failed job to be tried again at once."""

from sqlalchemy.orm import Session

from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Act
from cultivate.errors import N_, Invalid, NotFound
from cultivate.models import JobRun
from cultivate.services import audit


def try_again(session: Session, actor: Actor, job: str, period: str) -> None:
    """Forget a failed run, so that the scheduler's next round, within a minute, takes the period up afresh.

    Pages do not run jobs themselves: a request would wait for the work, and die with it.
    """
    actor.require(Act.MANAGE_JOBS)
    run = session.get(JobRun, (job, period), with_for_update=True)
    if run is None:
        raise NotFound
    if run.status != "failed":
        raise Invalid(N_("This run has not failed; there is nothing to try again."), field="period")
    audit.note(session, actor, "try-again", "job", None, job=job, period=period, error=run.error)
    session.delete(run)
    session.flush()
