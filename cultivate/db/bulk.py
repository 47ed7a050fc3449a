"""Many rows at once, column by column: past the ORM, which takes longer over a row than the database does.

Values go through the same types as everywhere. On SQLite the driver repeats one statement, PostgreSQL takes a
``COPY``; constraints and triggers hold as with any insert.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice, repeat
from typing import Any

from sqlalchemy import Column, ColumnElement, Dialect, Table, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Session

_AT_ONCE = 5_000
_IN = 500


def new_ids(session: Session, model: type[DeclarativeBase], count: int) -> list[int]:
    """Ids for rows that are about to be written, in rising order."""
    table: Any = model.__table__
    if session.get_bind().dialect.name == "postgresql":
        sequence = func.pg_get_serial_sequence(table.name, "id")
        drawn = select(func.nextval(sequence)).select_from(func.generate_series(1, count))
        return sorted(session.scalars(drawn))
    # a session that writes holds the only write lock, so nobody else can take these
    last = session.scalar(select(func.max(table.c.id))) or 0
    return list(range(last + 1, last + count + 1))


def add(
    session: Session,
    model: type[DeclarativeBase],
    columns: Mapping[str, Sequence[Any] | list[Any]],
    shared: Mapping[str, Any],
) -> None:
    """Insert rows: ``columns`` by attribute name, each a value for every row; ``shared`` is alike in all rows.

    What is named in neither is the model's default. Raises ``IntegrityError`` as any insert does.
    """
    session.flush()
    connection = session.connection()
    count = len(next(iter(columns.values())))
    if not count:
        return
    mapped: Any = model.__mapper__.c
    given = {key: shared.get(key, _default(mapped[key])) for key in mapped.keys() - columns.keys()}
    values: dict[str, Iterable[Any]] = {
        mapped[key].name: repeat(_one(mapped[key], value, connection.dialect), count)
        for key, value in given.items()
        if value is not None
    }
    for key, each in columns.items():
        values[mapped[key].name] = _bound(mapped[key], each, connection.dialect)
    table: Any = model.__table__
    if connection.dialect.name == "postgresql":
        _copy(session, table, values)
        return
    compiled = insert(table).compile(dialect=connection.dialect, column_keys=list(values))
    rows = zip(*(values[name] for name in compiled.positiontup or ()), strict=True)
    while part := list(islice(rows, _AT_ONCE)):
        connection.exec_driver_sql(compiled.string, part)


def parts(ids: Iterable[int]) -> Iterator[Sequence[int]]:
    """Ids in rising order, as many at a time as ``among`` asks for well: long runs whole, others by hundreds."""
    rising = sorted(set(ids))
    start = 0
    while start < len(rising):
        stop = min(start + _AT_ONCE, len(rising))
        if rising[stop - 1] - rising[start] != stop - start - 1:
            stop = min(start + _IN, len(rising))
        yield rising[start:stop]
        start = stop


def among(column: InstrumentedAttribute[int], ids: Sequence[int]) -> ColumnElement[bool]:
    """Whether an id is one of ``ids``, rising; a run is asked for by its ends, as each parameter costs."""
    if ids and ids[-1] - ids[0] == len(ids) - 1:
        return column.between(ids[0], ids[-1])
    return column.in_(ids)


def turned(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Rows of the same keys as columns."""
    return {key: [row[key] for row in rows] for key in rows[0]}


def _default(column: Column[Any]) -> Any:
    default: Any = column.default
    if default is None:
        return None
    return default.arg(None) if default.is_callable else default.arg


def _processor(column: Column[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    return column.type.dialect_impl(dialect).bind_processor(dialect)


def _one(column: Column[Any], value: Any, dialect: Dialect) -> Any:
    process = _processor(column, dialect)
    return process(value) if process else value


def _bound(column: Column[Any], values: Sequence[Any], dialect: Dialect) -> Iterable[Any]:
    process = _processor(column, dialect)
    return map(process, values) if process else values


def _copy(session: Session, table: Table, values: Mapping[str, Iterable[Any]]) -> None:
    # only where PostgreSQL is the database
    import psycopg
    from psycopg import sql

    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, values))
    )
    driver: Any = session.connection().connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in _rows(values):
                copy.write_row(row)
    except psycopg.IntegrityError as error:
        raise IntegrityError(f"COPY {table.name}", None, error) from error


def _rows(values: Mapping[str, Iterable[Any]]) -> Iterator[tuple[Any, ...]]:
    return zip(*values.values(), strict=True)
