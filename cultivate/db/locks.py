"""Locks of the database: what must be single is made single here, not by running one process."""

from sqlalchemy import text
from sqlalchemy.orm import Session

#: one key a subject; PostgreSQL advisory locks are numbers
LEDGER = 0x6C6564676572
SEARCH = 0x736561726368
POLICIES = 0x706F6C696379
SCREENING = 0x73637265656E


def hold(session: Session, key: int) -> None:
    """Hold the lock until the transaction ends.

    On SQLite a writing session already holds the only write lock (``BEGIN IMMEDIATE``).
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
