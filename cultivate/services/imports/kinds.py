"""The kinds of import there are: the one table that upload, commit, undo, report, pages and commands read."""

from cultivate.errors import N_, Invalid
from cultivate.services.imports import (
    cancellations,
    figures,
    firm_properties,
    relocations,
    renames,
)
from cultivate.services.imports.kind import Kind
from cultivate.services.imports.official_list import OFFICIAL_LIST
from cultivate.services.imports.roster import ROSTER
from cultivate.services.imports.words import OUTCOME_LABELS
from cultivate.spreadsheets.wanted import WANTED

KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        ROSTER,
        figures.KIND,
        firm_properties.KIND,
        OFFICIAL_LIST,
        renames.KIND,
        cancellations.KIND,
        relocations.KIND,
    )
}

#: outcomes of each kind; their counts add up to the rows of the file
OUTCOMES: dict[str, tuple[str, ...]] = {code: kind.outcomes for code, kind in KINDS.items()}


def get_kind(code: str) -> Kind:
    """The kind, or ``Invalid``."""
    if code not in KINDS:
        raise Invalid(N_("There is no import of the kind “%(kind)s”."), field="kind", kind=code)
    return KINDS[code]


def if_complete() -> None:
    """Refuse to start when a kind has no columns, or an outcome no word."""
    for code, kind in KINDS.items():
        if code not in WANTED or not kind.written <= set(kind.outcomes) <= set(OUTCOME_LABELS):
            message = f"the import kind {code} lacks its columns or the word of an outcome"
            raise RuntimeError(message)


if_complete()
