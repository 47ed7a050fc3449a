"""Units of the district."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate.errors import N_, Invalid
from cultivate.models import OrgUnit


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as plain values."""

    id: int
    code: str
    name_zh: str
    name_en: str
    kind: str
    parent_id: int | None

    def name(self, language: str) -> str:
        """Name in the reader's language."""
        return self.name_en if language == "en" else self.name_zh


def _plain(row: OrgUnit) -> Unit:
    return Unit(row.id, row.code, row.name_zh, row.name_en, row.kind, row.parent_id)


def list_units(session: Session, *kinds: str) -> list[Unit]:
    """All units, or those of some kinds, in the order of their codes."""
    statement = select(OrgUnit).order_by(OrgUnit.position, OrgUnit.code, OrgUnit.id)
    if kinds:
        statement = statement.where(OrgUnit.kind.in_(kinds))
    return [_plain(row) for row in session.scalars(statement)]


def by_id(session: Session) -> dict[int, Unit]:
    """All units by id: there are a few dozen, so one query serves a whole page."""
    return {unit.id: unit for unit in list_units(session)}


def district(session: Session) -> Unit:
    """The district itself."""
    return list_units(session, "district")[0]


def get_unit(session: Session, code: str, *kinds: str, field: str = "unit") -> Unit:
    """The unit of that code (and of one of these kinds); ``Invalid`` on ``field`` otherwise."""
    row = session.scalar(select(OrgUnit).where(OrgUnit.code == code))
    if row is None or (kinds and row.kind not in kinds):
        raise Invalid(
            N_("There is no unit with the code “%(unit)s”."), field=field, code="unit-unknown", unit=code
        )
    return _plain(row)
