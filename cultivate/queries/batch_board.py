"""What the board of a batch shows beside its entries: papers, readiness, the last service, who is proposed."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from cultivate.db.many import among
from cultivate.domain.batches import Progress
from cultivate.domain.scope import Scope
from cultivate.domain.stages import Stage
from cultivate.models import Candidacy, Firm, Proposal, Screening, ServiceRecord, User
from cultivate.queries.application_batches import BatchRow
from cultivate.queries.batch_entries import EntryFilter, EntryRow, list_entries, papers_of
from cultivate.queries.candidacies import firm_within
from cultivate.queries.paging import Page


@dataclass(frozen=True, slots=True)
class Ready:
    """As the screening of the batch's year found a firm."""

    readiness: str
    not_met: int


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One firm of the board."""

    entry: EntryRow
    papers: Progress
    ready: Ready | None
    served_on: date | None


@dataclass(frozen=True, slots=True)
class ProposedRow:
    """A firm that a street proposes and the bureau has not decided on."""

    proposal_id: int
    candidacy_id: int
    candidacy_version: int
    firm_id: int
    name: str
    street_id: int
    reason: str
    by: str
    proposed_at: datetime
    ready: Ready | None


def list_board(
    session: Session, scope: Scope, batch: BatchRow, wanted: EntryFilter, number: int = 1, size: int = 50
) -> Page[BoardRow]:
    """A page of the batch's firms."""
    page = list_entries(session, scope, batch.id, wanted, number, size)
    papers = papers_of(session, [row.id for row in page.items])
    ready = _ready(session, [row.firm_id for row in page.items], batch)
    served = _served(session, [row.candidacy_id for row in page.items])
    rows = [
        BoardRow(row, papers[row.id], ready.get(row.firm_id), served.get(row.candidacy_id))
        for row in page.items
    ]
    return Page(rows, page.total, page.number, page.size)


def list_proposed(session: Session, scope: Scope, batch: BatchRow, *, takes_in: bool) -> list[ProposedRow]:
    """Who waits for a decision, the first proposed on top.

    A proposal that was made when there was no batch is shown in any that takes firms in.
    """
    author = aliased(User)
    meant = Proposal.batch_id == batch.id
    statement = (
        select(
            Proposal.id,
            Candidacy.id,
            Candidacy.version,
            Firm.id,
            Firm.name,
            Firm.street_id,
            Proposal.reason,
            author.display_name,
            Proposal.proposed_at,
        )
        .join(Candidacy, Candidacy.id == Proposal.candidacy_id)
        .join(Firm, Firm.id == Candidacy.firm_id)
        .join(author, author.id == Proposal.proposed_by_id)
        .where(
            Proposal.status == "waiting",
            Proposal.to == Stage.RECOMMEND,
            Candidacy.track == batch.track,
            or_(meant, Proposal.batch_id.is_(None)) if takes_in else meant,
            firm_within(scope),
        )
        .order_by(Proposal.proposed_at, Proposal.id)
    )
    rows = session.execute(statement).all()
    ready = _ready(session, [row[3] for row in rows], batch)
    return [ProposedRow(*row, ready.get(row[3])) for row in rows]


def _ready(session: Session, firm_ids: list[int], batch: BatchRow) -> dict[int, Ready]:
    statement = select(Screening.firm_id, Screening.readiness, Screening.not_met).where(
        among(session, Screening.firm_id, firm_ids),
        Screening.track == batch.track,
        Screening.filing_year == batch.year,
    )
    return {firm_id: Ready(readiness, not_met) for firm_id, readiness, not_met in session.execute(statement)}


def _served(session: Session, candidacy_ids: list[int]) -> dict[int, date]:
    statement = (
        select(ServiceRecord.candidacy_id, func.max(ServiceRecord.on))
        .where(
            among(session, ServiceRecord.candidacy_id, candidacy_ids), ServiceRecord.withdrawn_at.is_(None)
        )
        .group_by(ServiceRecord.candidacy_id)
    )
    return {row[0]: row[1] for row in session.execute(statement)}
