"""Moves between stages and between places, and those that take a move back."""

from collections.abc import Iterator, Sequence

from cultivate.domain.stages import LABELS, OUTSIDE
from cultivate.i18n import _
from cultivate.queries.candidacies import MoveRow
from cultivate.reports import words
from cultivate.reports.timeline.entry import Entry
from cultivate.reports.timeline.reading import Reading


def read(reading: Reading) -> Iterator[Entry]:
    """One line a move; what a transfer did to several candidacies is one line."""
    seen: set[tuple[int, bool]] = set()
    for move in reading.moves:
        belongs: Sequence[MoveRow] = [move]
        if move.transfer_id is not None:
            key = (move.transfer_id, move.reverses_id is not None)
            if key in seen:
                continue
            seen.add(key)
            belongs = [
                each for each in reading.moves if (each.transfer_id, each.reverses_id is not None) == key
            ]
        yield entry(reading, move, belongs)


def entry(reading: Reading, move: MoveRow, belongs: Sequence[MoveRow]) -> Entry:
    """The line of a move; ``belongs``: it, and those of the same transfer."""
    return Entry(
        id=move.id,
        day=move.effective_on,
        recorded_at=move.recorded_at,
        kind="stage",
        title=_title(reading, move),
        who=words.who(move.actor, move.door),
        tracks=tuple(dict.fromkeys(reading.tracks[each.candidacy_id] for each in belongs)),
        text=_(move.reason) if move.reason else "",
        notes=tuple(_notes(move)),
        struck=move.reversed_by_id is not None,
    )


def _title(reading: Reading, move: MoveRow) -> str:
    if move.transfer_id is not None:
        title = _(
            "Moved from %(source)s to %(target)s",
            source=reading.place(move.from_street_id, move.from_park_id),
            target=reading.place(move.to_street_id, move.to_park_id),
        )
    elif move.source == OUTSIDE:
        title = _("Entered: %(stage)s", stage=_(LABELS[move.target]))
    elif move.target == OUTSIDE:
        title = _("Opening of %(stage)s taken back", stage=_(LABELS[move.source]))
    else:
        title = f"{_(LABELS[move.source])} → {_(LABELS[move.target])}"
    return _("Taken back: %(what)s", what=title) if move.reverses_id is not None else title


def _notes(move: MoveRow) -> Iterator[str]:
    if move.override_reason:
        yield _("Conditions waived: %(reason)s", reason=move.override_reason)
    if move.evidence:
        yield _("Evidence: %(evidence)s", evidence=move.evidence)
    if move.retry_year:
        yield _("May try again in %(year)s", year=move.retry_year)
