"""Engines and sessions on SQLite and PostgreSQL.

SQLite: WAL, a long busy time-out, and explicit transactions. A session that will write begins with
``BEGIN IMMEDIATE``: a read transaction that is upgraded later fails at once when another process wrote in
between, whatever the time-out says.
"""

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BUSY_MILLISECONDS = 30_000


def make_engine(url: URL) -> Engine:
    """An engine with the project's pragmas and time-outs."""
    if url.get_backend_name() == "sqlite":
        if url.database and url.database != ":memory:":
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(url, connect_args={"timeout": BUSY_MILLISECONDS / 1000})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(url, pool_pre_ping=True, pool_size=5, max_overflow=10)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Pragmas of a new connection; the driver's own transaction handling is switched off."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_MILLISECONDS}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.execute("PRAGMA cache_size=-65536")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """``BEGIN IMMEDIATE`` for writers, plain ``BEGIN`` for readers."""
    immediate = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _patience(connection: Connection, milliseconds: int) -> None:
    """How long this connection waits for another writer; said to the driver, as no transaction is begun."""
    driver: Any = connection.connection.driver_connection
    driver.execute(f"PRAGMA busy_timeout={milliseconds}")


class Database:
    """One engine and its sessions; lives on ``app.extensions["database"]``."""

    def __init__(self, url: URL) -> None:
        """Nothing is connected until the first session is used."""
        self.engine = make_engine(url)
        self._writers = sessionmaker(self.engine.execution_options(writes=True), expire_on_commit=False)
        self._readers = sessionmaker(self.engine, expire_on_commit=False, autoflush=False)

    def writer(self) -> Session:
        """A session that may write."""
        return self._writers()

    def reader(self) -> Session:
        """A session for reads."""
        return self._readers()

    @contextmanager
    def unit_of_work(self) -> "Iterator[Session]":
        """Write session: commits when the block ends, rolls back when it raises. The edges use this, once."""
        with self.writer() as session, session.begin():
            yield session

    def try_to_write(self, write: "Callable[[Session], None]") -> bool:
        """A small write that may be given up: where SQLite's one writer is at work it is not waited for."""
        engine = self.engine.execution_options(writes=True)
        impatient = engine.dialect.name == "sqlite"
        with engine.connect() as connection:
            if impatient:
                _patience(connection, 0)
            try:
                with Session(connection) as session, session.begin():
                    write(session)
            except OperationalError:
                return False
            finally:
                if impatient:  # the connection goes back to the pool
                    _patience(connection, BUSY_MILLISECONDS)
        return True

    @contextmanager
    def reading(self) -> "Iterator[Session]":
        """Read session, rolled back at the end."""
        with self.reader() as session:
            yield session

    @contextmanager
    def snapshot(self) -> "Iterator[Session]":
        """Read session whose queries all see the database of one moment, while others go on writing."""
        engine = self.engine
        if engine.dialect.name == "postgresql":  # a read transaction of SQLite is one anyhow
            engine = engine.execution_options(isolation_level="REPEATABLE READ")
        with Session(engine, autoflush=False) as session:
            yield session
