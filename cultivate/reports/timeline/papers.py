"""Papers that were put to the firm."""

from collections.abc import Iterator

from cultivate import clock
from cultivate.domain.paper_kinds import KINDS
from cultivate.i18n import _
from cultivate.reports.timeline.entry import Entry
from cultivate.reports.timeline.reading import Reading


def read(reading: Reading) -> Iterator[Entry]:
    """One line a paper; one that was taken away is struck through."""
    for row in reading.papers:
        there = row.deleted_at is None
        yield Entry(
            id=row.id,
            day=clock.day_of(row.recorded_at),
            recorded_at=row.recorded_at,
            kind="paper",
            title=_("Paper: %(name)s", name=row.name),
            who=row.by or "",
            text=_(KINDS.get(row.kind, row.kind)),
            notes=(row.note,) if row.note else (),
            struck=not there,
            refers=("paper", row.id) if there else None,
        )
