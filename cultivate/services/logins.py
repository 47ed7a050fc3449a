"""Logging in: wrong passwords are counted in the database, so the lock-out holds for every process.

It goes in two steps, so that the slow hash is not computed while SQLite's only write lock is held: ``examine``
reads, ``settle`` writes what came of it, in a transaction of its own that is committed also when the log-in is
refused. Bookkeeping does not touch the account's version: an administrator who edits it meanwhile loses nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain.actor import Actor
from cultivate.models import User
from cultivate.queries.users import actor_of
from cultivate.services import audit, passwords


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was found: which account, if any, and whether the password is right."""

    user_id: int | None
    right: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """Who is let in, or until when nobody is; neither: name or password are wrong."""

    actor: Actor | None = None
    session_key: str = ""
    locked_until: datetime | None = None


def examine(session: Session, username: str, password: str) -> Attempt:
    """Compare the password; a name that nobody has takes as long as one that somebody has."""
    row = session.execute(
        select(User.id, User.password_hash).where(User.username == username, User.active)
    ).one_or_none()
    right = passwords.matches(row.password_hash if row else None, password)
    return Attempt(row.id if row else None, right)


def settle(session: Session, attempt: Attempt, *, attempts: int, wait_minutes: int) -> Verdict:
    """Count a wrong password, lock after ``attempts`` of them, or let in.

    While an account is locked the right password does not open it, and tries do not make the wait longer.
    """
    if attempt.user_id is None:
        return Verdict()
    now = clock.now()
    user = session.get_one(User, attempt.user_id, with_for_update=True)
    if user.locked_until is not None and user.locked_until > now:
        return Verdict(locked_until=user.locked_until)
    if attempt.right:
        _remember(session, user.id, failed_logins=0, locked_until=None, last_login_at=now)
        return Verdict(actor_of(user), user.session_key)
    # an expired lock starts a new count
    failed = 1 if user.locked_until is not None else user.failed_logins + 1
    locked = now + timedelta(minutes=wait_minutes) if failed >= attempts else None
    _remember(session, user.id, failed_logins=failed, locked_until=locked)
    if locked is not None:
        audit.note(session, actor_of(user), "lock", "user", user.id, failed=failed)
    return Verdict(locked_until=locked)


def _remember(session: Session, user_id: int, **values: object) -> None:
    session.execute(
        update(User).where(User.id == user_id).values(values).execution_options(synchronize_session=False)
    )
