"""Pairs of firms that may be one: kept as the sweep finds them, decided by a person once."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain import duplicates
from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Act
from cultivate.errors import N_, Conflict, Invalid
from cultivate.models import DuplicatePair, Firm
from cultivate.queries import duplicates as queries
from cultivate.queries.duplicate_sweep import FoundPair, facts_of
from cultivate.services import audit

WAITING, MERGED, LINKED, DISTINCT, GONE = "waiting", "merged", "linked", "distinct", "gone"
#: what a person said; the sweep does not ask again until names or codes have changed
DECIDED = frozenset({MERGED, LINKED, DISTINCT})
_CHUNK = 500
T = TypeVar("T")


@dataclass(slots=True)
class Swept:
    """What a sweep changed."""

    waiting: int = 0
    new: int = 0
    gone: int = 0
    asked_again: int = 0


def keep(session: Session, found: Sequence[FoundPair]) -> Swept:
    """Write what a sweep of the whole register found; a second time changes nothing.

    A pair that is none any more is marked ``gone``. What a person decided stands, unless a code or a name of
    either firm has changed since. Firms that vanished between sweep and writing make no pair.
    """
    result = Swept()
    alive = _alive(session, {each for pair in found for each in (pair.firm_id, pair.other_id)})
    pairs = {
        (pair.firm_id, pair.other_id): pair
        for pair in found
        if pair.firm_id in alive and pair.other_id in alive
    }
    for row in session.scalars(select(DuplicatePair).order_by(DuplicatePair.id)):
        pair = pairs.pop((row.firm_id, row.other_id), None)
        if pair is None:
            _no_longer(row, result)
        elif row.status in DECIDED and row.facts == pair.facts:
            continue
        else:
            _refresh(row, pair, result)
    now = clock.now()
    for pair in pairs.values():
        session.add(
            DuplicatePair(
                firm_id=pair.firm_id,
                other_id=pair.other_id,
                status=WAITING,
                reasons=list(pair.likeness.reasons),
                likeness=pair.likeness.likeness,
                hint=pair.likeness.hint,
                facts=pair.facts,
                found_at=now,
            )
        )
        result.new += 1
        result.waiting += 1
    session.flush()
    return result


def distinct(session: Session, actor: Actor, pair_id: int) -> None:
    """Remember that the two are two; raises ``Conflict`` when somebody else has decided already."""
    row = waiting_pair(session, actor, pair_id)
    decide(session, actor, row, DISTINCT)
    audit.note(session, actor, "distinct", "duplicate", row.id, firms=[row.firm_id, row.other_id])


def reopen(session: Session, actor: Actor, pair_id: int) -> None:
    """Ask again about two that somebody held to be two."""
    actor.require(Act.MERGE)
    row = _locked(session, queries.get_pair(session, actor.scope, pair_id).id)
    if row.status != DISTINCT:
        raise Invalid(N_("There is nothing to take back about this pair."), field="pair", code="not-open")
    row.status, row.decided_by_id, row.decided_at = WAITING, None, None
    session.flush()
    audit.note(session, actor, "reopen", "duplicate", row.id, firms=[row.firm_id, row.other_id])


def waiting_pair(session: Session, actor: Actor, pair_id: int) -> DuplicatePair:
    """The pair, locked; ``NotFound`` unless both firms are the actor's, ``Conflict`` when it is decided."""
    actor.require(Act.MERGE)
    row = _locked(session, queries.get_pair(session, actor.scope, pair_id).id)
    if row.status != WAITING:
        raise Conflict(N_("Somebody else has decided about these two already."))
    return row


def decide(session: Session, actor: Actor, row: DuplicatePair, status: str) -> None:
    """Keep a decision with the facts that it rests on."""
    known = facts_of(session, (row.firm_id, row.other_id))
    if len(known) == 2:
        row.facts = duplicates.digest(known[row.firm_id], known[row.other_id])
    row.status, row.decided_by_id, row.decided_at = status, actor.user_id, clock.now()
    session.flush()


def find_row(session: Session, one: int, other: int) -> DuplicatePair | None:
    """The pair of two firms, in whatever state."""
    return session.scalar(
        select(DuplicatePair)
        .where(DuplicatePair.firm_id == min(one, other), DuplicatePair.other_id == max(one, other))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _locked(session: Session, pair_id: int) -> DuplicatePair:
    return session.scalars(
        select(DuplicatePair)
        .where(DuplicatePair.id == pair_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _no_longer(row: DuplicatePair, result: Swept) -> None:
    if row.status == WAITING:
        row.status = GONE
        result.gone += 1


def _refresh(row: DuplicatePair, pair: FoundPair, result: Swept) -> None:
    """Bring a waiting pair up to date; one that had gone, or whose facts have changed, is asked about again."""
    if row.status != WAITING:
        result.asked_again += 1
        row.status, row.found_at = WAITING, clock.now()
        row.decided_by_id = row.decided_at = None
    row.reasons = list(pair.likeness.reasons)
    row.likeness, row.hint, row.facts = pair.likeness.likeness, pair.likeness.hint, pair.facts
    result.waiting += 1


def _alive(session: Session, ids: Iterable[int]) -> set[int]:
    found: set[int] = set()
    for part in _parts(sorted(ids)):
        found.update(session.scalars(select(Firm.id).where(Firm.id.in_(part), Firm.deleted_at.is_(None))))
    return found


def _parts(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]
