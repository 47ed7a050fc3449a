"""Column types: aware times, exact money."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, Numeric
from sqlalchemy.types import TypeDecorator

#: amounts in 万元, to the yuan (four decimals)
Money = Numeric(18, 4)


class AwareDateTime(TypeDecorator[datetime]):
    """A time with a zone, stored as UTC; a naive one is a programming error and is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """To UTC; SQLite has no zones, so it keeps the UTC wall time."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = "naive datetime given to the database"
            raise ValueError(message)
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002 the type's protocol
        """Back as aware UTC."""
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
