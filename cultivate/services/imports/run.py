"""Preview, commit and report in one go: what the command and programs ask for."""

from typing import Any

from sqlalchemy.orm import Session

from cultivate.domain.actor import Actor
from cultivate.services.imports.commit import commit
from cultivate.services.imports.options import ImportOptions
from cultivate.services.imports.report import report
from cultivate.services.imports.upload import preview


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
    """Import a file and report; a dry run judges every row and leaves nothing behind (``batch`` is null)."""
    if not dry_run:
        batch_id = preview(session, actor, kind, filename, content, options)
        commit(session, actor, batch_id)
        return report(session, actor, batch_id)
    savepoint = session.begin_nested()
    try:
        result = report(session, actor, preview(session, actor, kind, filename, content, options))
    finally:
        savepoint.rollback()
    return result | {"batch": None, "status": "dry-run"}
