"""Where a firm stands on each track, what comes next, and what is missing first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from cultivate import packs
from cultivate.domain.stages import LABELS, STAGES
from cultivate.i18n import _, language
from cultivate.packs import gap_words
from cultivate.queries import steps
from cultivate.queries.candidacies import CandidacyRow
from cultivate.queries.readiness import Readiness
from cultivate.reports.dossier.cut import Cut, cut
from cultivate.reports.timeline.reading import Reading

GAPS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackPart:
    """One track. ``stage`` and ``days`` are empty where the firm is not on it."""

    code: str
    title: str
    stage: str
    stage_words: str
    since: date | None
    days: int | None
    next: str
    overdue: bool
    verdict: str
    gaps: Cut


def parts(reading: Reading, ready: Mapping[str, Readiness | None], today: date) -> tuple[TrackPart, ...]:
    """In the order of the tracks; of several ways through one the last that stands, else the last.

    ``ready`` is, by track, what the rules say if the filing were today.
    """
    return tuple(_part(reading, track, ready.get(track), today) for track in packs.tracks())


def _part(reading: Reading, track: str, ready: Readiness | None, today: date) -> TrackPart:
    found = [row for row in reading.candidacies if row.track == track]
    way = _way(found)
    standing = way is not None and way.stage in STAGES
    following = _next(reading, way, today) if way is not None and standing else None
    verdict, gaps = _gaps(ready)
    return TrackPart(
        code=track,
        title=packs.track(track).name(language()),
        stage=way.stage if way else "",
        stage_words=_(LABELS[way.stage]) if way else _("Not on this track yet."),
        since=way.stage_since if way else None,
        days=(today - way.stage_since).days if way and standing else None,
        next=following.words if following else "—",
        overdue=following.overdue if following else False,
        verdict=verdict,
        gaps=gaps,
    )


def _way(found: Sequence[CandidacyRow]) -> CandidacyRow | None:
    live = [row for row in found if row.stage in STAGES]
    return next(reversed(live or found), None)


def _next(reading: Reading, way: CandidacyRow, today: date) -> steps.NextStep:
    own = [row for row in reading.services if row.candidacy_id == way.id and row.withdrawn_at is None]
    due = [row.follow_up_on for row in own if row.follow_up_on and row.followed_up_at is None]
    return steps.next_of(way.stage, min(due, default=None), served=bool(own), as_of=today)


def _gaps(ready: Readiness | None) -> tuple[str, Cut]:
    """What is not met, then what is not known."""
    if ready is None:
        return "", cut((), GAPS)
    lines = gap_words.open_words(ready.found)
    return "" if lines else _("Can apply"), cut([line.text for line in lines], GAPS)
