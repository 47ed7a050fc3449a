"""Lines that are older than their record: what was changed here since they were exported.

A field that only the file changes is taken, one that only the register changed stays as it is, and one that
both changed is for a person: nothing is overwritten unseen.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate.models import AuditEvent
from cultivate.services.imports.known_firms import chunks

Originals = Mapping[str, Any]
"""Field -> its value when the line was exported, as JSON; only fields that were changed since."""


def originals(session: Session, exported: Mapping[int, int]) -> dict[int, dict[str, Any]]:
    """By firm, what the fields that were changed since held at the version of the export."""
    found: dict[int, dict[str, Any]] = {}
    for part in chunks(sorted(exported)):
        events = session.execute(
            select(AuditEvent.subject_id, AuditEvent.details)
            .where(AuditEvent.subject == "firm", AuditEvent.subject_id.in_(part))
            .order_by(AuditEvent.id)
        )
        for firm_id, details in events:
            if firm_id is not None and details.get("version", 0) > exported[firm_id]:
                fields = found.setdefault(firm_id, {})
                for field, (before, _after) in details.get("changes", {}).items():
                    fields.setdefault(field, before)
    return found


def weigh(
    changes: list[dict[str, Any]], since: Originals
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[str]]:
    """Of the changes that a line would make: those only it makes, those in conflict, and fields to leave alone."""
    own, conflicting, older = [], [], []
    for change in changes:
        field = change["field"]
        if field not in since:
            own.append(change)
        elif change["after"] == since[field]:
            older.append(field)
        else:
            conflicting.append(change | {"original": since[field]})
    return own, conflicting, older
