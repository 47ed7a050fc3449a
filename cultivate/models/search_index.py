"""The index of the search, and what it has not taken in yet."""

from typing import Any

from sqlalchemy import JSON, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from cultivate.db.base import Base, BigId


class SearchPosting(Base):
    """The firms that have a gram, by blocks of ids (``domain/id_blocks``)."""

    __tablename__ = "search_posting"

    gram: Mapped[str] = mapped_column(String(24), primary_key=True)
    block: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ids: Mapped[bytes] = mapped_column(LargeBinary)


class SearchChange(Base):
    """A firm that is not as the index has it; triggers on ``firm`` write these rows, so that no writer can forget.

    Of several rows of a firm the first says how the index still has it.
    """

    __tablename__ = "search_change"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    firm_id: Mapped[int] = mapped_column(BigId)
    was: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    """``search_grams.Entry`` before the change; null where it could not be found."""
