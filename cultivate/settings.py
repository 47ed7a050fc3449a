"""Settings from the environment (see README and the table of variables in docs/operations)."""

import os
from dataclasses import dataclass, field

from sqlalchemy import URL, make_url

from cultivate.paths import instance_dir


def normalise_url(text: str) -> URL:
    """A SQLAlchemy URL; plain ``postgresql://`` is written out as psycopg 3, as SQLAlchemy 2.1 reads it."""
    url = make_url(text)
    if url.drivername in {"postgresql", "postgres"}:
        url = url.set(drivername="postgresql+psycopg")
    return url


def default_database_url() -> str:
    """SQLite under ``instance/``."""
    return f"sqlite:///{instance_dir() / 'cultivate.db'}"


@dataclass(frozen=True)
class Settings:
    """Everything an installation can choose."""

    database_url: str = field(default_factory=default_database_url)
    secret_key: str | None = None
    smtp_url: str | None = None
    timezone: str = "Asia/Shanghai"
    base_url: str = "http://127.0.0.1:8000"
    mail_from: str = "cultivate@localhost"
    #: how far back a caseworker may date a move, in days (the bureau: without limit)
    backdate_days: int = 90
    #: wrong passwords before an account waits, and for how many minutes
    login_attempts: int = 8
    login_wait_minutes: int = 15

    @classmethod
    def from_environment(cls) -> "Settings":
        """Read ``CULTIVATE_*``; what is not set keeps its default."""
        names = {
            "database_url": "CULTIVATE_DATABASE_URL",
            "secret_key": "CULTIVATE_SECRET_KEY",
            "smtp_url": "CULTIVATE_SMTP_URL",
            "timezone": "CULTIVATE_TIMEZONE",
            "base_url": "CULTIVATE_BASE_URL",
            "mail_from": "CULTIVATE_MAIL_FROM",
        }
        given = {key: os.environ[name] for key, name in names.items() if os.environ.get(name)}
        return cls(**given)  # type: ignore[arg-type]  # every name above is a text field
