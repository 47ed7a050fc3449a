"""Papers of a firm: each content is kept once, by its hash, in pieces, in the database.

A file is read twice, once for its hash and kind and once into the database, and never held whole; the edges give
streams that can be sought in, as an upload is.
"""

import hashlib
from datetime import datetime, timedelta
from typing import IO

from sqlalchemy import CursorResult, delete, exists, insert, select, update
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.db.large import small_cache
from cultivate.db.upsert import insert_for
from cultivate.domain import media_types, paper_kinds
from cultivate.domain.actor import Actor
from cultivate.domain.media_types import CHUNK, MAX_MEGABYTES
from cultivate.domain.permissions import Act
from cultivate.errors import N_, Invalid, NotFound
from cultivate.models import Attachment, Firm, StoredFile, StoredPart
from cultivate.queries.candidacies import firm_within
from cultivate.services import audit
from cultivate.services.stages import firm_in_scope

#: how long a paper that was taken away can be fetched back
REMOVED = timedelta(days=30)
#: how long a content waits that no paper needs: longer than any upload takes
UNUSED = timedelta(days=1)
_NOTE = 500


def attach(
    session: Session,
    actor: Actor,
    firm_id: int,
    kind: str,
    name: str,
    stream: IO[bytes],
    note: str = "",
    service_id: int | None = None,
) -> int:
    """Keep a paper of a firm, and of one of its services; returns its id. Of each it keeps the same file once.

    Raises ``Invalid`` for a file that is too large, or of a kind that is not taken.
    """
    actor.require(Act.EDIT_FIRM)
    firm = firm_in_scope(session, actor, firm_id)
    if kind not in paper_kinds.KINDS:
        raise Invalid(
            N_("There is no kind of paper “%(kind)s”."), field="kind", code="kind-unknown", kind=kind
        )
    if len(note) > _NOTE:
        raise Invalid(
            N_("The text is longer than %(longest)s characters."),
            field="note",
            code="text-too-long",
            longest=_NOTE,
        )
    digest, size = measure(stream)
    media_type = media_types.recognise(stream, name)
    _store(session, digest, size, media_type, stream)
    if there := _same(session, firm.id, kind, digest, service_id):
        return there
    row = Attachment(
        firm_id=firm.id,
        kind=kind,
        digest=digest,
        name=media_types.clean_name(name, media_type),
        note=note.strip(),
        by_id=actor.user_id,
        recorded_at=clock.now(),
        service_id=service_id,
    )
    session.add(row)
    session.flush()
    audit.note(
        session, actor, "attach", "attachment", row.id, firm=firm.id, kind=kind, name=row.name, size=size
    )
    return row.id


def remove(session: Session, actor: Actor, attachment_id: int) -> int:
    """Take a paper away, for a month so that it can be fetched back; returns its firm."""
    row = _mine(session, actor, attachment_id)
    if row.deleted_at is None:
        row.deleted_at = clock.now()
        session.flush()
        audit.note(session, actor, "remove", "attachment", row.id, firm=row.firm_id, name=row.name)
    return row.firm_id


def restore(session: Session, actor: Actor, attachment_id: int) -> int:
    """Fetch a paper back that was taken away; returns its firm."""
    row = _mine(session, actor, attachment_id)
    if row.deleted_at is not None:
        row.deleted_at = None
        session.flush()
        audit.note(session, actor, "restore", "attachment", row.id, firm=row.firm_id, name=row.name)
    return row.firm_id


def clear(session: Session, now: datetime) -> int:
    """Drop papers that were taken away long ago, and contents that no paper needs; returns how many contents."""
    session.execute(delete(Attachment).where(Attachment.deleted_at < now - REMOVED))
    needed = exists().where(Attachment.digest == StoredFile.digest)
    gone = session.execute(delete(StoredFile).where(~needed, StoredFile.created_at < now - UNUSED))
    return gone.rowcount if isinstance(gone, CursorResult) else 0


def measure(stream: IO[bytes]) -> tuple[str, int]:
    """Hash and size; stops reading at the limit."""
    stream.seek(0)
    hashed, size = hashlib.sha256(), 0
    while part := stream.read(CHUNK):
        size += len(part)
        if size > MAX_MEGABYTES * CHUNK:
            raise media_types.too_large()
        hashed.update(part)
    return hashed.hexdigest(), size


def _mine(session: Session, actor: Actor, attachment_id: int) -> Attachment:
    actor.require(Act.EDIT_FIRM)
    row = session.scalar(
        select(Attachment)
        .join(Firm, Firm.id == Attachment.firm_id)
        .where(Attachment.id == attachment_id, firm_within(actor.scope))
    )
    if row is None:
        raise NotFound
    return row


def _store(session: Session, digest: str, size: int, media_type: str, stream: IO[bytes]) -> None:
    """Write the content unless it is there.

    Two who bring the same file at once: the second waits for the first's row. A content that is there is marked
    as new, so that the housekeeping that looks at it just now leaves it.
    """
    now = clock.now()
    made = (
        insert_for(session, StoredFile)
        .values(digest=digest, size=size, media_type=media_type, created_at=now)
        .on_conflict_do_nothing(index_elements=["digest"])
        .returning(StoredFile.digest)
    )
    touched = (
        update(StoredFile)
        .where(StoredFile.digest == digest)
        .values(created_at=now)
        .execution_options(synchronize_session=False)
        .returning(StoredFile.digest)
    )
    while session.scalar(made) is None:
        if session.scalar(touched) is not None:
            return  # it is there
    stream.seek(0)
    number = 0
    with small_cache(session):
        while part := stream.read(CHUNK):
            session.execute(insert(StoredPart).values(digest=digest, number=number, content=part))
            number += 1


def _same(session: Session, firm_id: int, kind: str, digest: str, service_id: int | None) -> int | None:
    return session.scalars(
        select(Attachment.id)
        .where(
            Attachment.firm_id == firm_id,
            Attachment.kind == kind,
            Attachment.digest == digest,
            Attachment.service_id == service_id,
            Attachment.deleted_at.is_(None),
        )
        .order_by(Attachment.id)
    ).first()
