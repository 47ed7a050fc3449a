"""Accounts: who may log in, as what, and for which units; passwords and API tokens."""

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Act, Role
from cultivate.errors import N_, Conflict, Invalid, NotFound
from cultivate.i18n import LOCALES
from cultivate.models import ApiToken, OrgUnit, User
from cultivate.queries import accounts as rows
from cultivate.services import audit, passwords

_NAME = re.compile(r"[\w.@-]{2,64}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+|[^@\s]+@localhost")
#: what a caseworker can be responsible for
PLACES = ("street", "park")


@dataclass(frozen=True, slots=True)
class AccountData:
    """What an administrator says about an account."""

    display_name: str
    role: str
    unit_codes: Sequence[str] = ()
    email: str | None = None
    active: bool = True
    locale: str = "zh"


def create_user(
    session: Session,
    actor: Actor,
    username: str,
    data: AccountData,
    password: str | None,
    *,
    strict: bool = True,
) -> int:
    """A new account. Without a password nobody can log in with it, but letters and assignments know it.

    ``strict`` false leaves the password rule out: for the demo and for whoever has the installation's shell.
    """
    actor.require(Act.MANAGE_USERS)
    if not _NAME.fullmatch(username):
        raise Invalid(
            N_("A user name has 2 to 64 letters, digits or the signs . _ - @"),
            field="username",
            code="username-invalid",
        )
    if session.scalar(select(User.id).where(func.lower(User.username) == username.lower())) is not None:
        raise Invalid(
            N_("The user name “%(name)s” is taken."), field="username", code="username-taken", name=username
        )
    if password is not None and strict:
        passwords.check_rule(password, username)
    user = User(
        username=username,
        password_hash=passwords.hashed(password) if password is not None else None,
        session_key=secrets.token_hex(16),
        failed_logins=0,
        created_at=clock.now(),
    )
    _describe(session, user, data)
    session.add(user)
    session.flush()
    audit.note(
        session, actor, "create", "user", user.id, username=username, role=user.role, units=_codes(user)
    )
    return user.id


def update_user(session: Session, actor: Actor, user_id: int, version: int, data: AccountData) -> None:
    """Change an account; ``Conflict`` carries the row as it now stands. One administrator always remains."""
    actor.require(Act.MANAGE_USERS)
    user = _get(session, user_id)
    if user.version != version:
        raise Conflict(
            N_("Somebody else changed this account in the meantime."),
            current=rows.get_account(session, user_id),
        )
    before = _state(user)
    _describe(session, user, data)
    if before["role"] == Role.ADMIN and before["active"] and not (user.role == Role.ADMIN and user.active):
        _require_another_administrator(session, user_id)
    session.flush()
    after = _state(user)
    audit.note(
        session,
        actor,
        "update",
        "user",
        user_id,
        changed={key: [before[key], after[key]] for key in after if before[key] != after[key]},
    )


def update_own(session: Session, actor: Actor, display_name: str, email: str | None) -> None:
    """What everybody may change about themselves."""
    actor.require(Act.OWN_ACCOUNT)
    user = _get(session, actor.user_id)
    user.display_name = _display_name(display_name)
    user.email = _email(email)
    session.flush()
    audit.note(session, actor, "update", "user", user.id, by="self")


def set_locale(session: Session, actor: Actor, locale: str) -> None:
    """Keep the language of a person's pages and letters."""
    actor.require(Act.OWN_ACCOUNT)
    if locale not in LOCALES:
        raise Invalid(N_("There is no such language here."), field="locale")
    _get(session, actor.user_id).locale = locale
    session.flush()


def change_password(session: Session, actor: Actor, old: str, new: str) -> str:
    """One's own password; needs the old one and ends all other sessions. Returns the new session key."""
    actor.require(Act.OWN_ACCOUNT)
    user = _get(session, actor.user_id)
    if not passwords.matches(user.password_hash, old):
        raise Invalid(N_("That is not your present password."), field="old", code="password-wrong")
    passwords.check_rule(new, user.username, field="new")
    return _set_password(session, actor, user, new)


def reset_password(session: Session, actor: Actor, user_id: int) -> str:
    """A random password for somebody who lost theirs, returned once; lifts a lock-out and ends their sessions."""
    actor.require(Act.MANAGE_USERS)
    password = passwords.random_password()
    _set_password(session, actor, _get(session, user_id), password)
    return password


def unlock(session: Session, actor: Actor, user_id: int) -> None:
    """Let somebody try again who mistyped too often."""
    actor.require(Act.MANAGE_USERS)
    user = _get(session, user_id)
    user.failed_logins, user.locked_until = 0, None
    session.flush()
    audit.note(session, actor, "unlock", "user", user_id)


def create_token(session: Session, actor: Actor, user_id: int, name: str) -> str:
    """An API token with that person's rights, returned once: only its digest is kept."""
    actor.require(Act.OWN_ACCOUNT if actor.user_id == user_id else Act.MANAGE_USERS)
    user = _get(session, user_id)
    label = name.strip()
    if not label or len(label) > 80:
        raise Invalid(N_("Say in up to 80 characters what the token is for."), field="name")
    token = f"cvt_{secrets.token_urlsafe(32)}"
    row = ApiToken(user_id=user.id, name=label, digest=token_digest(token), created_at=clock.now())
    session.add(row)
    session.flush()
    audit.note(session, actor, "create", "token", row.id, name=label, user=user.username)
    return token


def revoke_token(session: Session, actor: Actor, token_id: int) -> None:
    """End a token; somebody else's only by an administrator. Ending it twice is no error."""
    token = session.get(ApiToken, token_id)
    if token is None or (token.user_id != actor.user_id and not actor.may(Act.MANAGE_USERS)):
        raise NotFound
    actor.require(Act.OWN_ACCOUNT)
    if token.revoked_at is None:
        token.revoked_at = clock.now()
        session.flush()
        audit.note(session, actor, "revoke", "token", token_id, name=token.name)


def token_digest(token: str) -> str:
    """What is kept of a token. It has 256 random bits, so a plain hash cannot be guessed backwards."""
    return hashlib.sha256(token.encode()).hexdigest()


def _get(session: Session, user_id: int | None) -> User:
    user = session.get(User, user_id) if user_id is not None else None
    if user is None:
        raise NotFound
    return user


def _describe(session: Session, user: User, data: AccountData) -> None:
    if data.role not in set(Role):
        raise Invalid(
            N_("There is no role “%(role)s”; there are %(known)s."),
            field="role",
            role=data.role,
            known=", ".join(Role),
        )
    user.display_name = _display_name(data.display_name)
    user.email = _email(data.email)
    user.role = data.role
    user.active = data.active
    user.locale = data.locale
    user.units = _units(session, data)


def _units(session: Session, data: AccountData) -> list[OrgUnit]:
    wanted = set(data.unit_codes)
    found = list(session.scalars(select(OrgUnit).where(OrgUnit.code.in_(wanted)).order_by(OrgUnit.code)))
    if unknown := wanted - {unit.code for unit in found}:
        raise Invalid(
            N_("There is no unit with the code “%(unit)s”."),
            field="units",
            code="unit-unknown",
            unit=", ".join(sorted(unknown)),
        )
    if data.role == Role.CASEWORKER and not any(unit.kind in PLACES for unit in found):
        raise Invalid(
            N_("A caseworker needs at least one street or park."), field="units", code="unit-missing"
        )
    return found


def _display_name(text: str) -> str:
    name = text.strip()
    if not name or len(name) > 80:
        raise Invalid(N_("A name has 1 to 80 characters."), field="display_name")
    return name


def _email(text: str | None) -> str | None:
    address = (text or "").strip()
    if not address:
        return None
    if len(address) > 254 or not _EMAIL.fullmatch(address):
        raise Invalid(N_("That is no e-mail address."), field="email")
    return address


def _set_password(session: Session, actor: Actor, user: User, password: str) -> str:
    user.password_hash = passwords.hashed(password)
    user.session_key = secrets.token_hex(16)
    user.failed_logins, user.locked_until = 0, None
    session.flush()
    audit.note(session, actor, "set-password", "user", user.id)
    return user.session_key


def _require_another_administrator(session: Session, user_id: int) -> None:
    others = session.scalar(
        select(func.count()).where(User.role == Role.ADMIN, User.active, User.id != user_id).select_from(User)
    )
    if not others:
        raise Invalid(
            N_("This is the last administrator; name another one first."),
            field="role",
            code="last-administrator",
        )


def _codes(user: User) -> list[str]:
    return [unit.code for unit in user.units]


def _state(user: User) -> dict[str, Any]:
    return {
        "display_name": user.display_name,
        "role": user.role,
        "email": user.email,
        "active": user.active,
        "locale": user.locale,
        "units": _codes(user),
    }
