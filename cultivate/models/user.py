"""People: who may log in, as what, and for which units."""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cultivate.db.base import Base
from cultivate.models.org_unit import OrgUnit

user_unit = Table(
    "user_unit",
    Base.metadata,
    Column("user_id", ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True),
    Column("unit_id", ForeignKey("org_unit.id"), primary_key=True, index=True),
)


class User(Base):
    """An account. The lock-out is kept here, so it holds for every process and survives a restart."""

    __tablename__ = "user_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    username: Mapped[str] = mapped_column(String(64), unique=True)
    display_name: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(16))
    email: Mapped[str | None] = mapped_column(String(254))
    locale: Mapped[str] = mapped_column(String(8), default="zh")
    active: Mapped[bool] = mapped_column(default=True)
    password_hash: Mapped[str | None] = mapped_column(String(255))
    session_key: Mapped[str] = mapped_column(String(32), default="")
    """Part of the session; a new password changes it and so ends every other session."""
    failed_logins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    last_login_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    units: Mapped[list[OrgUnit]] = relationship(secondary=user_unit, order_by=OrgUnit.code, lazy="selectin")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 SQLAlchemy's own protocol
