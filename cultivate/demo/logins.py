"""The accounts that a demonstration prints, and their password."""

import os

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate.demo import keys
from cultivate.demo.people import NAMED, address
from cultivate.models import User
from cultivate.services import passwords

_FILE = "demo_password"


def password() -> str:
    """``CULTIVATE_DEMO_PASSWORD``, else the one that was drawn at the first start."""
    if chosen := os.environ.get("CULTIVATE_DEMO_PASSWORD"):
        keys.keep(_FILE, chosen)
        return chosen
    return keys.kept(_FILE, passwords.random_password)


def named_users(session: Session) -> list[User]:
    """The four printed accounts, or none: a database of other people is not a demonstration."""
    found = {
        user.username: user
        for user in session.scalars(select(User).where(User.username.in_(NAMED)).order_by(User.id))
    }
    if any(name not in found or found[name].email != address(name) for name in NAMED):
        return []
    return [found[name] for name in NAMED]


def let_in(users: list[User], chosen: str) -> None:
    """Make what is printed true, whatever the password was before."""
    if users and not all(passwords.matches(user.password_hash, chosen) for user in users):
        hashed = passwords.hashed(chosen)
        for user in users:
            user.password_hash = hashed
