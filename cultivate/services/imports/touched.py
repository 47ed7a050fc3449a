"""What has touched the firms of an import since: then it cannot be taken back."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from cultivate.errors import N_, Invalid
from cultivate.i18n import _
from cultivate.models import (
    Attachment,
    Candidacy,
    Firm,
    FirmLink,
    FirmNeed,
    ImportBatch,
    ImportRow,
    Proposal,
    ServiceRecord,
    StageMove,
)
from cultivate.services.imports.known_firms import chunks
from cultivate.services.imports.options import FIRMS, RELOCATIONS
from cultivate.services.imports.verdict import CREATE, MATCHED

if TYPE_CHECKING:
    from datetime import datetime

SHOWN = 10

EDITED, MOVED, SERVED, PROPOSED, ASKED = "edited", "moved", "served", "proposed", "asked"
ATTACHED, LINKED = "attached", "linked"


@dataclass(frozen=True, slots=True)
class Touched:
    """A firm and the kinds of things that happened to it since."""

    firm_id: int
    name: str
    what: tuple[str, ...]


class ImportTouched(Invalid):
    """The import cannot be taken back; ``firms`` are the first that something has touched since."""

    code = "import-touched"

    def __init__(self, firms: Sequence[Touched], total: int) -> None:
        """Name at most ten; the message says how many there are."""
        self.firms = list(firms)
        self.total = total
        super().__init__(
            N_("Something has happened since with %(count)s of these firms: %(names)s. The import stays."),
            count=total,
            names=_(", ").join(firm.name for firm in firms),
        )


def refuse_touched(session: Session, batch: ImportBatch) -> None:
    """Raise ``ImportTouched`` where a firm of the batch was edited, moved, served, proposed or asked since.

    One that the batch brought would go, and what hangs on it with it: a paper or a link stands in the way too.
    """
    parts = chunks(_firm_ids(session, batch))
    refuse(session, (mark for part in parts for mark in _since(session, batch, part)))


def refuse_edited(session: Session, batch: ImportBatch) -> None:
    """Raise ``ImportTouched`` where a firm was edited since; moves do not stand in the way of a name."""
    parts = chunks(_firm_ids(session, batch))
    refuse(session, ((firm_id, EDITED) for part in parts for firm_id in _edited(session, batch, part)))


def refuse(session: Session, marks: Iterable[tuple[int, str]]) -> None:
    """Raise ``ImportTouched`` if there are any: pairs of a firm and what happened to it."""
    found: dict[int, set[str]] = {}
    for firm_id, what in marks:
        found.setdefault(firm_id, set()).add(what)
    if not found:
        return
    shown = sorted(found)[:SHOWN]
    names = dict(session.execute(select(Firm.id, Firm.name).where(Firm.id.in_(shown))).all())
    raise ImportTouched([Touched(key, names[key], tuple(sorted(found[key]))) for key in shown], len(found))


def _firm_ids(session: Session, batch: ImportBatch) -> list[int]:
    """Firms that the batch wrote or certified."""
    rows = select(ImportRow.firm_id).where(ImportRow.batch_id == batch.id, ImportRow.firm_id.is_not(None))
    if batch.kind == FIRMS:
        rows = rows.where(ImportRow.firm_version.is_not(None))
    else:
        rows = rows.where(or_(ImportRow.outcome == MATCHED, ImportRow.firm_version.is_not(None)))
    return sorted({firm_id for firm_id in session.scalars(rows) if firm_id is not None})


def _since(session: Session, batch: ImportBatch, ids: Sequence[int]) -> Iterator[tuple[int, str]]:
    yield from _marked(_edited(session, batch, ids), EDITED)
    yield from _marked(_moved(session, batch, ids), MOVED)
    for what, model, at in (
        (SERVED, ServiceRecord, ServiceRecord.recorded_at),
        (PROPOSED, Proposal, Proposal.proposed_at),
    ):
        statement = (
            select(Candidacy.firm_id)
            .join(model, model.candidacy_id == Candidacy.id)
            .where(_of_firms(session, batch, ids), at >= batch.committed_at)
        )
        yield from _marked(session.scalars(statement), what)
    brought, done = _brought(session, batch, ids), batch.committed_at
    for what, firm, *since in (
        (ASKED, FirmNeed.firm_id, FirmNeed.recorded_at >= done),
        (ATTACHED, Attachment.firm_id, Attachment.recorded_at >= done, Attachment.deleted_at.is_(None)),
        (LINKED, FirmLink.firm_id, FirmLink.recorded_at >= done),
        (LINKED, FirmLink.other_id, FirmLink.recorded_at >= done),
    ):
        yield from _marked(session.scalars(select(firm).where(firm.in_(brought), *since)), what)


def _brought(session: Session, batch: ImportBatch, ids: Sequence[int]) -> Sequence[int]:
    """Firms that the batch may take away again: those of a roster, and those that a list has registered."""
    if batch.kind == FIRMS:
        return ids
    rows = select(ImportRow.firm_id).where(ImportRow.batch_id == batch.id, ImportRow.outcome == CREATE)
    return [firm_id for firm_id in session.scalars(rows.where(ImportRow.firm_id.in_(ids))) if firm_id]


def _marked(ids: Iterable[int], what: str) -> Iterator[tuple[int, str]]:
    return ((firm_id, what) for firm_id in ids)


def _edited(session: Session, batch: ImportBatch, ids: Sequence[int]) -> list[int]:
    """Every edit, merge and change of street makes a firm's version grow.

    The firms are held until the transaction ends: an edit that comes in this moment waits and is refused then.
    """
    held = select(Firm.id).where(Firm.id.in_(ids)).order_by(Firm.id).with_for_update()
    session.execute(held)
    return list(
        session.scalars(
            select(Firm.id)
            .join(ImportRow, ImportRow.firm_id == Firm.id)
            .where(
                Firm.id.in_(ids),
                ImportRow.batch_id == batch.id,
                ImportRow.firm_version.is_not(None),
                ImportRow.firm_version != Firm.version,
            )
            .order_by(Firm.id)
        )
    )


def _moved(session: Session, batch: ImportBatch, ids: Sequence[int]) -> list[int]:
    """Firms with a move booked after the last one of the batch, or after the batch where it has none."""
    moves = (
        select(Candidacy.firm_id, StageMove.id, StageMove.recorded_at, StageMove.import_batch_id)
        .join(StageMove, StageMove.candidacy_id == Candidacy.id)
        .where(_of_firms(session, batch, ids))
        .order_by(StageMove.id)
    )
    own: dict[int, int] = {}
    others: list[tuple[int, int, datetime]] = []
    for firm_id, move_id, recorded_at, import_batch_id in session.execute(moves):
        if import_batch_id == batch.id:
            own[firm_id] = move_id
        else:
            others.append((firm_id, move_id, recorded_at))
    done = batch.committed_at
    return [
        firm_id
        for firm_id, move_id, recorded_at in others
        if (move_id > own[firm_id] if firm_id in own else done is not None and recorded_at > done)
    ]


def _of_firms(session: Session, batch: ImportBatch, ids: Sequence[int]) -> ColumnElement[bool]:
    """Candidacies of these firms; a list speaks of one track, but for a firm that it has brought."""
    condition = Candidacy.firm_id.in_(ids)
    if not batch.track or batch.kind == RELOCATIONS:
        return condition
    brought = _brought(session, batch, ids)
    return and_(condition, or_(Candidacy.track == batch.track, Candidacy.firm_id.in_(brought)))
