"""Firms that belong together and stay two: a branch, a successor, a sister.

A link moves nothing: certificates, candidacies and counts stay with the firm that has them.
"""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain.actor import Actor
from cultivate.domain.duplicates import AFFILIATE, BRANCH, SUCCESSOR
from cultivate.domain.permissions import Act
from cultivate.errors import N_, Conflict, Invalid
from cultivate.models import FirmLink
from cultivate.queries import duplicates as queries
from cultivate.services import audit, duplicates
from cultivate.services.stages import firm_in_scope

#: what ``other`` is to ``firm``
KINDS = (BRANCH, SUCCESSOR, AFFILIATE)


def link(
    session: Session,
    actor: Actor,
    firm_id: int,
    other_id: int,
    kind: str,
    since: date | None = None,
    note: str = "",
) -> int:
    """Say that ``other`` is the branch, successor or affiliate of ``firm``; returns the link's id.

    A pair that waited for a decision about the two is decided by it.
    """
    actor.require(Act.MERGE)
    firm, other = firm_in_scope(session, actor, firm_id), firm_in_scope(session, actor, other_id)
    if kind not in KINDS:
        raise Invalid(N_("Choose what the one is to the other."), field="kind", code="kind-unknown")
    if firm.id == other.id:
        raise Invalid(N_("These are one record already."), field="other", code="same-firm")
    if since is not None and since > clock.today():
        raise Invalid(N_("The day lies in the future."), field="since", code="day-in-future")
    ends = [firm.id, other.id]
    known = select(FirmLink.id).where(
        FirmLink.firm_id.in_(ends), FirmLink.other_id.in_(ends), FirmLink.kind == kind
    )
    if session.scalar(known.limit(1)) is not None:
        raise Conflict(N_("The two are linked like this already."))
    row = FirmLink(
        firm_id=firm.id,
        other_id=other.id,
        kind=kind,
        since=since,
        note=note.strip(),
        by_id=actor.user_id,
        recorded_at=clock.now(),
    )
    session.add(row)
    session.flush()
    pair = duplicates.find_row(session, firm.id, other.id)
    if pair is not None and pair.status == duplicates.WAITING:
        duplicates.decide(session, actor, pair, duplicates.LINKED)
    audit.note(session, actor, "link", "firm", firm.id, other=other.id, kind=kind)
    return row.id


def unlink(session: Session, actor: Actor, link_id: int) -> int:
    """Take a link back, and ask about the pair again; returns the firm that it started from."""
    actor.require(Act.MERGE)
    row = queries.get_link(session, actor.scope, link_id)
    firm_id, other_id, kind = row.firm_id, row.other_id, row.kind
    session.delete(row)
    session.flush()
    pair = duplicates.find_row(session, firm_id, other_id)
    if pair is not None and pair.status == duplicates.LINKED:
        pair.status, pair.decided_by_id, pair.decided_at = duplicates.WAITING, None, None
        session.flush()
    audit.note(session, actor, "unlink", "firm", firm_id, other=other_id, kind=kind)
    return firm_id
