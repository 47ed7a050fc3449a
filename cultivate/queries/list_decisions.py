"""Lines of official lists that wait for a person, over all imports, and the decisions that are remembered."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from cultivate.domain.actor import Actor
from cultivate.domain.list_memory import asked_key, asked_name
from cultivate.domain.scope import Scope
from cultivate.domain.stages import Stage
from cultivate.models import Candidacy, Certificate, Firm, FirmName, ImportBatch, ImportRow, User
from cultivate.queries import units
from cultivate.queries.candidacies import firm_within
from cultivate.queries.imports import visible
from cultivate.queries.paging import Page, offset_of
from cultivate.queries.units import Unit

PAGE_SIZE = 20
_LIVE = ("preview", "committed")
_KEPT = ("ours", "not_ours")


@dataclass(frozen=True, slots=True)
class HeldCertificate:
    """A certificate of a candidate, on the track of the list."""

    number: str
    issued_on: date
    valid_through: date | None
    in_force: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """A firm that a line may speak of, with what tells it from others."""

    id: int
    name: str
    former_names: tuple[str, ...]
    uscc: str | None
    street: Unit
    certificates: tuple[HeldCertificate, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A line to decide: the list's words, what is asked besides, and the likeliest firms."""

    batch_id: int
    number: int
    values: Mapping[str, str]
    name: str
    way: str | None
    asks: Mapping[str, str | None]
    """What a person has to add (``street``, ``issued_on``), with what the list suggests."""
    candidates: tuple[Candidate, ...]

    @property
    def key(self) -> str:
        """What an address calls the line."""
        return f"{self.batch_id}-{self.number}"


@dataclass(frozen=True, slots=True)
class ListRef:
    """The list of a line; ``left`` lines of it wait."""

    id: int
    kind: str
    status: str
    file_name: str
    columns: Mapping[str, str]
    track: str
    issued_on: date | None
    left: int


@dataclass(frozen=True, slots=True)
class Remembered:
    """A decision that later lists take over: the last one for the name on the track."""

    row_id: int
    batch_id: int
    file_name: str
    track: str
    name: str
    decision: str
    firm_id: int | None
    firm: str | None
    by: str | None
    at: datetime | None


def _waiting(actor: Actor) -> list[ColumnElement[bool]]:
    return [visible(actor), ImportRow.outcome == "to_decide", ImportBatch.status.in_(_LIVE)]


def list_waiting(session: Session, actor: Actor, number: int = 1, size: int = PAGE_SIZE) -> Page[Waiting]:
    """A page of the queue, the newest list first, its lines in their order."""
    joined = (
        select(func.count()).select_from(ImportRow).join(ImportBatch, ImportBatch.id == ImportRow.batch_id)
    )
    total = session.scalar(joined.where(*_waiting(actor))) or 0
    number = min(max(number, 1), max(1, -(-total // size)))
    rows = session.execute(
        select(
            ImportBatch.id,
            ImportBatch.kind,
            ImportBatch.track,
            ImportRow.number,
            ImportRow.values,
            ImportRow.changes,
        )
        .join(ImportBatch, ImportBatch.id == ImportRow.batch_id)
        .where(*_waiting(actor))
        .order_by(ImportBatch.id.desc(), ImportRow.number)
        .offset(offset_of(number, size))
        .limit(size)
    ).all()
    wanted: dict[str, set[int]] = defaultdict(set)
    for _, _, track, _, _, changes in rows:
        wanted[track or ""].update(_firm_ids(changes))
    known = {track: candidates(session, actor.scope, track, sorted(ids)) for track, ids in wanted.items()}
    return Page([_line(row, known[row[2] or ""]) for row in rows], total, number, size)


def _line(row: Any, known: Mapping[int, Candidate]) -> Waiting:
    batch_id, kind, _, number, values, changes = row
    return Waiting(
        batch_id=batch_id,
        number=number,
        values=values,
        name=asked_name(kind, values),
        way=next((change["way"] for change in changes if "way" in change), None),
        asks={change["ask"]: change["value"] for change in changes if "ask" in change},
        candidates=tuple(known[firm_id] for firm_id in _firm_ids(changes) if firm_id in known),
    )


def _firm_ids(changes: Sequence[Mapping[str, Any]]) -> list[int]:
    return [change["firm_id"] for change in changes if "firm_id" in change]


def lists_waiting(session: Session, actor: Actor) -> dict[int, ListRef]:
    """The lists with lines to decide, the newest first."""
    rows = session.execute(
        select(
            ImportBatch.id,
            ImportBatch.kind,
            ImportBatch.status,
            ImportBatch.file_name,
            ImportBatch.columns,
            ImportBatch.track,
            ImportBatch.issued_on,
            select(func.count())
            .where(ImportRow.batch_id == ImportBatch.id, ImportRow.outcome == "to_decide")
            .scalar_subquery(),
        )
        .where(
            visible(actor),
            ImportBatch.status.in_(_LIVE),
            ImportBatch.id.in_(select(ImportRow.batch_id).where(ImportRow.outcome == "to_decide")),
        )
        .order_by(ImportBatch.id.desc())
    )
    return {row[0]: ListRef(*row) for row in rows}


def candidates(session: Session, scope: Scope, track: str, ids: Sequence[int]) -> dict[int, Candidate]:
    """Firms within the scope with former names and the track's certificates: three queries for all of them."""
    if not ids:
        return {}
    places = units.by_id(session)
    names: dict[int, list[str]] = defaultdict(list)
    for firm_id, name in session.execute(
        select(FirmName.firm_id, FirmName.name).where(FirmName.firm_id.in_(ids)).order_by(FirmName.id)
    ):
        names[firm_id].append(name)
    held: dict[int, list[HeldCertificate]] = defaultdict(list)
    for firm_id, number, issued_on, through, status, stage in session.execute(
        select(
            Certificate.firm_id,
            Certificate.number,
            Certificate.issued_on,
            Certificate.valid_through,
            Certificate.status,
            Candidacy.stage,
        )
        .join(Candidacy, Candidacy.id == Certificate.candidacy_id)
        .where(Certificate.firm_id.in_(ids), Certificate.track == track, Certificate.status != "void")
        .order_by(Certificate.counts_from, Certificate.id)
    ):
        in_force = (status, stage) == ("valid", Stage.CERTIFY)
        held[firm_id].append(HeldCertificate(number, issued_on, through, in_force))
    firms = session.execute(
        select(Firm.id, Firm.name, Firm.uscc, Firm.street_id)
        .where(Firm.id.in_(ids), firm_within(scope))
        .order_by(Firm.id)
    )
    return {
        key: Candidate(key, name, tuple(names[key]), uscc, places[street_id], tuple(held[key]))
        for key, name, uscc, street_id in firms
    }


def remembered_rows() -> "Select[Any]":
    """Decided rows whose decision later lists take over, the oldest first; the firm of ``ours`` must live."""
    return (
        select(
            ImportRow.id,
            ImportBatch.id,
            ImportBatch.kind,
            ImportBatch.file_name,
            ImportBatch.track,
            ImportRow.values,
            ImportRow.decision,
            ImportRow.firm_id,
            Firm.name,
            ImportRow.decided_by_id,
            ImportRow.decided_at,
        )
        .join(ImportBatch, ImportBatch.id == ImportRow.batch_id)
        .outerjoin(Firm, Firm.id == ImportRow.firm_id)
        .where(
            ImportRow.decision.in_(_KEPT),
            ImportRow.remembered,
            ImportBatch.status.in_(_LIVE),
            or_(ImportRow.decision == "not_ours", and_(Firm.id.is_not(None), Firm.deleted_at.is_(None))),
        )
        .order_by(ImportRow.decided_at, ImportRow.id)
    )


def list_remembered(
    session: Session, actor: Actor, q: str = "", number: int = 1, size: int = 50
) -> Page[Remembered]:
    """What is remembered, the latest decision first; ``q`` is part of a name."""
    last: dict[tuple[str, str], Any] = {}
    for row in session.execute(remembered_rows().where(visible(actor))):
        key = (row[4] or "", asked_key(row[2], row[5]))
        last.pop(key, None)
        last[key] = row
    wanted = "".join(q.split()).upper()
    found = [row for (_, key), row in reversed(last.items()) if wanted in key]
    shown = found[offset_of(number, size) : offset_of(number, size) + size]
    people = dict(
        session.execute(
            select(User.id, User.display_name)
            .where(User.id.in_({row[9] for row in shown if row[9]}))
            .order_by(User.id)
        ).all()
    )
    return Page([_remembered(row, people) for row in shown], len(found), max(number, 1), size)


def _remembered(row: Any, people: Mapping[int, str]) -> Remembered:
    row_id, batch_id, kind, file_name, track, values, decision, firm_id, firm, by_id, at = row
    return Remembered(
        row_id=row_id,
        batch_id=batch_id,
        file_name=file_name,
        track=track or "",
        name=asked_name(kind, values),
        decision=decision,
        firm_id=firm_id,
        firm=firm,
        by=people.get(by_id) if by_id else None,
        at=at,
    )
