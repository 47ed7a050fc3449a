"""Writing service records and proposals."""

from cultivate import clock
from cultivate.demo import care
from cultivate.demo.batches import Batches
from cultivate.demo.care import DemoProposal
from cultivate.demo.desk import Desk
from cultivate.domain.stages import Stage
from cultivate.models import Proposal, ServiceRecord


def write_care(desk: Desk, batches: Batches) -> int:
    """Service records, and proposals for their batches; returns how many records."""
    services = care.services(desk.world, desk.today)
    desk.write(
        ServiceRecord,
        [
            {
                "candidacy_id": one.candidacy.id,
                "kind": one.kind,
                "on": one.on,
                "note": one.note,
                "follow_up_on": one.follow_up_on,
                "followed_up_at": one.followed_up_at,
                "by_id": desk.caseworker(one.candidacy, one.on),
                "recorded_at": one.recorded_at,
            }
            for one in services
        ],
    )
    asked = care.proposals(desk.world, {id(one.candidacy) for one in services}, desk.today)
    desk.write(
        Proposal,
        [
            {
                "candidacy_id": one.candidacy.id,
                "to": one.to,
                "reason": one.reason,
                "batch_id": _batch(batches, one),
                "proposed_by_id": desk.caseworker(one.candidacy, clock.day_of(one.proposed_at)),
                "proposed_at": one.proposed_at,
                "status": "waiting" if one.step is None else "accepted",
                "decided_by_id": None if one.step is None else desk.actor(one.step),
                "decided_at": None if one.step is None else one.step.recorded_at,
                "answer": None,
            }
            for one in asked
        ],
    )
    return len(services)


def _batch(batches: Batches, one: DemoProposal) -> int | None:
    """What waits is for the batch that is open; what was decided went into its year's."""
    if one.to != Stage.RECOMMEND:
        return None
    track = one.candidacy.track
    return batches.open[track] if one.step is None else batches.of_year[track, one.step.on.year]
