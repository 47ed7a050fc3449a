"""Figures of a fiscal year, each with its calibre and where it comes from; what was said before is kept."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from cultivate.db.base import Base, BigId
from cultivate.db.types import Money

_CURRENT = text("replaced_at IS NULL")


class FirmFigure(Base):
    """One figure as somebody gave it. A correction is a new row; ``replaced_at`` ends the one before.

    A figure that was cleared ends without a successor.
    """

    __tablename__ = "firm_figure"
    __table_args__ = (
        Index(
            "uq_firm_figure_current",
            "firm_id",
            "year",
            "figure",
            "calibre",
            unique=True,
            postgresql_where=_CURRENT,
            sqlite_where=_CURRENT,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"), index=True)
    year: Mapped[int]
    figure: Mapped[str] = mapped_column(String(20))
    """A code of ``domain/figures``: ``sales``, ``rd``, ``net_assets``, ``staff`` …"""
    calibre: Mapped[str] = mapped_column(String(12), default="")
    """``accounting`` 会计, ``tax`` 税, ``hnte`` 高企, ``statistics`` 统计; empty where nobody said."""
    value: Mapped[Decimal] = mapped_column(Money)
    """万元, or people."""
    source: Mapped[str] = mapped_column(String(200), default="")
    """Which document it was read from."""
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    import_batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)
    recorded_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]


class IntellectualProperty(Base):
    """A patent, a software copyright … of a firm."""

    __tablename__ = "intellectual_property"
    __table_args__ = (
        Index(
            "uq_intellectual_property_living",
            "firm_id",
            "number_key",
            unique=True,
            postgresql_where=text("deleted_at IS NULL"),
            sqlite_where=text("deleted_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"), index=True)
    kind: Mapped[str] = mapped_column(String(24))
    """A code of ``domain/property_kinds``; the kind says whether it is of class Ⅰ or Ⅱ."""
    number: Mapped[str] = mapped_column(String(60))
    """Patent or registration number as the certificate prints it."""
    number_key: Mapped[str] = mapped_column(String(60), index=True)
    """What numbers are compared by: width, case, blanks and a leading ZL taken out."""
    title: Mapped[str] = mapped_column(String(200), default="")
    applied_on: Mapped[date | None]
    granted_on: Mapped[date | None]
    """Day of the grant or registration; ``None`` while it is pending."""
    ends_on: Mapped[date | None]
    owner: Mapped[str] = mapped_column(String(200), default="")
    """As printed: may be another firm, or several."""
    obtained: Mapped[str] = mapped_column(String(16), default="")
    """``self``, ``transfer``, ``gift``, ``merger``; empty where nobody said."""
    used_for_id: Mapped[int | None] = mapped_column(ForeignKey("candidacy.id"))
    """The application that it was used for: class Ⅱ serves one HNTE application only."""
    note: Mapped[str] = mapped_column(String(500), default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    import_batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 SQLAlchemy's own protocol
