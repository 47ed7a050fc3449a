"""People."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate.domain.actor import Actor
from cultivate.models import ApiToken, User


def actor_of(user: User, source: str = "page") -> Actor:
    """A user row as an actor."""
    return Actor(
        user_id=user.id,
        username=user.username,
        display_name=user.display_name,
        role=user.role,
        unit_ids=frozenset(unit.id for unit in user.units),
        locale=user.locale,
        source=source,
    )


def find_actor(session: Session, user_id: int, session_key: str) -> Actor | None:
    """Who a session belongs to; ``None`` once the account is closed or its password is new."""
    user = session.get(User, user_id)
    if user is None or not user.active or user.session_key != session_key:
        return None
    return actor_of(user)


def find_actor_by_token(session: Session, digest: str) -> Actor | None:
    """Who an API token belongs to."""
    user = session.scalar(
        select(User)
        .join(ApiToken, ApiToken.user_id == User.id)
        .where(ApiToken.digest == digest, ApiToken.revoked_at.is_(None), User.active)
    )
    return None if user is None else actor_of(user, "api")


def find_actor_by_name(session: Session, username: str, source: str = "cli") -> Actor | None:
    """An active user by name."""
    user = session.scalar(select(User).where(User.username == username, User.active))
    return None if user is None else actor_of(user, source)


def list_users(session: Session) -> list[User]:
    """All accounts, by name."""
    return list(session.scalars(select(User).order_by(User.username, User.id)))
