"""What was written about a firm beside its ledger: edits, marks, links; from the trail of acts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from cultivate.domain import masking
from cultivate.domain.scope import Scope
from cultivate.models import (
    AuditEvent,
    Firm,
    FirmLink,
    ImportBatch,
    ImportRow,
    IntellectualProperty,
    User,
)
from cultivate.queries.candidacies import firm_within

#: rows of a file that changed nothing are no event
_TOUCHED = ("create", "update", "matched")
#: newest first; nothing but a program writes about one firm so often
MOST = 2000


@dataclass(frozen=True, slots=True)
class EventRow:
    """One act: its details as they were noted, contacts masked outside ``scope.contacts``."""

    id: int
    at: datetime
    who: str | None
    door: str
    verb: str
    subject: str
    subject_id: int
    details: dict[str, Any]

    @property
    def changes(self) -> dict[str, list[Any]]:
        """Fields with their values before and after."""
        return dict(self.details.get("changes", {}))


@dataclass(frozen=True, slots=True)
class ImportedRow:
    """A row of a file that wrote something of the firm."""

    id: int
    batch_id: int
    kind: str
    file_name: str
    number: int
    outcome: str
    track: str | None
    who: str | None
    committed_at: datetime
    undone_at: datetime | None


_imported: tuple[Any, ...] = (
    ImportRow.id,
    ImportRow.batch_id,
    ImportBatch.kind,
    ImportBatch.file_name,
    ImportRow.number,
    ImportRow.outcome,
    ImportBatch.track,
    User.display_name,
    ImportBatch.committed_at,
    ImportBatch.undone_at,
)


def events_of(session: Session, scope: Scope, firm_id: int) -> list[EventRow]:
    """Acts on a firm and its intellectual property, newest first."""
    properties = select(IntellectualProperty.id).where(IntellectualProperty.firm_id == firm_id)
    linking = select(FirmLink.firm_id).where(FirmLink.other_id == firm_id)
    within = select(Firm.id).where(Firm.id == firm_id, firm_within(scope)).exists()
    about = or_(
        and_(AuditEvent.subject == "firm", AuditEvent.subject_id == firm_id),
        and_(AuditEvent.subject == "property", AuditEvent.subject_id.in_(properties)),
        and_(AuditEvent.subject == "firm", AuditEvent.subject_id.in_(linking), AuditEvent.verb == "link"),
    )
    rows = session.execute(
        select(AuditEvent, User.display_name)
        .outerjoin(User, User.id == AuditEvent.actor_id)
        .where(about, within)
        .order_by(AuditEvent.id.desc())
        .limit(MOST)
    )
    return [
        EventRow(
            id=event.id,
            at=event.at,
            who=name,
            door=event.source,
            verb=event.verb,
            subject=event.subject,
            subject_id=event.subject_id or 0,
            details=event.details if scope.contacts else _masked(event.details),
        )
        for event, name in rows
        if event.subject_id == firm_id or event.verb != "link" or event.details.get("other") == firm_id
    ]


def names_of_firms(session: Session, scope: Scope, ids: Iterable[int]) -> dict[int, str]:
    """Names by id of the firms within the scope."""
    rows = session.execute(
        select(Firm.id, Firm.name).where(Firm.id.in_(sorted(set(ids))), firm_within(scope))
    )
    return dict(rows.all())


def imports_of(session: Session, scope: Scope, firm_id: int) -> list[ImportedRow]:
    """Rows of committed files that touched a firm, newest first; those of undone imports too."""
    rows = session.execute(
        select(*_imported)
        .join(ImportBatch, ImportBatch.id == ImportRow.batch_id)
        .join(Firm, Firm.id == ImportRow.firm_id)
        .outerjoin(User, User.id == ImportBatch.by_id)
        .where(
            ImportRow.firm_id == firm_id,
            ImportBatch.committed_at.is_not(None),
            ImportRow.outcome.in_(_TOUCHED),
            firm_within(scope),
        )
        .order_by(ImportRow.id.desc())
    )
    return [ImportedRow(*row) for row in rows]


def _masked(details: dict[str, Any]) -> dict[str, Any]:
    changes = details.get("changes")
    if not changes:
        return details
    shown = {field: [masking.mask(field, value) for value in values] for field, values in changes.items()}
    return {**details, "changes": shown}
