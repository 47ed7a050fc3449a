"""Clearing away what has had its day. Nothing of the register or the ledger is ever cleared."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, delete, update
from sqlalchemy.orm import Session

from cultivate.domain import schedule
from cultivate.models import IdempotencyKey, ImportBatch, JobRun, Progress
from cultivate.services import attachments

#: what is looked at every minute; a day of these rows is enough to see that it is
OUTBOX_RUNS = timedelta(days=1)
KEYS = timedelta(days=30)
PREVIEWS = timedelta(days=30)
#: of work whose process ended before it could clear its own word away
PROGRESS = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Cleared:
    """How many rows went."""

    outbox_runs: int
    idempotency_keys: int
    previews: int
    papers: int
    progress: int


def clear(session: Session, now: datetime) -> Cleared:
    """Everything older than its time at ``now``; a dropped preview keeps its row and loses its file."""
    return Cleared(
        outbox_runs=_rows(
            session.execute(
                delete(JobRun).where(
                    JobRun.job.in_((schedule.SEND_OUTBOX, schedule.SEARCH_INDEX, schedule.POLICY_SCREENING)),
                    JobRun.status != "running",
                    JobRun.started_at < now - OUTBOX_RUNS,
                )
            )
        ),
        idempotency_keys=_rows(session.execute(delete(IdempotencyKey).where(IdempotencyKey.at < now - KEYS))),
        previews=_rows(
            session.execute(
                update(ImportBatch)
                .where(
                    ImportBatch.status.in_(("mapping", "preview")), ImportBatch.created_at < now - PREVIEWS
                )
                .values(status="dropped", content=b"")
                .execution_options(synchronize_session=False)
            )
        ),
        papers=attachments.clear(session, now),
        progress=_rows(session.execute(delete(Progress).where(Progress.updated_at < now - PROGRESS))),
    )


def _rows(result: object) -> int:
    return result.rowcount if isinstance(result, CursorResult) else 0
