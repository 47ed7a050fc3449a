"""Proposals: a caseworker asks for a move that only the bureau decides."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain.actor import Actor
from cultivate.domain.moves import DECIDED_EXITS
from cultivate.domain.permissions import Act
from cultivate.domain.stages import STAGES, Stage
from cultivate.errors import N_, Conflict, Invalid, NotFound
from cultivate.models import Candidacy, Firm, Proposal
from cultivate.queries import application_batches, readiness
from cultivate.queries.candidacies import firm_within
from cultivate.services import assessments, audit, batch_entering, ledger, stages
from cultivate.services.stages import MoveRequest, candidacy_in_scope


def propose(
    session: Session, actor: Actor, candidacy_id: int, to: str, reason: str, *, batch_id: int | None = None
) -> int:
    """Propose to recommend a firm, or a way out; returns the proposal's id. One waits per candidacy and way.

    To recommend is to propose for an application batch: the one that is named, else the one that closes first.
    """
    actor.require(Act.PROPOSE)
    candidacy = candidacy_in_scope(session, actor, candidacy_id)
    sensible = (candidacy.stage, to) == (Stage.SERVE, Stage.RECOMMEND) or (
        candidacy.stage in STAGES and to in DECIDED_EXITS
    )
    if not sensible:
        raise Invalid(
            N_("There is no way from here to there; the stages follow one another."),
            field="to",
            code="no-such-way",
        )
    if not reason.strip():
        raise Invalid(N_("A reason is needed."), field="reason", code="reason-missing")
    waiting = session.scalar(
        select(Proposal.id).where(
            Proposal.candidacy_id == candidacy_id, Proposal.to == to, Proposal.status == "waiting"
        )
    )
    if waiting is not None:
        raise Invalid(
            N_("This is proposed already and waits for the bureau."), field="to", code="already-proposed"
        )
    proposal = Proposal(
        candidacy_id=candidacy_id,
        to=to,
        reason=reason.strip(),
        batch_id=_batch(session, candidacy.track, batch_id) if to == Stage.RECOMMEND else None,
        proposed_by_id=actor.user_id,
        proposed_at=clock.now(),
    )
    session.add(proposal)
    session.flush()
    audit.note(session, actor, "propose", "candidacy", candidacy_id, to=to, reason=reason)
    if to == Stage.RECOMMEND:
        ready = readiness.of_firm(session, candidacy.firm_id, candidacy.track, clock.today())
        if ready is not None:
            assessments.keep(session, actor, ready, assessments.PROPOSED)
    return proposal.id


def _batch(session: Session, track: str, batch_id: int | None) -> int | None:
    """A batch that is open or to come. None there yet is no obstacle: the bureau opens one before it accepts."""
    offered = [row.id for row in application_batches.to_come(session, track, clock.today())]
    if batch_id is None:
        return next(iter(offered), None)
    if batch_entering.of_track(session, batch_id, track).id not in offered:
        raise Invalid(
            N_("This application batch takes no firm in any more."), field="batch_id", code="batch-not-open"
        )
    return batch_id


def decide(
    session: Session,
    actor: Actor,
    proposal_id: int,
    *,
    accept: bool,
    answer: str = "",
    override_reason: str | None = None,
    batch_id: int | None = None,
) -> None:
    """Accept (the move is made, through the one guard) or decline with an answer."""
    actor.require(Act.DECIDE)
    ledger.begin(session)  # before the row: a merge holds the ledger when it asks for proposals
    proposal = session.scalar(
        select(Proposal)
        .join(Candidacy, Candidacy.id == Proposal.candidacy_id)
        .join(Firm, Firm.id == Candidacy.firm_id)
        .where(Proposal.id == proposal_id, firm_within(actor.scope))
        .with_for_update(of=Proposal)
        .execution_options(populate_existing=True)
    )
    if proposal is None:
        raise NotFound
    if proposal.status != "waiting":
        raise Conflict(N_("This proposal has been decided already."))
    if not accept and not answer.strip():
        raise Invalid(
            N_("Say why, so that the street knows what to mend."), field="answer", code="reason-missing"
        )
    if accept:
        request = MoveRequest(
            proposal.to, reason=proposal.reason, override_reason=override_reason, batch_id=batch_id
        )
        stages.move(session, actor, proposal.candidacy_id, request)
    proposal.status = "accepted" if accept else "declined"
    proposal.decided_by_id = actor.user_id
    proposal.decided_at = clock.now()
    proposal.answer = answer.strip() or None
    session.flush()
    audit.note(session, actor, proposal.status, "proposal", proposal.id, answer=answer)
