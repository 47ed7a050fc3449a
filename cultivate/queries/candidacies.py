"""Candidacies and their moves."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from cultivate.domain.ledger import NO_PARK, BookedMove, Place
from cultivate.domain.scope import Scope
from cultivate.errors import NotFound
from cultivate.models import Candidacy, Firm, StageMove, User


@dataclass(frozen=True, slots=True)
class CandidacyRow:
    """A candidacy as plain values."""

    id: int
    version: int
    firm_id: int
    track: str
    cycle: int
    stage: str
    stage_since: date
    street_id: int
    park_id: int | None
    renews_id: int | None
    in_charge_id: int | None
    in_charge: str | None
    retry_year: int | None


@dataclass(frozen=True, slots=True)
class MoveRow:
    """A move as plain values; ``reversed_by_id`` where it was taken back."""

    id: int
    candidacy_id: int
    kind: str
    source: str
    target: str
    from_street_id: int
    from_park_id: int | None
    to_street_id: int
    to_park_id: int | None
    effective_on: date
    recorded_at: datetime
    actor: str | None
    actor_id: int | None
    door: str
    reason: str | None
    evidence: str | None
    override_reason: str | None
    retry_year: int | None
    reverses_id: int | None
    reversed_by_id: int | None
    caused_by_id: int | None
    transfer_id: int | None


def firm_within(scope: Scope) -> ColumnElement[bool]:
    """Firms alive and within a scope, by where they lie now; for every query that joins ``Firm``."""
    alive = Firm.deleted_at.is_(None)
    if scope.everything:
        return alive
    ids = sorted(scope.unit_ids)
    return alive & or_(Firm.street_id.in_(ids), Firm.park_id.in_(ids))


_columns: tuple[Any, ...] = (
    Candidacy.id,
    Candidacy.version,
    Candidacy.firm_id,
    Candidacy.track,
    Candidacy.cycle,
    Candidacy.stage,
    Candidacy.stage_since,
    Candidacy.street_id,
    Candidacy.park_id,
    Candidacy.renews_id,
    Candidacy.in_charge_id,
    User.display_name,
    Candidacy.retry_year,
)


def get_candidacy(session: Session, scope: Scope, candidacy_id: int) -> CandidacyRow:
    """One candidacy, or ``NotFound`` when its firm lies outside the scope."""
    row = session.execute(
        select(*_columns)
        .join(Firm, Firm.id == Candidacy.firm_id)
        .outerjoin(User, User.id == Candidacy.in_charge_id)
        .where(Candidacy.id == candidacy_id, firm_within(scope))
    ).one_or_none()
    if row is None:
        raise NotFound
    return CandidacyRow(*row)


def list_of_firms(session: Session, scope: Scope, firm_ids: list[int]) -> dict[int, list[CandidacyRow]]:
    """Candidacies of these firms, by track and cycle; one query for a whole page of firms."""
    found: dict[int, list[CandidacyRow]] = {firm_id: [] for firm_id in firm_ids}
    rows = session.execute(
        select(*_columns)
        .join(Firm, Firm.id == Candidacy.firm_id)
        .outerjoin(User, User.id == Candidacy.in_charge_id)
        .where(Candidacy.firm_id.in_(firm_ids), firm_within(scope))
        .order_by(Candidacy.firm_id, Candidacy.track, Candidacy.cycle, Candidacy.id)
    )
    for row in rows:
        found[row.firm_id].append(CandidacyRow(*row))
    return found


def list_of_firm(session: Session, scope: Scope, firm_id: int) -> list[CandidacyRow]:
    """Candidacies of one firm, by track and cycle."""
    return list_of_firms(session, scope, [firm_id])[firm_id]


def moves_of(session: Session, scope: Scope, *candidacy_ids: int) -> list[MoveRow]:
    """All moves of some candidacies in the order in which the book learned them."""
    rows = session.execute(
        select(StageMove, User.display_name)
        .join(Candidacy, Candidacy.id == StageMove.candidacy_id)
        .join(Firm, Firm.id == Candidacy.firm_id)
        .outerjoin(User, User.id == StageMove.actor_id)
        .where(StageMove.candidacy_id.in_(candidacy_ids), firm_within(scope))
        .order_by(StageMove.id)
    ).all()
    taken_back = {move.reverses_id: move.id for move, _ in rows if move.reverses_id is not None}
    return [
        MoveRow(
            id=move.id,
            candidacy_id=move.candidacy_id,
            kind=move.kind,
            source=move.from_account,
            target=move.to_account,
            from_street_id=move.from_street_id,
            from_park_id=move.from_park_id,
            to_street_id=move.to_street_id,
            to_park_id=move.to_park_id,
            effective_on=move.effective_on,
            recorded_at=move.recorded_at,
            actor=name,
            actor_id=move.actor_id,
            door=move.source,
            reason=move.reason,
            evidence=move.evidence,
            override_reason=move.override_reason,
            retry_year=move.retry_year,
            reverses_id=move.reverses_id,
            reversed_by_id=taken_back.get(move.id),
            caused_by_id=move.caused_by_id,
            transfer_id=move.transfer_id,
        )
        for move, name in rows
    ]


def get_move(session: Session, scope: Scope, move_id: int) -> MoveRow:
    """One move, or ``NotFound`` when its firm lies outside the scope."""
    candidacy_id = session.scalar(select(StageMove.candidacy_id).where(StageMove.id == move_id))
    for move in moves_of(session, scope, candidacy_id) if candidacy_id is not None else []:
        if move.id == move_id:
            return move
    raise NotFound


def booked_moves(session: Session, candidacy_id: int) -> list[StageMove]:
    """The rows of one candidacy's moves, oldest first; for the writers of the ledger."""
    return list(
        session.scalars(
            select(StageMove).where(StageMove.candidacy_id == candidacy_id).order_by(StageMove.id)
        )
    )


def as_booked(move: StageMove) -> BookedMove:
    """A row as what the fold reads."""
    return BookedMove(move.id, move.reverses_id, target_of(move), move.effective_on, move.recorded_at)


def source_of(move: StageMove) -> Place:
    """The place a move left."""
    return Place(move.from_account, move.from_street_id, move.from_park_id or NO_PARK)


def target_of(move: StageMove) -> Place:
    """The place a move entered."""
    return Place(move.to_account, move.to_street_id, move.to_park_id or NO_PARK)
