"""API tokens: only a digest is kept; the token is printed once."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from cultivate.db.base import Base


class ApiToken(Base):
    """A bearer token of a person, with that person's role and scope."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the token, hex."""
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
