"""Firms: one row a firm, whatever it is called."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cultivate.db.base import Base, BigId
from cultivate.db.types import Money
from cultivate.models.firm_figure import FirmFigure

_LIVING = text("deleted_at IS NULL")


class Firm(Base):
    """A firm of the register. ``deleted_at`` is a tombstone: an undone import, a merged duplicate."""

    __tablename__ = "firm"
    __table_args__ = (
        # unique among the living: a tombstone must not block the code of its successor
        Index(
            "uq_firm_uscc_living",
            "uscc",
            unique=True,
            postgresql_where=_LIVING,
            sqlite_where=_LIVING,
        ),
        # the register's list, newest first, and its count within a scope; the one changed last
        Index("ix_firm_living", "id", "street_id", "park_id", postgresql_where=_LIVING, sqlite_where=_LIVING),
        Index("ix_firm_changed", "updated_at", "id", postgresql_where=_LIVING, sqlite_where=_LIVING),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    uscc: Mapped[str | None] = mapped_column(String(18))
    """Unified social credit code, normalised; a lead may lack one."""
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(String(200), index=True)
    """``firm_names.normalise(name)``: what names are compared by."""
    search_text: Mapped[str] = mapped_column(Text, default="")
    """Name, former names, code, pinyin and initials, lower case."""
    street_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"), index=True)
    park_id: Mapped[int | None] = mapped_column(ForeignKey("org_unit.id"), index=True)
    established_on: Mapped[date | None]
    registered_capital: Mapped[Decimal | None] = mapped_column(Money)
    """万元"""
    field: Mapped[str | None] = mapped_column(String(40))
    """One of the eight fields of 国家重点支持的高新技术领域."""
    address: Mapped[str | None] = mapped_column(String(200))
    contact_name: Mapped[str | None] = mapped_column(String(60))
    contact_phone: Mapped[str | None] = mapped_column(String(40))
    staff: Mapped[int | None]
    rd_staff: Mapped[int | None]
    class1_ip: Mapped[int | None]
    class2_ip: Mapped[int | None]
    note: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    import_batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)
    deleted_at: Mapped[datetime | None]

    figures: Mapped[list[FirmFigure]] = relationship(
        primaryjoin=lambda: (FirmFigure.firm_id == Firm.id) & FirmFigure.replaced_at.is_(None),
        order_by=lambda: (FirmFigure.year, FirmFigure.id),
        viewonly=True,
    )
    """The current figures; written through ``services/firm_figures.py``."""

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 SQLAlchemy's own protocol


class FirmName(Base):
    """A former name: renames are kept, lists are matched by them."""

    __tablename__ = "firm_name"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(String(200), index=True)
    until: Mapped[date | None]
    """Day of the rename, when known."""
