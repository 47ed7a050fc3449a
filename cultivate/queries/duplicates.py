"""The queue of firms that may be one, and what a firm has been joined with.

A pair is shown to whoever may see both of its firms; a pair across two streets is the bureau's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from cultivate.domain import masking
from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Act
from cultivate.domain.scope import Scope
from cultivate.errors import NotFound
from cultivate.models import DuplicatePair, Firm, FirmLink, FirmMerge, FirmName, User
from cultivate.queries import candidacies, firms, units
from cultivate.queries.candidacies import CandidacyRow
from cultivate.queries.paging import Page, offset_of
from cultivate.queries.units import Unit

PAGE_SIZE = 20
STATUSES = ("waiting", "linked", "distinct")


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two firms, with what tells it from the other; the phone is masked as on its page."""

    id: int
    version: int
    name: str
    uscc: str | None
    street: Unit
    park: Unit | None
    former_names: tuple[str, ...]
    established_on: date | None
    address: str | None
    contact_name: str | None
    contact_phone: str | None
    candidacies: tuple[CandidacyRow, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two firms that may be one."""

    id: int
    firm: Side
    other: Side
    reasons: tuple[str, ...]
    likeness: int
    hint: str
    status: str
    found_at: datetime
    decided_by: str | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A firm that belongs to another. ``forward``: ``other`` is the branch, successor … of the firm asked about."""

    id: int
    kind: str
    forward: bool
    other_id: int
    other: str
    since: date | None
    note: str


@dataclass(frozen=True, slots=True)
class MergeRow:
    """A firm that was merged into another."""

    id: int
    kept_id: int
    gone_id: int
    gone: str
    reason: str
    by_id: int | None
    by: str | None
    merged_at: datetime
    undone_at: datetime | None


def _visible(scope: Scope, *columns: Any) -> Select[*tuple[Any, ...]]:
    """Pairs whose firms are both alive and both within the scope."""
    statement = select(*columns)
    for key in (DuplicatePair.firm_id, DuplicatePair.other_id):
        firm = aliased(Firm)
        statement = statement.join(firm, firm.id == key).where(firm.deleted_at.is_(None))
        if not scope.everything:
            ids = sorted(scope.unit_ids)
            statement = statement.where(or_(firm.street_id.in_(ids), firm.park_id.in_(ids)))
    return statement


def count_waiting(session: Session, scope: Scope) -> int:
    """How many pairs wait for somebody who sees this scope."""
    statement = _visible(scope, func.count(DuplicatePair.id)).where(DuplicatePair.status == "waiting")
    return session.scalar(statement) or 0


def count_for(session: Session, actor: Actor) -> int:
    """How many pairs wait for this person; none for whoever may not look at them."""
    return count_waiting(session, actor.scope) if actor.may(Act.VIEW_DUPLICATES) else 0


def list_pairs(
    session: Session,
    scope: Scope,
    status: str = "waiting",
    number: int = 1,
    size: int = PAGE_SIZE,
    firm_id: int | None = None,
) -> Page[Pair]:
    """A page of the queue, the likest first; five queries however long."""
    wanted = [DuplicatePair.status == status]
    if firm_id is not None:
        wanted.append(or_(DuplicatePair.firm_id == firm_id, DuplicatePair.other_id == firm_id))
    total = session.scalar(_visible(scope, func.count(DuplicatePair.id)).where(*wanted)) or 0
    number = min(max(number, 1), max(1, -(-total // size)))
    statement = (
        _visible(scope, DuplicatePair)
        .where(*wanted)
        .order_by(DuplicatePair.likeness.desc(), DuplicatePair.id)
        .offset(offset_of(number, size))
        .limit(size)
    )
    rows = session.scalars(statement).all() if total else []
    return Page(_pairs(session, scope, rows), total, number, size)


def get_pair(session: Session, scope: Scope, pair_id: int) -> Pair:
    """One pair, or ``NotFound`` unless both firms are within the scope."""
    row = session.scalar(_visible(scope, DuplicatePair).where(DuplicatePair.id == pair_id))
    if row is None:
        raise NotFound
    return _pairs(session, scope, [row])[0]


def find_pair(session: Session, scope: Scope, one: int, other: int) -> Pair | None:
    """The pair of two firms, where the sweep has found one."""
    row = session.scalar(
        _visible(scope, DuplicatePair).where(
            DuplicatePair.firm_id == min(one, other), DuplicatePair.other_id == max(one, other)
        )
    )
    return None if row is None else _pairs(session, scope, [row])[0]


def two_sides(session: Session, scope: Scope, one: int, other: int) -> tuple[Side, Side]:
    """Two firms beside one another, or ``NotFound``."""
    found = _sides(session, scope, [one, other])
    if one not in found or other not in found:
        raise NotFound
    return found[one], found[other]


def _pairs(session: Session, scope: Scope, rows: Sequence[DuplicatePair]) -> list[Pair]:
    sides = _sides(session, scope, [each for row in rows for each in (row.firm_id, row.other_id)])
    deciders = {row.decided_by_id for row in rows if row.decided_by_id is not None}
    names = _user_names(session, deciders)
    return [
        Pair(
            id=row.id,
            firm=sides[row.firm_id],
            other=sides[row.other_id],
            reasons=tuple(row.reasons),
            likeness=row.likeness,
            hint=row.hint,
            status=row.status,
            found_at=row.found_at,
            decided_by=names.get(row.decided_by_id or 0),
            decided_at=row.decided_at,
        )
        for row in rows
    ]


def _user_names(session: Session, ids: set[int]) -> dict[int, str]:
    if not ids:
        return {}
    rows = session.execute(select(User.id, User.display_name).where(User.id.in_(ids)))
    return dict(rows.all())


def _sides(session: Session, scope: Scope, ids: Sequence[int]) -> dict[int, Side]:
    """Living firms of the scope as sides; four queries for all of them."""
    places = units.by_id(session)
    rows = session.scalars(
        select(Firm).where(Firm.id.in_(set(ids)), candidacies.firm_within(scope)).order_by(Firm.id)
    ).all()
    standing = candidacies.list_of_firms(session, scope, [row.id for row in rows])
    former = _former_names(session, [row.id for row in rows])
    return {
        row.id: Side(
            id=row.id,
            version=row.version,
            name=row.name,
            uscc=row.uscc,
            street=places[row.street_id],
            park=places[row.park_id] if row.park_id else None,
            former_names=tuple(former.get(row.id, ())),
            established_on=row.established_on,
            address=row.address,
            contact_name=row.contact_name if scope.contacts else masking.mask_name(row.contact_name),
            contact_phone=row.contact_phone if scope.contacts else masking.mask_phone(row.contact_phone),
            candidacies=firms.current(standing[row.id]),
        )
        for row in rows
    }


def _former_names(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    statement = select(FirmName.firm_id, FirmName.name).where(FirmName.firm_id.in_(ids))
    for firm_id, name in session.execute(statement.order_by(FirmName.id)):
        found.setdefault(firm_id, []).append(name)
    return found


def links_of(session: Session, scope: Scope, firm_id: int) -> list[LinkRow]:
    """Firms that belong to this one, and those it belongs to; one outside the scope is not told."""
    found = []
    for forward, mine, theirs in (
        (True, FirmLink.firm_id, FirmLink.other_id),
        (False, FirmLink.other_id, FirmLink.firm_id),
    ):
        rows = session.execute(
            select(FirmLink.id, FirmLink.kind, Firm.id, Firm.name, FirmLink.since, FirmLink.note)
            .join(Firm, Firm.id == theirs)
            .where(mine == firm_id, candidacies.firm_within(scope))
            .order_by(FirmLink.kind, FirmLink.since, FirmLink.id)
        )
        for key, kind, other_id, other, since, note in rows:
            found.append(LinkRow(key, kind, forward, other_id, other, since, note))
    return found


def get_link(session: Session, scope: Scope, link_id: int) -> FirmLink:
    """A link both of whose firms are within the scope, or ``NotFound``."""
    link = session.get(FirmLink, link_id)
    if link is None:
        raise NotFound
    alive = session.scalar(
        select(func.count())
        .select_from(Firm)
        .where(Firm.id.in_([link.firm_id, link.other_id]), candidacies.firm_within(scope))
    )
    if alive != 2:
        raise NotFound
    return link


def _merges(scope: Scope) -> Select[*tuple[Any, ...]]:
    gone = aliased(Firm)
    return (
        select(FirmMerge, gone.name, User.display_name)
        .join(gone, gone.id == FirmMerge.gone_id)
        .join(Firm, Firm.id == FirmMerge.kept_id)
        .outerjoin(User, User.id == FirmMerge.by_id)
        .where(candidacies.firm_within(scope))
    )


def merges_of(session: Session, scope: Scope, firm_id: int) -> list[MergeRow]:
    """Firms that were merged into this one and still are, the latest first."""
    rows = session.execute(
        _merges(scope)
        .where(FirmMerge.kept_id == firm_id, FirmMerge.undone_at.is_(None))
        .order_by(FirmMerge.id.desc())
    )
    return [_merge_row(*row) for row in rows]


def get_merge(session: Session, scope: Scope, merge_id: int) -> MergeRow:
    """One merge, or ``NotFound`` when the firm that stayed lies outside the scope."""
    row = session.execute(_merges(scope).where(FirmMerge.id == merge_id)).one_or_none()
    if row is None:
        raise NotFound
    return _merge_row(*row)


def _merge_row(merge: FirmMerge, gone: str, by: str | None) -> MergeRow:
    return MergeRow(
        id=merge.id,
        kept_id=merge.kept_id,
        gone_id=merge.gone_id,
        gone=gone,
        reason=merge.reason,
        by_id=merge.by_id,
        by=by,
        merged_at=merge.merged_at,
        undone_at=merge.undone_at,
    )


@dataclass(frozen=True, slots=True)
class Kin:
    """What a firm has to do with others, as its page shows it."""

    links: tuple[LinkRow, ...]
    merges: tuple[MergeRow, ...]
    pairs: int
    """Pairs that wait."""

    @property
    def succeeds(self) -> bool:
        """Whether somebody may think that certificates came along."""
        return any(row.kind == "successor" for row in self.links)


def kin_of(session: Session, scope: Scope, firm_id: int) -> Kin:
    """Links, merges and waiting pairs of a firm within the scope."""
    waiting = _visible(scope, func.count(DuplicatePair.id)).where(
        DuplicatePair.status == "waiting",
        or_(DuplicatePair.firm_id == firm_id, DuplicatePair.other_id == firm_id),
    )
    return Kin(
        links=tuple(links_of(session, scope, firm_id)),
        merges=tuple(merges_of(session, scope, firm_id)),
        pairs=session.scalar(waiting) or 0,
    )
