"""Lists as people keep them: filters, columns, tags."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from cultivate.db.base import Base

_LIVING = text("deleted_at IS NULL")


class SavedView(Base):
    """A list's filters and columns under a name. It keeps the question, never the rows: each reader sees their own."""

    __tablename__ = "saved_view"
    __table_args__ = (
        # a view that was deleted, and may be brought back, must not block its name
        Index(
            "uq_saved_view_living",
            "owner_id",
            "area",
            "name",
            unique=True,
            postgresql_where=_LIVING,
            sqlite_where=_LIVING,
        ),
        Index("ix_saved_view_shared", "area", "shared"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    owner_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    area: Mapped[str] = mapped_column(String(24))
    """``firms``, or ``pipeline/<track>``."""
    name: Mapped[str] = mapped_column(String(60))
    query: Mapped[str] = mapped_column(String(1000), default="")
    """The query string of the list in its one spelling (``domain/list_query``): filters, order, columns."""
    shared: Mapped[bool] = mapped_column(default=False)
    """Whether everybody finds it."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class Tag(Base):
    """A word that firms are marked with."""

    __tablename__ = "tag"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(24))
    name_key: Mapped[str] = mapped_column(String(48), unique=True)
    """What words are told apart by: width and case are no difference."""
    created_at: Mapped[datetime]


class FirmTag(Base):
    """A firm's mark."""

    __tablename__ = "firm_tag"

    tag_id: Mapped[int] = mapped_column(ForeignKey("tag.id", ondelete="CASCADE"), primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"), primary_key=True, index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column("tagged_at")
