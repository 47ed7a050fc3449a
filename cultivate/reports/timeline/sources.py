"""The kinds of what happens to a firm, and all of it in one order."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cultivate.errors import N_
from cultivate.reports.timeline import (
    certificates,
    charge,
    imports,
    moves,
    needs,
    papers,
    proposals,
    services,
    trail,
)
from cultivate.reports.timeline.entry import Entry
from cultivate.reports.timeline.reading import Reading


@dataclass(frozen=True, slots=True)
class Source:
    """One kind: its code in addresses, its name, and where its entries come from (at most two queries)."""

    kind: str
    label: str
    read: Callable[[Reading], Iterable[Entry]]


#: in the order in which a page offers them; of two entries of one moment the later kind stands above
SOURCES = (
    Source("stage", N_("Moves"), moves.read),
    Source("service", N_("Services"), services.read),
    Source("need", N_("Wishes"), needs.read),
    Source("proposal", N_("Proposals"), proposals.read),
    Source("certificate", N_("Certificates"), certificates.read),
    Source("assessment", N_("Assessments"), trail.assessments),
    Source("charge", N_("In charge"), charge.read),
    Source("paper", N_("Papers"), papers.read),
    Source("data", N_("Data"), trail.data),
    Source("import", N_("Imports"), imports.read),
    Source("identity", N_("Merges and links"), trail.identity),
    Source("tag", N_("Tags"), trail.tags),
)
LABELS = {source.kind: source.label for source in SOURCES}
_RANKS = {source.kind: rank for rank, source in enumerate(SOURCES)}


def everything(reading: Reading) -> list[Entry]:
    """All that happened, newest first: by day, then by when the book learned it."""
    entries = [entry for source in SOURCES for entry in source.read(reading)]
    return sorted(entries, key=_order, reverse=True)


def _order(entry: Entry) -> tuple[object, ...]:
    return entry.day, entry.recorded_at, _RANKS[entry.kind], entry.id
