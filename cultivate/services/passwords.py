"""Passwords: argon2id, one rule, and nothing that tells a stranger whether a name exists."""

import secrets
import string
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from cultivate.errors import N_, Invalid

SHORTEST = 10
#: nobody types more; hashing a book would keep a worker busy
LONGEST = 200
# what OWASP names as the least for argon2id: 19 MiB, two passes, one lane
_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
# without the look-alikes of 0/O and 1/l/I, because it is read out over the phone
_LETTERS = "".join(sorted(set(string.ascii_letters + string.digits) - set("0O1lI")))


def check_rule(password: str, username: str, *, field: str = "password") -> None:
    """Refuse what is too short, too long or the name itself; length is the only strength that helps."""
    if len(password) < SHORTEST:
        raise Invalid(
            N_("A password needs at least %(length)s characters."),
            field=field,
            code="password-short",
            length=SHORTEST,
        )
    if len(password) > LONGEST:
        raise Invalid(N_("A password has at most %(length)s characters."), field=field, length=LONGEST)
    if password.casefold() == username.casefold():
        raise Invalid(N_("The password must not be the name."), field=field)


def hashed(password: str) -> str:
    """The hash to keep."""
    return _hasher.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Whether the password is the one; an account without one takes as long as any other."""
    try:
        found = _hasher.verify(stored or _nobodys(), password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return found and stored is not None


def random_password() -> str:
    """Sixteen characters that can be read out, in groups of four."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


@cache
def _nobodys() -> str:
    return hashed(secrets.token_urlsafe(16))
