"""What has happened to a merged firm since: then the merge cannot be taken apart any more."""

import hashlib
from collections.abc import Iterator, Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from cultivate.errors import N_, Invalid
from cultivate.i18n import _
from cultivate.models import Candidacy, Firm, FirmMerge, Proposal, ServiceRecord, StageMove
from cultivate.queries.candidacies import source_of, target_of
from cultivate.services.merges import journal

#: what a row's table is called for a person
WHAT = {
    "firm": N_("its record was edited"),
    "firm_name": N_("its names were changed"),
    "candidacy": N_("its candidacies were changed"),
    "certificate": N_("its certificates were changed"),
    "yearly_report": N_("what was noted of its yearly reports was changed"),
    "attachment": N_("its papers were changed"),
    "firm_need": N_("what it asked for was changed"),
    "firm_figure": N_("its figures were changed"),
    "intellectual_property": N_("its intellectual property was changed"),
    "firm_fact": N_("facts stated of it were changed"),
    "assessment": N_("its assessments were changed"),
    "scenario": N_("its scenarios were changed"),
    "firm_tag": N_("its marks were changed"),
    "quality_task": N_("its faults were mended"),
    "firm_link": N_("its links were changed"),
    "service_record": N_("a service record was changed"),
    "proposal": N_("a proposal was decided"),
    "assignment": N_("somebody else was put in charge"),
    "stall_note": N_("a note on standing still was taken back"),
    "duplicate_pair": N_("a pair was decided"),
    "import_row": N_("a line of a list was decided"),
}
MOVED, SERVED, PROPOSED = (
    N_("a move was booked"),
    N_("a service was recorded"),
    N_("a move was proposed"),
)
MERGED, CODE = N_("it was merged again"), N_("its credit code was registered anew")


class MergeTouched(Invalid):
    """The merge cannot be undone; ``what`` names the kinds of things that happened since."""

    code = "merge-touched"

    def __init__(self, name: str, what: Sequence[str]) -> None:
        """Name the firm and every kind."""
        self.what = tuple(what)
        super().__init__(
            N_("Something has happened to %(name)s since: %(what)s. The merge stays."),
            name=name,
            what=_(", ").join(str(_(each)) for each in what),
        )


def refuse_touched(session: Session, merge: FirmMerge) -> None:
    """Raise ``MergeTouched`` where undoing would take away what somebody did since."""
    found = tuple(dict.fromkeys(_since(session, merge)))
    if found:
        raise MergeTouched(session.get_one(Firm, merge.kept_id).name, found)


def _since(session: Session, merge: FirmMerge) -> Iterator[str]:
    if session.get_one(Firm, merge.kept_id).deleted_at is not None:
        yield MERGED
    if _code_taken(session, merge.gone_id, merge.kept_id):
        yield CODE
    yield from (WHAT.get(table, WHAT["firm"]) for table in journal.touched(session, merge.details["rows"]))
    if standing(session, merge.kept_id) != merge.details["standing"]:
        yield MOVED
    own = select(Candidacy.id).where(Candidacy.firm_id == merge.kept_id)
    served = select(func.count()).where(
        ServiceRecord.candidacy_id.in_(own), ServiceRecord.recorded_at >= merge.merged_at
    )
    if session.scalar(served):
        yield SERVED
    proposed = select(func.count()).where(
        Proposal.candidacy_id.in_(own),
        or_(Proposal.proposed_at >= merge.merged_at, Proposal.decided_at >= merge.merged_at),
    )
    if session.scalar(proposed):
        yield PROPOSED


def standing(session: Session, firm_id: int) -> dict[str, str]:
    """A digest of the moves that stand by candidacy: what was booked and taken back again is no change."""
    rows = session.execute(
        select(StageMove, Candidacy.id)
        .join(Candidacy, Candidacy.id == StageMove.candidacy_id)
        .where(Candidacy.firm_id == firm_id)
        .order_by(StageMove.id)
    ).all()
    taken_back = {move.reverses_id for move, _ in rows}
    found: dict[str, list[str]] = {}
    for move, candidacy_id in rows:
        if move.reverses_id is None and move.id not in taken_back:
            parts = (source_of(move), target_of(move), move.effective_on, move.transfer_id)
            found.setdefault(str(candidacy_id), []).append(repr(parts))
    return {key: hashlib.sha256("\n".join(moves).encode()).hexdigest()[:16] for key, moves in found.items()}


def _code_taken(session: Session, gone_id: int, kept_id: int) -> bool:
    """Whether another living firm bears the code that the firm would come back with."""
    code = select(Firm.uscc).where(Firm.id == gone_id).scalar_subquery()
    return (
        session.scalar(
            select(Firm.id).where(
                Firm.uscc == code, Firm.deleted_at.is_(None), Firm.id.not_in([gone_id, kept_id])
            )
        )
        is not None
    )
