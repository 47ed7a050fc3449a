"""What is known of a firm beyond columns and figures: yes or no, a count, an expert's points."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from cultivate.db.base import Base, BigId

_CURRENT = text("replaced_at IS NULL")


class FirmFact(Base):
    """One fact as somebody gave it. A correction is a new row; ``replaced_at`` ends the one before.

    A fact that is taken back ends without a successor: it is unknown again, which is not "no".
    """

    __tablename__ = "firm_fact"
    __table_args__ = (
        Index(
            "uq_firm_fact_current",
            "firm_id",
            "year",
            "fact",
            unique=True,
            postgresql_where=_CURRENT,
            sqlite_where=_CURRENT,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"), index=True)
    fact: Mapped[str] = mapped_column(String(40))
    """A path of ``domain/stated_facts``: ``major_violation``, ``expert.conversion``."""
    year: Mapped[int] = mapped_column(default=0)
    """The fiscal year it is of; 0: of the firm itself (a missing year would not be unique)."""
    value: Mapped[Any] = mapped_column(JSON)
    source: Mapped[str] = mapped_column(String(200), default="")
    """Which document, or who said it."""
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    recorded_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]
