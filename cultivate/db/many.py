"""Many ids in one condition, as one parameter: a thousand of them cost a statement no more than one. Many rows too."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, TypeVarTuple

from sqlalchemy import BigInteger, ColumnElement, Row, Select, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

Columns = TypeVarTuple("Columns")


def among(session: Session, column: Any, ids: Iterable[int]) -> ColumnElement[bool]:
    """Rows whose ``column`` is one of ``ids``."""
    wanted = list(ids)
    if session.get_bind().dialect.name == "postgresql":
        return column == func.any(bindparam(None, wanted, ARRAY(BigInteger)))  # type: ignore[no-any-return]
    listed = func.json_each(bindparam(None, json.dumps(wanted))).table_valued("value")
    return column.in_(select(listed.c.value))  # type: ignore[no-any-return]


def plain_rows(session: Session, statement: Select[*Columns]) -> Sequence[Row[*Columns]]:
    """Rows of columns past the ORM, which takes as long over a row as the database; what is pending is flushed."""
    if session.autoflush:
        session.flush()
    return session.connection().execute(statement).all()
