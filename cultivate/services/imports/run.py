"""Preview, commit and report in one go: what the command and programs ask for."""

from typing import Any

from sqlalchemy.orm import Session

from cultivate.domain.actor import Actor
from cultivate.services import ledger
from cultivate.services.imports.commit import carry_out
from cultivate.services.imports.options import ImportOptions
from cultivate.services.imports.report import report
from cultivate.services.imports.upload import preview, read_in


def run(
    session: Session,
    actor: Actor,
    kind: str,
    filename: str,
    content: bytes,
    options: ImportOptions,
    *,
    dry_run: bool = False,
) -> dict[str, Any]:
    """Import a file and report; a dry run judges every row and leaves nothing behind (``batch`` is null).

    Rows are judged once: the ledger is locked before, so the verdicts are still fresh when they are written.
    """
    if not dry_run:
        moment = ledger.begin(session)
        batch, verdicts = read_in(session, actor, kind, filename, content, options)
        carry_out(session, actor, batch, verdicts, moment)
        return report(session, actor, batch.id)
    savepoint = session.begin_nested()
    try:
        result = report(session, actor, preview(session, actor, kind, filename, content, options))
    finally:
        savepoint.rollback()
    return result | {"batch": None, "status": "dry-run"}
