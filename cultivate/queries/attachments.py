"""Papers of a firm, and their contents piece by piece."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate.db.large import small_cache
from cultivate.domain import media_types
from cultivate.domain.scope import Scope
from cultivate.errors import NotFound
from cultivate.models import Attachment, Firm, StoredFile, StoredPart, User
from cultivate.queries.candidacies import firm_within


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper as plain values; ``deleted_at`` where it was taken away."""

    id: int
    firm_id: int
    kind: str
    name: str
    note: str
    size: int
    media_type: str
    digest: str
    by: str | None
    recorded_at: datetime
    deleted_at: datetime | None
    service_id: int | None

    @property
    def preview(self) -> media_types.Preview | None:
        """How a browser shows it without running anything: as a picture, as a PDF, or not at all."""
        return media_types.FORMATS[self.media_type].preview


_columns: tuple[Any, ...] = (
    Attachment.id,
    Attachment.firm_id,
    Attachment.kind,
    Attachment.name,
    Attachment.note,
    StoredFile.size,
    StoredFile.media_type,
    StoredFile.digest,
    User.display_name,
    Attachment.recorded_at,
    Attachment.deleted_at,
    Attachment.service_id,
)


def list_of_firm(session: Session, scope: Scope, firm_id: int) -> list[Paper]:
    """Papers of a firm, newest first; those that were taken away too."""
    return [Paper(*row) for row in session.execute(_papers(scope).where(Attachment.firm_id == firm_id))]


def list_of_service(session: Session, scope: Scope, service_id: int) -> list[Paper]:
    """Papers that were put to a service and not taken away, newest first."""
    statement = _papers(scope).where(Attachment.service_id == service_id, Attachment.deleted_at.is_(None))
    return [Paper(*row) for row in session.execute(statement)]


def get_paper(session: Session, scope: Scope, attachment_id: int) -> Paper:
    """One paper that was not taken away, or ``NotFound`` when its firm lies outside the scope."""
    row = session.execute(
        _papers(scope).where(Attachment.id == attachment_id, Attachment.deleted_at.is_(None))
    ).one_or_none()
    if row is None:
        raise NotFound
    return Paper(*row)


def parts_of(session: Session, digest: str) -> Iterator[bytes]:
    """A content in pieces, one in memory at a time."""
    numbers = session.scalars(
        select(StoredPart.number).where(StoredPart.digest == digest).order_by(StoredPart.number)
    ).all()
    with small_cache(session):
        for number in numbers:
            content: bytes = session.scalars(
                select(StoredPart.content).where(StoredPart.digest == digest, StoredPart.number == number)
            ).one()
            yield content


def _papers(scope: Scope) -> Any:
    return (
        select(*_columns)
        .join(StoredFile, StoredFile.digest == Attachment.digest)
        .join(Firm, Firm.id == Attachment.firm_id)
        .outerjoin(User, User.id == Attachment.by_id)
        .where(firm_within(scope))
        .order_by(Attachment.id.desc())
    )
