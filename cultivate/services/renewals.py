"""Renewals: the next candidacy of a firm whose certificate ends, opened early enough for that year's filing."""

from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Act as Permission
from cultivate.domain.stages import OPEN_STAGES, Stage
from cultivate.errors import N_, Invalid, NotFound
from cultivate.models import Candidacy, Certificate, Firm
from cultivate.queries import filing
from cultivate.queries.candidacies import firm_within
from cultivate.services import booking
from cultivate.services.booking import Act


def open_due(session: Session, actor: Actor, today: date) -> int:
    """Open the next candidacy, at ``serve``, of each firm whose certificate ends in a year that has begun to count.

    Re-recognition is a full new application, filed in the window of the year in which the certificate ends
    (国科发火〔2016〕32号), so it is counted back from that window and not from the end. Returns how many.
    """
    act = booking.begin(session, actor)
    horizons = filing.reached(session, today, lambda year: year.renewal_from)
    busy = select(Candidacy.firm_id).where(
        Candidacy.track == Certificate.track, Candidacy.stage.in_(OPEN_STAGES)
    )
    rows = session.execute(
        _held()
        .where(filing.ends_by(horizons, today), Certificate.firm_id.not_in(busy.correlate(Certificate)))
        .order_by(Candidacy.id)
    ).all()
    for held, firm in rows:
        _renew(act, held, firm, today)
    return len(rows)


def open_one(session: Session, actor: Actor, certificate_id: int) -> int:
    """Open the next candidacy of one certificate by hand, as soon as it is on the work list; returns its id."""
    actor.require(Permission.OPEN_CANDIDACY)
    act = booking.begin(session, actor)
    today = clock.today()
    found = _held().where(Certificate.id == certificate_id, firm_within(actor.scope))
    row = session.execute(found.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFound
    held, firm = row
    near = select(Certificate.id).where(Certificate.id == certificate_id, filing.told_about(session, today))
    if session.scalar(near) is None:
        raise Invalid(
            N_("This certificate does not end in a year whose filing draws near."), code="renewal-too-early"
        )
    going = select(Candidacy.id).where(
        Candidacy.firm_id == firm.id, Candidacy.track == held.track, Candidacy.stage.in_(OPEN_STAGES)
    )
    if session.scalar(going.limit(1)) is not None:
        raise Invalid(N_("The next round of this firm is open already."), code="renewal-open")
    return _renew(act, held, firm, today).id


def _held() -> Select[Candidacy, Firm]:
    """Candidacies whose certificate counts, with their firms."""
    return (
        select(Candidacy, Firm)
        .join(Certificate, Certificate.candidacy_id == Candidacy.id)
        .join(Firm, Firm.id == Candidacy.firm_id)
        .where(Certificate.status == "valid", Candidacy.stage == Stage.CERTIFY, Firm.deleted_at.is_(None))
    )


def _renew(act: Act, held: Candidacy, firm: Firm, day: date) -> Candidacy:
    candidacy = booking.open_new(
        act,
        firm,
        held.track,
        Stage.SERVE,
        day,
        renews=held,
        in_charge_id=held.in_charge_id,
        reason=N_("certificate ends within the filing year"),
    )
    booking.replay_transfers(act, candidacy)  # a job that catches up opens it on its own, earlier day
    return candidacy
