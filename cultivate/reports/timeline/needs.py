"""What the firm asked for, and what it was told."""

from collections.abc import Iterator

from cultivate import clock
from cultivate.domain.needs import OPEN, STATES
from cultivate.i18n import _, language
from cultivate.packs import service_kinds
from cultivate.queries.firm_needs import NeedRow
from cultivate.reports.timeline.entry import Entry
from cultivate.reports.timeline.reading import Reading


def read(reading: Reading) -> Iterator[Entry]:
    """One line for the wish, and one for the answer that stands; of earlier answers the need's page tells."""
    for row in reading.needs:
        yield Entry(
            id=row.id,
            day=row.raised_on,
            recorded_at=row.recorded_at,
            kind="need",
            title=_("Asks for: %(kind)s", kind=kind_words(row)),
            who=row.by or "",
            text=row.text,
            notes=(due_words(row),) if row.state == OPEN else (),
            refers=("need", row.id),
        )
        if row.answered_on is not None:
            yield Entry(
                id=row.id,
                day=row.answered_on,
                recorded_at=clock.at(row.answered_on),
                kind="need",
                title=_("%(kind)s: %(state)s", kind=kind_words(row), state=_(STATES[row.state])),
                who=row.answered_by or "",
                text=row.answer,
                refers=("need", row.id),
            )


def kind_words(row: NeedRow) -> str:
    """What it asks for, in a word."""
    kind = service_kinds.needs().get(row.kind)
    return kind.name(language()) if kind else row.kind


def due_words(row: NeedRow) -> str:
    """Whose it is to answer, and until when."""
    who = row.owner or _("The bureau")
    return _("%(who)s answers by %(day)s", who=who, day=row.due_on.isoformat()) if row.due_on else who
