"""The outbox: the only way by which a letter leaves.

A letter is claimed, and the claim committed, before it is handed to the server; what the server said is
written down afterwards. If the process dies between the two, the row says ``sending``, and after a while
the letter is tried again under the same Message-ID, by which a mailbox knows a second copy.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session, undefer

from cultivate import clock
from cultivate.db.upsert import insert_for
from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Act
from cultivate.errors import N_, Conflict
from cultivate.mailer.message import Letter, Part
from cultivate.models import Delivery, DeliveryPart, User
from cultivate.queries import deliveries
from cultivate.services import audit

#: minutes to wait after the first, second … refusal; the last one again and again until ``GIVE_UP``
BACK_OFF = (1, 5, 30, 120, 360)
GIVE_UP = 16
ERROR_LENGTH = 1000


@dataclass(frozen=True, slots=True)
class NewLetter:
    """A letter to be put into the delivery ledger."""

    kind: str
    period: str
    subject: str
    text: str
    html: str
    known_at: datetime
    parts: tuple[Part, ...] = ()


def message_id(kind: str, period: str, recipient_id: int, base_url: str) -> str:
    """Derived, not drawn: whoever tries again, and however often, it is the same message."""
    host = urlsplit(base_url).hostname or "localhost"
    return f"<{kind}.{period}.{recipient_id}@{host}>"


def put(session: Session, letter: NewLetter, recipient: deliveries.Recipient, base_url: str) -> int | None:
    """Queue a letter unless the person already has the one of this kind and period; its id if it is new."""
    new_id: int | None = session.scalar(
        insert_for(session, Delivery)
        .values(
            kind=letter.kind,
            period=letter.period,
            recipient_id=recipient.user_id,
            address=recipient.address,
            message_id=message_id(letter.kind, letter.period, recipient.user_id, base_url),
            subject=letter.subject,
            body_text=letter.text,
            body_html=letter.html,
            known_at=letter.known_at,
            composed_at=clock.now(),
            status="queued" if recipient.address else "unsendable",
            attempts=0,
        )
        .on_conflict_do_nothing()
        .returning(Delivery.id)
    )
    if new_id is not None:
        session.add_all(
            DeliveryPart(
                delivery_id=new_id,
                name=part.name,
                content_type=part.content_type,
                content_id=part.content_id,
                content=part.content,
            )
            for part in letter.parts
        )
        session.flush()
    return new_id


def claim(session: Session, delivery_id: int, worker: str) -> bool:
    """Take a letter to send it; of several senders exactly one gets it. The caller commits before it sends."""
    now = clock.now()
    result = session.execute(
        update(Delivery)
        .where(Delivery.id == delivery_id, deliveries.ready(now))
        .values(status="sending", claimed_by=worker, claimed_at=now, attempts=Delivery.attempts + 1)
        .execution_options(synchronize_session=False)
    )
    return _one(result)


def load(session: Session, delivery_id: int) -> Letter:
    """The letter with all that belongs to it."""
    row, name = session.execute(
        select(Delivery, User.display_name)
        .join(User, User.id == Delivery.recipient_id)
        .options(undefer(Delivery.text), undefer(Delivery.html))
        .where(Delivery.id == delivery_id)
    ).one()
    parts = session.scalars(
        select(DeliveryPart)
        .options(undefer(DeliveryPart.content))
        .where(DeliveryPart.delivery_id == delivery_id)
        .order_by(DeliveryPart.id)
    )
    return Letter(
        message_id=row.message_id,
        address=row.address or "",
        name=name,
        subject=row.subject,
        text=row.text,
        html=row.html,
        composed_at=row.composed_at.astimezone(clock.zone()),
        parts=[Part(part.name, part.content_type, part.content, part.content_id) for part in parts],
    )


def mark_sent(session: Session, delivery_id: int, worker: str) -> bool:
    """The server has taken it. ``False`` when somebody else took the letter over in the meantime."""
    return _settle(
        session,
        delivery_id,
        worker,
        status="sent",
        sent_at=clock.now(),
        next_attempt_at=None,
        last_error=None,
    )


def put_off(session: Session, delivery_id: int, worker: str, words: str) -> bool:
    """The server did not take it now: wait, longer each time; after some days it counts as refused."""
    attempts = session.scalar(select(Delivery.attempts).where(Delivery.id == delivery_id)) or 1
    if attempts >= GIVE_UP:
        return refuse(session, delivery_id, worker, words)
    wait = timedelta(minutes=BACK_OFF[min(attempts, len(BACK_OFF)) - 1])
    return _settle(
        session,
        delivery_id,
        worker,
        status="queued",
        next_attempt_at=clock.now() + wait,
        last_error=words[:ERROR_LENGTH],
    )


def refuse(session: Session, delivery_id: int, worker: str, words: str) -> bool:
    """The mailbox will not have it: a person has to look."""
    return _settle(
        session, delivery_id, worker, status="failed", next_attempt_at=None, last_error=words[:ERROR_LENGTH]
    )


def try_again(session: Session, actor: Actor, delivery_id: int) -> None:
    """Queue a letter that was refused, is put off, or had no address, to the address the person has now."""
    actor.require(Act.MANAGE_OUTBOX)
    row = deliveries.get_delivery(session, actor, delivery_id)
    address = session.scalar(select(User.email).where(User.id == row.recipient_id))
    if not address:
        raise Conflict(N_("This person has no e-mail address; the letter is read here."))
    result = session.execute(
        update(Delivery)
        .where(Delivery.id == delivery_id, Delivery.status.in_(("failed", "queued", "unsendable")))
        .values(status="queued", address=address, attempts=0, next_attempt_at=None)
        .execution_options(synchronize_session=False)
    )
    if not _one(result):
        raise Conflict(N_("This letter has been sent, or is being sent just now."))
    audit.note(session, actor, "try-again", "delivery", delivery_id, address=address)


def _settle(session: Session, delivery_id: int, worker: str, **values: object) -> bool:
    result = session.execute(
        update(Delivery)
        .where(Delivery.id == delivery_id, Delivery.status == "sending", Delivery.claimed_by == worker)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return _one(result)


def _one(result: object) -> bool:
    return isinstance(result, CursorResult) and result.rowcount == 1
