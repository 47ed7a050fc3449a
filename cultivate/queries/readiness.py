"""May this firm apply, and what is missing: what is known of it, judged by the pack that applies to it that day."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate.db.many import among
from cultivate.domain.policy.assess import Assessment, assess
from cultivate.domain.policy.judged import NOT_MET, Judged
from cultivate.errors import Invalid
from cultivate.models import Candidacy
from cultivate.packs import policies as shipped
from cultivate.queries import facts, policies
from cultivate.queries.facts import Known
from cultivate.queries.policies import Applied


@dataclass(frozen=True, slots=True)
class Readiness:
    """The answer, what it was formed of, and which versions of the pack applied."""

    track: str
    known: Known
    applied: Applied
    found: Assessment

    @property
    def failed(self) -> tuple[Judged, ...]:
        """Conditions that do not hold; one that is not known is none of them."""
        return tuple(row for row in self.found.conditions if row.result == NOT_MET)


def policy_of(track: str) -> str | None:
    """The pack that decides for a track; ``None`` for a track without rules of its own."""
    try:
        return shipped.track_policy(track)
    except Invalid:
        return None


def of_firm(session: Session, firm_id: int, track: str, applied_on: date) -> Readiness | None:
    """Of one firm that the reader may see; ``None`` where no pack judges the track."""
    return of_firms(session, [firm_id], track, applied_on).get(firm_id)


def of_firms(
    session: Session, firm_ids: Collection[int], track: str, applied_on: date
) -> dict[int, Readiness]:
    """Of many firms, by id; packs are read once for each street and park."""
    base = policy_of(track)
    if base is None:
        return {}
    packs: dict[tuple[int, ...], Applied] = {}
    found = {}
    for known in facts.waves(session, firm_ids, applied_on, shipped.policy(base).calibres):
        place = known.unit_ids
        if place not in packs:
            packs[place] = policies.applying(session, base, applied_on, place)
        applied = packs[place]
        found[known.firm_id] = Readiness(track, known, applied, assess(applied.pack, known.facts))
    return found


def of_ways(session: Session, candidacy_ids: Collection[int], applied_on: date) -> dict[int, Readiness]:
    """By candidacy: of the firms of many candidacies, each for its own track."""
    statement = (
        select(Candidacy.id, Candidacy.track, Candidacy.firm_id)
        .where(among(session, Candidacy.id, candidacy_ids))
        .order_by(Candidacy.id)
    )
    tracks: dict[str, dict[int, int]] = {}
    for way, track, firm_id in session.execute(statement):
        tracks.setdefault(track, {})[way] = firm_id
    found: dict[int, Readiness] = {}
    for track, firms in tracks.items():
        ready = of_firms(session, set(firms.values()), track, applied_on)
        found |= {way: ready[firm_id] for way, firm_id in firms.items() if firm_id in ready}
    return found
