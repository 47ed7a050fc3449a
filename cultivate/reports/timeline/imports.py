"""Files whose rows wrote something of the firm."""

from collections.abc import Iterator

from cultivate import clock
from cultivate.i18n import _
from cultivate.reports.timeline.entry import Entry
from cultivate.reports.timeline.reading import Reading


def read(reading: Reading) -> Iterator[Entry]:
    """One line a row; that of an import taken back is struck through."""
    for row in reading.imports:
        yield Entry(
            id=row.id,
            day=clock.day_of(row.committed_at),
            recorded_at=row.committed_at,
            kind="import",
            title=_("Import: %(file)s", file=row.file_name),
            who=row.who or "",
            tracks=(row.track,) if row.track else (),
            text=_("row %(number)s", number=row.number),
            struck=row.undone_at is not None,
            refers=("import", row.batch_id),
        )
