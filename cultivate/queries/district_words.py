"""What a text says of the district that this register is of; see ``domain/districts.py``."""

from collections.abc import Callable, Mapping
from functools import partial

from sqlalchemy.orm import Session

from cultivate.domain import districts
from cultivate.domain.districts import Says
from cultivate.queries import units

#: cells of a line that may say where a firm lies, the plainest first
_PLACES = ("region", "street", "address")


def district_words(session: Session) -> Callable[[str], Says]:
    """For the district of the register; without one nothing says anything."""
    district = next(iter(units.list_units(session, "district")), None)
    if district is None:
        return lambda _text: Says.NOTHING
    former = districts.FORMER.get(district.code, ())
    return partial(districts.says, district=district.name_zh, former=former)


def place_said(cells: Mapping[str, str], says: Callable[[str], Says]) -> Says:
    """What the cells of a line say; the first that says anything counts."""
    for key in _PLACES:
        said = says(cells.get(key, ""))
        if said != Says.NOTHING:
            return said
    return Says.NOTHING
