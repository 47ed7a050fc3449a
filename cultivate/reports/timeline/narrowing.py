"""A part of the timeline: some kinds, one track, one person, a period; and what there is to choose from."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from cultivate.reports.timeline.entry import Entry


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to show; an empty part is everything. ``until`` is a day that still counts."""

    kind: str = ""
    track: str = ""
    who: str = ""
    since: date | None = None
    until: date | None = None

    def holds(self, entry: Entry) -> bool:
        """Whether an entry belongs to it; what concerns the firm as a whole belongs to no track."""
        return (
            self.kind in {"", entry.kind}
            and (not self.track or self.track in entry.tracks)
            and self.who in {"", entry.who}
            and (self.since is None or entry.day >= self.since)
            and (self.until is None or entry.day <= self.until)
        )


def narrow(entries: Sequence[Entry], wanted: Wanted) -> list[Entry]:
    """The entries that are wanted, in their order."""
    return [entry for entry in entries if wanted.holds(entry)]


def count_kinds(entries: Sequence[Entry], wanted: Wanted) -> Counter[str]:
    """How many entries of each kind there are beside the rest of what is wanted."""
    return Counter(entry.kind for entry in narrow(entries, replace(wanted, kind="")))


def people(entries: Sequence[Entry]) -> list[str]:
    """Who appears in it, by name."""
    return sorted({entry.who for entry in entries if entry.who})
