"""What goes along when a firm changes hands: what the giver had open there and nobody else will do.

Follow-ups given to the giver or left after their own service, what firms asked them, papers they were to bring,
data they were to mend. What hangs on the firm as a whole, or on a visit for both tracks, stays while the giver
keeps the firm on another track.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, aliased

from cultivate.db.many import among
from cultivate.domain.actor import Actor
from cultivate.domain.batches import IN_ORDER
from cultivate.domain.needs import OPEN
from cultivate.domain.stages import STAGES
from cultivate.models import BatchEntry, BatchPaper, Candidacy, FirmNeed, QualityTask, ServiceRecord
from cultivate.queries import batch_papers
from cultivate.services import audit


@dataclass(frozen=True, slots=True)
class Given:
    """What changes hands: candidacy -> firm."""

    giver_id: int
    ways: Mapping[int, int]

    @property
    def firms(self) -> set[int]:
        """All firms."""
        return set(self.ways.values())


@dataclass(frozen=True, slots=True)
class Taken:
    """One thing that went along; plain, so that the trail can keep it for who takes it back."""

    kind: str
    id: int
    firm_id: int
    before: int | None


@dataclass(frozen=True, slots=True)
class _Kind:
    """A table in which things lie on somebody."""

    model: Any
    column: str
    subject: str
    find: Callable[[Session, Given], Iterable[tuple[int, int]]]
    """Ids with their firms."""
    is_open: ColumnElement[bool]


def find(session: Session, given: Given) -> list[Taken]:
    """What would go along."""
    found = []
    for name, kind in _KINDS.items():
        firms = dict(kind.find(session, given))
        owner = getattr(kind.model, kind.column)
        rows = session.execute(select(kind.model.id, owner).where(among(session, kind.model.id, firms)))
        found += [Taken(name, row_id, firms[row_id], before) for row_id, before in rows]
    return sorted(found, key=lambda each: (each.kind, each.id))


def give(
    session: Session, actor: Actor, things: Sequence[Taken], to: Mapping[int, int], handover_id: int
) -> None:
    """Give each to who takes its firm: firm -> person."""
    for thing, row, owner in _standing(session, things):
        if owner == thing.before:
            _set(session, actor, thing, row, to[thing.firm_id], handover_id)


def give_back(
    session: Session, actor: Actor, things: Sequence[Taken], frm: Mapping[int, int], handover_id: int
) -> None:
    """Give back what is still open and still with who took its firm: firm -> person; other firms' stay."""
    for thing, row, owner in _standing(session, [each for each in things if each.firm_id in frm]):
        if owner == frm[thing.firm_id]:
            _set(session, actor, thing, row, thing.before, handover_id)


def _standing(session: Session, things: Sequence[Taken]) -> Iterator[tuple[Taken, Any, int | None]]:
    """Those that are open, locked, with whose they are now."""
    for name, kind in _KINDS.items():
        named = {thing.id: thing for thing in things if thing.kind == name}
        rows = session.scalars(
            select(kind.model)
            .where(among(session, kind.model.id, named), kind.is_open)
            .order_by(kind.model.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        for row in rows.all():
            yield named[row.id], row, getattr(row, kind.column)


def _set(session: Session, actor: Actor, thing: Taken, row: Any, owner: int | None, handover_id: int) -> None:
    kind = _KINDS[thing.kind]
    changes = {kind.column: [getattr(row, kind.column), owner]}
    setattr(row, kind.column, owner)
    row.version += 1
    audit.note(session, actor, "hand-over", kind.subject, row.id, changes=changes, handover=handover_id)


def _wholly_given(session: Session, given: Given) -> set[int]:
    """Firms of which the giver keeps nothing."""
    kept = select(Candidacy.firm_id).where(
        among(session, Candidacy.firm_id, given.firms), *_stays_with(session, given, Candidacy)
    )
    return given.firms - set(session.scalars(kept))


def _stays_with(session: Session, given: Given, way: Any) -> tuple[ColumnElement[bool], ...]:
    return (
        way.in_charge_id == given.giver_id,
        way.stage.in_(STAGES),
        ~among(session, way.id, given.ways),
    )


def _follow_ups(session: Session, given: Given) -> Iterable[tuple[int, int]]:
    """All records of a visit together: they say the same."""
    this, other, way = aliased(ServiceRecord), aliased(ServiceRecord), aliased(Candidacy)
    stays = (
        select(other.id)
        .join(way, way.id == other.candidacy_id)
        .where(other.visit_id == this.visit_id, *_stays_with(session, given, way))
        .correlate(this)
        .exists()
    )
    visits = select(this.id, this.visit_id).where(
        among(session, this.candidacy_id, given.ways), _lies_on(this, given.giver_id), ~stays
    )
    found = session.execute(visits).all()
    ids, shared = [row[0] for row in found], [row[1] for row in found if row[1] is not None]
    return session.execute(
        select(ServiceRecord.id, Candidacy.firm_id)
        .join(Candidacy, Candidacy.id == ServiceRecord.candidacy_id)
        .where(
            or_(among(session, ServiceRecord.id, ids), among(session, ServiceRecord.visit_id, shared)),
            _lies_on(ServiceRecord, given.giver_id),
            Candidacy.firm_id.in_(select(Candidacy.firm_id).where(among(session, Candidacy.id, given.ways))),
        )
    ).all()


def _lies_on(record: Any, giver_id: int) -> ColumnElement[bool]:
    own = and_(record.follow_up_owner_id.is_(None), record.by_id == giver_id)
    return and_(_follow_up_open(record), or_(record.follow_up_owner_id == giver_id, own))


def _follow_up_open(record: Any = ServiceRecord) -> ColumnElement[bool]:
    return and_(
        record.follow_up_on.is_not(None), record.followed_up_at.is_(None), record.withdrawn_at.is_(None)
    )


def _of_firms(session: Session, given: Given, model: Any, is_open: ColumnElement[bool]) -> dict[int, int]:
    wanted = _wholly_given(session, given)
    statement = select(model.id, model.firm_id).where(
        model.owner_id == given.giver_id, is_open, among(session, model.firm_id, wanted)
    )
    return dict(session.execute(statement).all())


def _needs(session: Session, given: Given) -> Iterable[tuple[int, int]]:
    return _of_firms(session, given, FirmNeed, FirmNeed.state == OPEN).items()


def _tasks(session: Session, given: Given) -> Iterable[tuple[int, int]]:
    return _of_firms(session, given, QualityTask, QualityTask.closed_at.is_(None)).items()


def _papers(session: Session, given: Given) -> Iterable[tuple[int, int]]:
    due = batch_papers.list_due_of(session, given.giver_id, given.ways)
    statement = (
        select(BatchPaper.id, BatchEntry.candidacy_id)
        .join(BatchEntry, BatchEntry.id == BatchPaper.entry_id)
        .where(among(session, BatchPaper.id, due))
    )
    return [(paper, given.ways[way]) for paper, way in session.execute(statement)]


_KINDS: dict[str, _Kind] = {
    "follow_ups": _Kind(ServiceRecord, "follow_up_owner_id", "service", _follow_ups, _follow_up_open()),
    "needs": _Kind(FirmNeed, "owner_id", "need", _needs, FirmNeed.state == OPEN),
    "papers": _Kind(BatchPaper, "owner_id", "batch_paper", _papers, BatchPaper.state.not_in(IN_ORDER)),
    "tasks": _Kind(QualityTask, "owner_id", "quality", _tasks, QualityTask.closed_at.is_(None)),
}
KINDS = tuple(_KINDS)
