"""Units: the district, its bureau, streets and parks."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from cultivate.db.base import Base


class OrgUnit(Base):
    """A unit of the district's tree; a firm lies in one street and perhaps in one park as well."""

    __tablename__ = "org_unit"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    name_zh: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(16))
    """``district``, ``bureau``, ``street`` or ``park``."""
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("org_unit.id"))
    position: Mapped[int] = mapped_column(default=0)

    def name(self, language: str) -> str:
        """Name in the reader's language."""
        return self.name_en if language == "en" else self.name_zh
