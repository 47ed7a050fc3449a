"""What only the register can tell of a cell: whether it is a street, a park, a field of technology."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from cultivate.packs import fields
from cultivate.queries import units
from cultivate.services.imports.roster import unit_names


def recognisers(session: Session) -> dict[str, Callable[[str], bool]]:
    """Field -> whether a text is one of its values."""
    names = unit_names(units.list_units(session, "street", "park"))
    return {
        "street": lambda text: names.find(text, "street") is not None,
        "park": lambda text: names.find(text, "park") is not None,
        "field": lambda text: text in fields.names(),
    }
