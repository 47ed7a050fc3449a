"""The trail of writes and exports."""

from typing import Any

from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain.actor import Actor
from cultivate.models import AuditEvent


def note(
    session: Session, actor: Actor, verb: str, subject: str, subject_id: int | None, **details: Any
) -> None:
    """Add one event to the trail, in the same transaction as the act; ``details`` must be plain JSON values."""
    session.add(
        AuditEvent(
            at=clock.now(),
            actor_id=actor.user_id,
            source=actor.source,
            verb=verb,
            subject=subject,
            subject_id=subject_id,
            details=details,
        )
    )
