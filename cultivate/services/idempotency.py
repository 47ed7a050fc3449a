"""Idempotency keys: a request that comes twice acts once and is answered twice.

The claim is a row of the same transaction as the act. Of two requests at once the second waits for the first:
on SQLite for the write lock, on PostgreSQL for the unique key. It then finds the answer, or, when the first was
refused and rolled back, acts itself.
"""

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.db.upsert import insert_for
from cultivate.domain.actor import Actor
from cultivate.errors import N_, Invalid
from cultivate.models import IdempotencyKey

LONGEST = 128
HEADER = "Idempotency-Key"


def claim(session: Session, actor: Actor, key: str, digest: str) -> int | IdempotencyKey:
    """The id of the new claim, or the row with the answer that was given; ``Invalid`` for another request."""
    if not key or len(key) > LONGEST or not key.isprintable():
        raise Invalid(
            N_("A key has 1 to %(longest)s printable characters."),
            field=HEADER,
            code="idempotency-key-invalid",
            longest=LONGEST,
        )
    claimed = session.scalar(
        insert_for(session, IdempotencyKey)
        .values(user_id=actor.user_id, key=key, request=digest, status=0, answer={}, answered_at=clock.now())
        .on_conflict_do_nothing(index_elements=["user_id", "key"])
        .returning(IdempotencyKey.id)
    )
    if claimed is not None:
        return int(claimed)
    row = session.scalars(
        select(IdempotencyKey).where(IdempotencyKey.user_id == actor.user_id, IdempotencyKey.key == key)
    ).one()
    if row.request != digest:
        raise Invalid(
            N_("This key was used for another request. Take a new one."),
            field=HEADER,
            code="idempotency-key-reused",
        )
    return row


def keep(session: Session, claim_id: int, status: int, answer: dict[str, Any]) -> None:
    """Write down the answer to a claim, in the transaction of the act."""
    session.execute(
        update(IdempotencyKey).where(IdempotencyKey.id == claim_id).values(status=status, answer=answer)
    )
