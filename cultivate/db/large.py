"""Large contents, written and read without keeping them in memory."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

_SMALL = -4096  # KiB, as SQLite counts them


@contextmanager
def small_cache(session: Session) -> Iterator[None]:
    """On SQLite, let pages go again at once: its cache would fill with 64 MB of what is looked at once."""
    if session.get_bind().dialect.name != "sqlite":
        yield
        return
    connection = session.connection()
    usual = connection.exec_driver_sql("PRAGMA cache_size").scalar_one()
    connection.exec_driver_sql(f"PRAGMA cache_size={_SMALL}")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA cache_size={int(usual)}")
