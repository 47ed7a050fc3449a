"""Outcomes and kept problems in the reader's language."""

from collections.abc import Mapping
from typing import Any

from cultivate.errors import N_
from cultivate.i18n import _, language
from cultivate.queries.units import Unit

OUTCOME_LABELS: dict[str, str] = {
    "create": N_("New"),
    "update": N_("Updated"),
    "unchanged": N_("Unchanged"),
    "duplicate": N_("Duplicate"),
    "conflict": N_("Changed since the export"),
    "rejected": N_("Rejected"),
    "matched": N_("Ours"),
    "to_decide": N_("To decide"),
    "unmatched": N_("Not ours"),
}


def message(problem: Mapping[str, Any], units: Mapping[str, Unit]) -> str:
    """The message with its parameters; ``unit`` is kept as a code and told by its name."""
    params = dict(problem["params"])
    unit = units.get(str(params.get("unit")))
    if unit is not None:
        params["unit"] = unit.name(language())
    # without parameters the text is taken as it is: a percent sign would be read as one
    msgid = problem["msgid"]
    return str(_(msgid, **params) if params else _(msgid))
