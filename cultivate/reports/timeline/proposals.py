"""What caseworkers proposed, and what the bureau answered."""

from collections.abc import Iterator

from cultivate import clock
from cultivate.domain.stages import LABELS
from cultivate.errors import N_
from cultivate.i18n import _
from cultivate.reports.timeline.entry import Entry
from cultivate.reports.timeline.reading import Reading

ANSWERS = {
    "waiting": N_("waits for the bureau"),
    "accepted": N_("accepted"),
    "declined": N_("declined"),
}


def read(reading: Reading) -> Iterator[Entry]:
    """One line a proposal, with its answer."""
    for row in reading.proposals:
        title = _("Proposed: %(stage)s", stage=_(LABELS[row.to]))
        yield Entry(
            id=row.id,
            day=clock.day_of(row.proposed_at),
            recorded_at=row.proposed_at,
            kind="proposal",
            title=f"{title}{_(': ')}{_(ANSWERS[row.status])}",
            who=row.by or "",
            tracks=(row.track,),
            text=row.reason,
            notes=(_("Answer: %(answer)s", answer=row.answer),) if row.answer else (),
        )
