"""A firm's change of street or park: one act, booked for each of its candidacies that stands at a stage."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Act
from cultivate.domain.stages import STAGES
from cultivate.errors import N_, Invalid
from cultivate.models import Candidacy, Firm, Transfer
from cultivate.queries import units
from cultivate.services import audit, booking, certificates
from cultivate.services.stages import firm_in_scope


def transfer(
    session: Session,
    actor: Actor,
    firm_id: int,
    street_code: str,
    park_code: str | None,
    effective_on: date | None,
    reason: str,
    *,
    import_batch_id: int | None = None,
) -> int:
    """Move a firm to another street or park; returns the transfer's id.

    Each of its candidacies at a stage posts out of the old place and into the new one, at the same stage. The
    day lies neither in the future nor before the last move of any of them, nor before an earlier transfer.
    """
    actor.require(Act.TRANSFER)
    act = booking.begin(session, actor, import_batch_id)
    firm = firm_in_scope(session, actor, firm_id)
    street = units.get_unit(session, street_code, "street", field="street")
    park = units.get_unit(session, park_code, "park", field="park") if park_code else None
    day = effective_on or clock.today()
    if (street.id, park.id if park else None) == (firm.street_id, firm.park_id):
        raise Invalid(N_("The firm lies there already."), field="street", code="already-there")
    if not reason.strip():
        raise Invalid(N_("A reason is needed."), field="reason", code="reason-missing")
    certificates.post_lapses_of(act, [firm.id], day)
    standing = list(
        session.scalars(
            select(Candidacy)
            .where(Candidacy.firm_id == firm_id, Candidacy.stage.in_(STAGES))
            .order_by(Candidacy.id)
            .execution_options(populate_existing=True)
        )
    )
    _check_day(session, firm, standing, day)
    row = Transfer(
        firm_id=firm.id,
        from_street_id=firm.street_id,
        from_park_id=firm.park_id,
        to_street_id=street.id,
        to_park_id=park.id if park else None,
        effective_on=day,
        reason=reason.strip(),
        actor_id=actor.user_id,
        recorded_at=act.recorded_at,
    )
    session.add(row)
    firm.street_id = street.id
    firm.park_id = park.id if park else None
    firm.updated_at = clock.now()
    session.flush()
    for candidacy in standing:
        booking.relocate(act, candidacy, row)
    audit.note(
        session,
        actor,
        "transfer",
        "firm",
        firm.id,
        street=street_code,
        park=park_code,
        on=day.isoformat(),
        reason=reason,
    )
    return row.id


def _check_day(session: Session, firm: Firm, standing: list[Candidacy], day: date) -> None:
    if day > clock.today():
        raise Invalid(N_("The day lies in the future."), field="effective_on", code="day-in-future")
    days = [booking.standing_moves(session, candidacy.id)[-1].effective_on for candidacy in standing]
    earlier = session.scalar(
        select(func.max(Transfer.effective_on)).where(
            Transfer.firm_id == firm.id, Transfer.reversed_at.is_(None)
        )
    )
    last = max([*days, *([earlier] if earlier else [])], default=None)
    if last is not None and day < last:
        raise Invalid(
            N_("The day lies before the last move (%(day)s)."),
            field="effective_on",
            code="day-before-last-move",
            day=last.isoformat(),
        )
