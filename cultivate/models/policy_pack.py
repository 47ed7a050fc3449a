"""Local versions of policy packs: what overrides parts of a shipped one, and every text that ever did."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cultivate.db.base import Base


class PolicyPack(Base):
    """One text of a local version. An edit is a new row; ``replaced_at`` ends the one before, which is kept."""

    __tablename__ = "policy_pack"
    __table_args__ = (UniqueConstraint("name", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    base: Mapped[str] = mapped_column(String(40), index=True)
    """The shipped pack it lies over."""
    version: Mapped[int]
    """Counts the texts of one name."""
    title_zh: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text)
    in_force_from: Mapped[date]
    in_force_to: Mapped[date | None]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("org_unit.id"))
    """Only for firms of this street or park; ``None``: for all."""
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    made_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    reason: Mapped[str] = mapped_column(String(300), default="")
    """Why it was withdrawn."""
