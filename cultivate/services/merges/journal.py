"""What a merge changes outside the ledger, each row as it was: the merge is undone from this alone."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, delete, select, update
from sqlalchemy.orm import DeclarativeBase, Session

from cultivate import clock
from cultivate.db.base import Base

Key = Mapping[str, int]
#: columns that say nothing of what somebody did to the row
_VOLATILE = frozenset({"version", "updated_at", "search_text"})
#: tables whose other columns the ledger keeps: its own moves say whether they were touched
_LEDGERS = {"candidacy": ("firm_id", "cycle", "renews_id"), "certificate": ("firm_id", "status")}


class Journal:
    """Changes rows and remembers them. Entries are plain JSON, in the order in which they were made."""

    def __init__(self, session: Session) -> None:
        """Begin with nothing."""
        self._session = session
        self.entries: list[dict[str, Any]] = []

    def change(self, model: type[DeclarativeBase], key: Key, **values: Any) -> None:
        """Set columns of one row; versions grow, and are not remembered."""
        self._session.flush()
        table = _table(model.__tablename__)
        row = self._session.execute(select(table).where(*_is(table, key))).mappings().one()
        before = {name: _plain(row[name]) for name in values}
        if before == {name: _plain(value) for name, value in values.items()}:
            return
        write(self._session, table, key, values)
        after = {name: values.get(name, value) for name, value in key.items()}
        self.entries.append({"table": table.name, "key": after, "before": before})

    def added(self, model: type[DeclarativeBase], key: Key) -> None:
        """Remember a row that the merge wrote."""
        self.entries.append({"table": model.__tablename__, "key": dict(key), "before": None})

    def seal(self) -> None:
        """Keep a digest of every row as the merge leaves it, so that a later change is seen."""
        for entry in self.entries:
            entry["digest"] = digest(self._session, entry)


def touched(session: Session, entries: list[dict[str, Any]]) -> Iterator[str]:
    """Tables of rows that are no longer as the merge left them."""
    for entry in entries:
        if digest(session, entry) != entry["digest"]:
            yield str(entry["table"])


def restore(session: Session, entries: list[dict[str, Any]]) -> None:
    """Every row as it was, the last change first."""
    session.flush()
    for entry in reversed(entries):
        table = _table(entry["table"])
        if entry["before"] is None:
            session.execute(delete(table).where(*_is(table, entry["key"])))
        else:
            values = {name: _typed(table.c[name], value) for name, value in entry["before"].items()}
            write(session, table, entry["key"], values)
    session.expire_all()


def write(session: Session, table: Table, key: Key, values: Mapping[str, Any]) -> None:
    """Update one row; rows in memory are read anew when they are asked for."""
    said = dict(values)
    if "version" in table.c:
        said["version"] = table.c.version + 1
    if "updated_at" in table.c:
        said["updated_at"] = clock.now()
    session.execute(update(table).where(*_is(table, key)).values(**said))
    session.expire_all()


def digest(session: Session, entry: Mapping[str, Any]) -> str | None:
    """Of a row as it stands; ``None`` where it is gone."""
    table = _table(entry["table"])
    row = session.execute(select(table).where(*_is(table, entry["key"]))).mappings().one_or_none()
    if row is None:
        return None
    names = _LEDGERS.get(table.name) or tuple(name for name in row if name not in _VOLATILE)
    text = json.dumps({name: _plain(row[name]) for name in names}, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _table(name: str) -> Table:
    return Base.metadata.tables[name]


def _is(table: Table, key: Key) -> list[ColumnElement[bool]]:
    return [table.c[name] == value for name, value in key.items()]


def _plain(value: Any) -> Any:
    """A value as JSON keeps it; an amount without the zeros that one engine adds."""
    if isinstance(value, datetime):
        return value.astimezone(clock.zone()).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value


def _typed(column: Column[Any], value: Any) -> Any:
    kind = column.type.python_type
    if value is None or not isinstance(value, str):
        return value
    if issubclass(kind, datetime):
        return datetime.fromisoformat(value)
    if issubclass(kind, date):
        return date.fromisoformat(value)
    return Decimal(value) if issubclass(kind, Decimal) else value
