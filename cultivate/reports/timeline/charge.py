"""Who was in charge of a track from when on, by whose word and why; from the history of assignments."""

from collections.abc import Iterator

from cultivate import clock
from cultivate.i18n import _
from cultivate.queries import assignments
from cultivate.queries.assignments import AssignmentRow
from cultivate.reports import words
from cultivate.reports.timeline.entry import Entry
from cultivate.reports.timeline.reading import Reading


def read(reading: Reading) -> Iterator[Entry]:
    """One line a change, the opening of a candidacy in somebody's charge among them."""
    for row in assignments.list_of_firm(reading.session, reading.scope, reading.firm_id):
        yield Entry(
            id=row.id,
            day=clock.day_of(row.at),
            recorded_at=row.at,
            kind="charge",
            title=_title(row),
            who=words.who(row.by, "job"),
            tracks=(row.track,),
            text=row.reason,
            refers=("handover", row.handover_id) if row.handover_id else None,
        )


def _title(row: AssignmentRow) -> str:
    if row.to is None:
        return _("Nobody in charge any more")
    if row.before is None:
        return _("In charge: %(name)s", name=row.to)
    return _("In charge: %(before)s → %(name)s", before=row.before, name=row.to)
