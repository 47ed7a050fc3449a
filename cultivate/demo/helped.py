"""Writing service records and proposals."""

from cultivate import clock
from cultivate.demo import care
from cultivate.demo.desk import Desk
from cultivate.models import Proposal, ServiceRecord


def write_care(desk: Desk) -> int:
    """Service records and proposals; returns how many records."""
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
