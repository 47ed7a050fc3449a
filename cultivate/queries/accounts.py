"""Accounts and tokens as plain rows."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate.errors import NotFound
from cultivate.models import ApiToken, User


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account, without its secrets."""

    id: int
    version: int
    username: str
    display_name: str
    role: str
    email: str | None
    locale: str
    active: bool
    unit_codes: tuple[str, ...]
    has_password: bool
    locked_until: datetime | None
    last_login_at: datetime | None


@dataclass(frozen=True, slots=True)
class TokenRow:
    """An API token, without the token."""

    id: int
    name: str
    created_at: datetime
    revoked_at: datetime | None


def _plain(user: User) -> AccountRow:
    return AccountRow(
        id=user.id,
        version=user.version,
        username=user.username,
        display_name=user.display_name,
        role=user.role,
        email=user.email,
        locale=user.locale,
        active=user.active,
        unit_codes=tuple(unit.code for unit in user.units),
        has_password=user.password_hash is not None,
        locked_until=user.locked_until,
        last_login_at=user.last_login_at,
    )


def list_accounts(session: Session) -> list[AccountRow]:
    """All accounts, those in use first, by name."""
    statement = select(User).order_by(User.active.desc(), User.username, User.id)
    return [_plain(user) for user in session.scalars(statement)]


def get_account(session: Session, user_id: int) -> AccountRow:
    """One account."""
    user = session.get(User, user_id)
    if user is None:
        raise NotFound
    return _plain(user)


def list_tokens(session: Session, user_id: int) -> list[TokenRow]:
    """A person's tokens, newest first, revoked ones too."""
    statement = (
        select(ApiToken)
        .where(ApiToken.user_id == user_id)
        .order_by(ApiToken.created_at.desc(), ApiToken.id.desc())
    )
    return [TokenRow(row.id, row.name, row.created_at, row.revoked_at) for row in session.scalars(statement)]
