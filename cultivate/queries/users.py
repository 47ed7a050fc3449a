"""People."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Act, Role, may
from cultivate.domain.scope import WHOLE_DISTRICT, Scope
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


def list_workers(session: Session, scope: Scope) -> list[User]:
    """Who does the business in this scope: its caseworkers, then the bureau; by name."""
    users = session.scalars(
        select(User).where(User.active).options(selectinload(User.units)).order_by(User.display_name, User.id)
    )
    found = [user for user in users if may(user.role, Act.ASSIGN)]
    inside = [
        user
        for user in found
        if scope.everything
        or user.role != Role.CASEWORKER
        or {unit.id for unit in user.units} & scope.unit_ids
    ]
    return sorted(inside, key=lambda user: user.role != Role.CASEWORKER)


def list_workers_at(session: Session, street_id: int, park_id: int | None) -> list[User]:
    """Who may be given work on a firm that lies there: its caseworkers, then the bureau; by name."""
    found = list_workers(session, WHOLE_DISTRICT)
    return [user for user in found if actor_of(user).scope.holds(street_id, park_id)]


def scopes_of_workers(session: Session, user_ids: Iterable[int]) -> dict[int, Scope]:
    """What each of these people can act on, in their order; who does no business is left out."""
    wanted = list(dict.fromkeys(user_ids))
    users = session.scalars(
        select(User).where(User.id.in_(wanted), User.active).options(selectinload(User.units))
    )
    found = {user.id: actor_of(user).scope for user in users if may(user.role, Act.ASSIGN)}
    return {user_id: found[user_id] for user_id in wanted if user_id in found}


def list_users(session: Session) -> list[User]:
    """All accounts, by name."""
    return list(session.scalars(select(User).order_by(User.username, User.id)))
