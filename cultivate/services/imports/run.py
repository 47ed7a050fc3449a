"""Preview, commit and report in one go: what the command and programs ask for."""

from typing import Any

from sqlalchemy.orm import Session

from cultivate.domain.actor import Actor
from cultivate.services import ledger, long_work
from cultivate.services.imports.commit import carry_out, checked_policy
from cultivate.services.imports.intake import Upload, open_file, read
from cultivate.services.imports.options import GOOD, ImportOptions
from cultivate.services.imports.report import report
from cultivate.services.imports.upload import keep


@long_work.seldom_collecting()
def run(
    session: Session,
    actor: Actor,
    kind: str,
    filename: str,
    content: bytes,
    options: ImportOptions,
    *,
    dry_run: bool = False,
    policy: str = GOOD,
) -> dict[str, Any]:
    """Import a file and report; a dry run judges every row and leaves nothing behind (``batch`` is null).

    Rows are judged once: the ledger is locked before, so the verdicts are still fresh when they are written.
    The file is opened before that: reading takes its time, and nobody should wait for it.
    """
    policy = checked_policy(policy)
    upload = Upload(kind, filename, content, options)
    tables = open_file(upload)
    if not dry_run:
        moment = ledger.begin(session)
        taken = read(session, actor, upload, tables)
        batch = keep(session, actor, taken)
        batch.policy = policy
        carry_out(session, actor, batch, taken.verdicts, moment)
        return report(session, actor, batch.id)
    savepoint = session.begin_nested()
    try:
        batch = keep(session, actor, read(session, actor, upload, tables))
        batch.policy = policy
        result = report(session, actor, batch.id)
    finally:
        savepoint.rollback()
    return result | {"batch": None, "status": "dry-run"}
