"""Letters: who gets them, what is in the outbox, what waits to be sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, undefer

from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Act, Role
from cultivate.errors import NotFound
from cultivate.models import Delivery, DeliveryPart, User
from cultivate.queries.paging import Page, offset_of
from cultivate.queries.users import actor_of

STATUSES = ("queued", "sending", "sent", "failed", "unsendable")
#: a letter handed to the server by a process that never came back is taken up again after so long
LEASE = timedelta(minutes=10)
PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who gets letters, as the actor that the letter is written for."""

    actor: Actor
    user_id: int
    address: str | None


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """A letter without its contents."""

    id: int
    kind: str
    period: str
    recipient_id: int
    recipient: str
    address: str | None
    subject: str
    status: str
    attempts: int
    known_at: datetime
    composed_at: datetime
    claimed_at: datetime | None
    next_attempt_at: datetime | None
    sent_at: datetime | None
    last_error: str | None
    message_id: str


@dataclass(frozen=True, slots=True)
class PartRow:
    """A picture or file of a letter."""

    id: int
    name: str
    content_type: str
    content_id: str | None
    size: int


def recipients(session: Session, username: str | None = None) -> list[Recipient]:
    """Active caseworkers, bureau and leaders, by name; administrators run the machine and get none."""
    statement = select(User).where(User.active, User.role != Role.ADMIN).order_by(User.username, User.id)
    if username is not None:
        statement = statement.where(User.username == username)
    return [Recipient(actor_of(user, "job"), user.id, user.email) for user in session.scalars(statement)]


def find_id(session: Session, kind: str, period: str, recipient_id: int) -> int | None:
    """The letter of that kind, period and person, if it has been written."""
    return session.scalar(
        select(Delivery.id).where(
            Delivery.kind == kind, Delivery.period == period, Delivery.recipient_id == recipient_id
        )
    )


def _visible(actor: Actor) -> ColumnElement[bool] | None:
    """One's own letters; everybody's for those who look after the outbox."""
    return None if actor.may(Act.MANAGE_OUTBOX) else Delivery.recipient_id == actor.user_id


def _conditions(actor: Actor, **equal: str | None) -> list[ColumnElement[bool]]:
    visible = _visible(actor)
    wanted = [getattr(Delivery, name) == value for name, value in equal.items() if value]
    return wanted if visible is None else [visible, *wanted]


def list_deliveries(
    session: Session, actor: Actor, status: str | None = None, number: int = 1
) -> Page[DeliveryRow]:
    """The newest first."""
    conditions = _conditions(actor, status=status)
    rows = session.execute(
        select(Delivery, User.display_name)
        .join(User, User.id == Delivery.recipient_id)
        .where(*conditions)
        .order_by(Delivery.composed_at.desc(), Delivery.id.desc())
        .offset(offset_of(number, PAGE_SIZE))
        .limit(PAGE_SIZE)
    )
    total = session.scalar(select(func.count()).select_from(Delivery).where(*conditions)) or 0
    return Page([_plain(row, name) for row, name in rows], total, max(number, 1), PAGE_SIZE)


def counts(session: Session, actor: Actor) -> dict[str, int]:
    """How many letters stand where."""
    found = session.execute(
        select(Delivery.status, func.count())
        .where(*_conditions(actor))
        .group_by(Delivery.status)
        .order_by(Delivery.status)
    ).all()
    return dict.fromkeys(STATUSES, 0) | {status: int(count) for status, count in found}


def get_delivery(session: Session, actor: Actor, delivery_id: int) -> DeliveryRow:
    """One letter; another person's is not found, unless one looks after the outbox."""
    row = session.execute(
        select(Delivery, User.display_name)
        .join(User, User.id == Delivery.recipient_id)
        .where(Delivery.id == delivery_id, *_conditions(actor))
    ).one_or_none()
    if row is None:
        raise NotFound
    return _plain(*row)


def _plain(row: Delivery, recipient: str) -> DeliveryRow:
    return DeliveryRow(
        id=row.id,
        kind=row.kind,
        period=row.period,
        recipient_id=row.recipient_id,
        recipient=recipient,
        address=row.address,
        subject=row.subject,
        status=row.status,
        attempts=row.attempts,
        known_at=row.known_at,
        composed_at=row.composed_at,
        claimed_at=row.claimed_at,
        next_attempt_at=row.next_attempt_at,
        sent_at=row.sent_at,
        last_error=row.last_error,
        message_id=row.message_id,
    )


def get_bodies(session: Session, actor: Actor, delivery_id: int) -> tuple[str, str]:
    """Text and HTML of a letter that ``actor`` may see."""
    get_delivery(session, actor, delivery_id)
    text, html = session.execute(select(Delivery.text, Delivery.html).where(Delivery.id == delivery_id)).one()
    return text, html


def list_parts(session: Session, delivery_id: int) -> list[PartRow]:
    """Pictures and files of a letter, in their order; the caller has looked it up with ``get_delivery``."""
    rows = session.execute(
        select(
            DeliveryPart.id,
            DeliveryPart.name,
            DeliveryPart.content_type,
            DeliveryPart.content_id,
            func.length(DeliveryPart.content),
        )
        .where(DeliveryPart.delivery_id == delivery_id)
        .order_by(DeliveryPart.id)
    )
    return [PartRow(*row) for row in rows]


def get_part(session: Session, actor: Actor, delivery_id: int, part_id: int) -> tuple[PartRow, bytes]:
    """One picture or file with its contents."""
    get_delivery(session, actor, delivery_id)
    row = session.execute(
        select(DeliveryPart)
        .options(undefer(DeliveryPart.content))
        .where(DeliveryPart.id == part_id, DeliveryPart.delivery_id == delivery_id)
    ).scalar_one_or_none()
    if row is None:
        raise NotFound
    return PartRow(row.id, row.name, row.content_type, row.content_id, len(row.content)), row.content


def ready(now: datetime) -> ColumnElement[bool]:
    """Letters that may be handed to the server now: waiting ones, and those whose sender never came back."""
    return or_(
        and_(
            Delivery.status == "queued",
            or_(Delivery.next_attempt_at.is_(None), Delivery.next_attempt_at <= now),
        ),
        and_(Delivery.status == "sending", Delivery.claimed_at < now - LEASE),
    )


def ready_ids(session: Session, now: datetime) -> Sequence[int]:
    """The same, oldest first."""
    return session.scalars(select(Delivery.id).where(ready(now)).order_by(Delivery.id)).all()
