"""Certificates: entry into ``certify``, official lists, revocation, lapse and renewal."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from cultivate import clock, packs
from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Act as Permission
from cultivate.domain.stages import OPEN_STAGES, OUTSIDE, Exit, Stage
from cultivate.errors import N_, Invalid, NotFound
from cultivate.models import Candidacy, Certificate, Firm
from cultivate.queries.candidacies import firm_within
from cultivate.services import audit, booking
from cultivate.services.booking import Act


def in_force_on(session: Session, firm_id: int, track: str, day: date) -> bool:
    """Whether a certificate of the firm counts on that day."""
    return (
        session.scalar(
            select(Certificate.id)
            .join(Candidacy, Candidacy.id == Certificate.candidacy_id)
            .where(
                Certificate.firm_id == firm_id,
                Certificate.track == track,
                Certificate.status == "valid",
                Candidacy.stage == Stage.CERTIFY,
                or_(Certificate.valid_through.is_(None), Certificate.valid_through >= day),
            )
            .limit(1)
        )
        is not None
    )


def number_taken(session: Session, track: str, number: str, firm_id: int) -> bool:
    """Whether another firm holds a certificate of this number on the track."""
    return bool(number.strip()) and (
        session.scalar(
            select(Certificate.id)
            .where(
                Certificate.track == track,
                Certificate.number == number.strip(),
                Certificate.firm_id != firm_id,
                Certificate.status == "valid",
            )
            .limit(1)
        )
        is not None
    )


def enter(
    act: Act,
    candidacy: Candidacy,
    number: str,
    issued_on: date,
    effective_on: date,
    *,
    reason: str | None = None,
    evidence: str | None = None,
) -> int:
    """Book the entry into ``certify`` and record the certificate; returns the move's id.

    The firm's candidacy that was in force leaves for ``superseded`` the same day, so that the firm never
    counts twice while two certificates overlap.
    """
    move_id = booking.step(act, candidacy, Stage.CERTIFY, effective_on, reason=reason, evidence=evidence)
    record(act, candidacy, move_id, number, issued_on, effective_on)
    for older in _in_force_beside(act.session, candidacy):
        _supersede(act, older, effective_on, move_id)
    return move_id


def record(
    act: Act, candidacy: Candidacy, move_id: int, number: str, issued_on: date, counts_from: date
) -> None:
    """Write the certificate that a move to ``certify`` rests on."""
    act.session.add(
        Certificate(
            candidacy_id=candidacy.id,
            firm_id=candidacy.firm_id,
            track=candidacy.track,
            number=number.strip(),
            issued_on=issued_on,
            counts_from=counts_from,
            valid_through=packs.track(candidacy.track).valid_through(issued_on),
            move_id=move_id,
            import_batch_id=act.import_batch_id,
            created_at=act.recorded_at,
        )
    )
    act.session.flush()


def _in_force_beside(session: Session, candidacy: Candidacy) -> list[Candidacy]:
    """Other candidacies of the firm and track that stand at ``certify``, or lapsed too late to have lapsed.

    The second kind: the renewal is recorded after the lapse was booked, but its day lies before it.
    """
    return list(
        session.scalars(
            select(Candidacy)
            .where(
                Candidacy.firm_id == candidacy.firm_id,
                Candidacy.track == candidacy.track,
                Candidacy.id != candidacy.id,
                or_(
                    Candidacy.stage == Stage.CERTIFY,
                    (Candidacy.stage == Exit.EXPIRED) & (Candidacy.stage_since > candidacy.stage_since),
                ),
            )
            .order_by(Candidacy.id)
            .execution_options(populate_existing=True)
        )
    )


def _supersede(act: Act, older: Candidacy, day: date, caused_by_id: int) -> None:
    """The older one leaves on ``day``; had it ended before, its lapse is booked instead."""
    lapse = _lapse_day(act.session, older)
    if lapse is not None and lapse <= day:
        _lapse(act, older, lapse)
        return
    reason = N_("renewed")
    booking.rewind(act, older, day, reason)
    booking.step(act, older, Exit.SUPERSEDED, day, reason=reason, caused_by_id=caused_by_id)


def _lapse_day(session: Session, candidacy: Candidacy) -> date | None:
    last = session.scalar(
        select(Certificate.valid_through)
        .where(Certificate.candidacy_id == candidacy.id, Certificate.status == "valid")
        .order_by(Certificate.id.desc())
        .limit(1)
    )
    return None if last is None else last + timedelta(days=1)


def _lapse(act: Act, candidacy: Candidacy, day: date) -> None:
    """``certify -> expired`` on the day after the last day, even when a change of street was booked since."""
    booking.rewind(act, candidacy, day, N_("lapsed before this day"))
    booking.step(act, candidacy, Exit.EXPIRED, day, reason=N_("certificate ended"))


def certify_by_list(
    session: Session,
    actor: Actor,
    firm_id: int,
    track: str,
    number: str,
    issued_on: date,
    *,
    import_batch_id: int | None = None,
    evidence: str | None = None,
) -> bool:
    """Certify a firm because an official list names it; True when something was booked.

    The list is the authority: the firm counts from the day of issue, whatever stage it stood at and however
    late the book learns it. Steps dated after that day are taken back by counter-moves, and a firm that was
    never cultivated is opened and certified on that day. Nothing happens when the list says what is known.
    """
    act = booking.begin(session, actor.through("list"), import_batch_id)
    actor.require(Permission.IMPORT_LISTS)
    firm = session.get_one(Firm, firm_id)
    known = session.scalars(
        select(Certificate)
        .where(Certificate.firm_id == firm_id, Certificate.track == track, Certificate.status != "void")
        .order_by(Certificate.counts_from, Certificate.id)
    ).all()
    if _says_what_is_known(known, track, number, issued_on):
        return False
    later = [certificate for certificate in known if certificate.counts_from > issued_on]
    if later:
        _certify_in_the_past(act, firm, track, number, issued_on, later[0], evidence)
        return True
    candidacy = _opened_for_list(act, firm, track, issued_on, evidence)
    enter(act, candidacy, number, issued_on, issued_on, evidence=evidence)
    booking.replay_transfers(act, candidacy)
    return True


def _says_what_is_known(known: Sequence[Certificate], track: str, number: str, issued_on: date) -> bool:
    if any(certificate.issued_on == issued_on for certificate in known):
        return True
    if number.strip() and any(certificate.number == number.strip() for certificate in known):
        return True
    # a track without an end is certified once
    return not packs.track(track).validity_years and any(
        certificate.status == "valid" for certificate in known
    )


def _opened_for_list(act: Act, firm: Firm, track: str, issued_on: date, evidence: str | None) -> Candidacy:
    """The firm's open candidacy set back to the day of issue, or a new one opened on that day."""
    reason = N_("the official list names this firm from an earlier day")
    candidacy = act.session.scalar(
        select(Candidacy)
        .where(Candidacy.firm_id == firm.id, Candidacy.track == track, Candidacy.stage.in_(OPEN_STAGES))
        .execution_options(populate_existing=True)
    )
    if candidacy is None:
        held = act.session.scalar(
            select(Candidacy).where(
                Candidacy.firm_id == firm.id, Candidacy.track == track, Candidacy.stage == Stage.CERTIFY
            )
        )
        return booking.open_new(
            act,
            firm,
            track,
            Stage.DISCOVER,
            issued_on,
            renews=held,
            in_charge_id=held.in_charge_id if held else None,
            evidence=evidence,
            reason=N_("never cultivated here; certified by the official list"),
        )
    booking.rewind(act, candidacy, issued_on, reason)
    if candidacy.stage == OUTSIDE:
        _place_as_of(act, candidacy, firm, issued_on)
        booking.step(act, candidacy, Stage.DISCOVER, issued_on, reason=reason, evidence=evidence)
    return candidacy


def _place_as_of(act: Act, candidacy: Candidacy, firm: Firm, day: date) -> None:
    """Stand a candidacy that is outside again where the firm lay on ``day``."""
    later = booking.later_transfers(act.session, firm.id, day)
    candidacy.street_id = later[0].from_street_id if later else firm.street_id
    candidacy.park_id = later[0].from_park_id if later else firm.park_id
    act.session.flush()


def _certify_in_the_past(
    act: Act, firm: Firm, track: str, number: str, issued_on: date, later: Certificate, evidence: str | None
) -> None:
    """A list older than what is known: the certificate counted until the later one, or until its own end.

    It gets a candidacy of its own that begins at ``certify``: another may be open, and is not touched.
    """
    candidacy = booking.open_new(
        act,
        firm,
        track,
        Stage.CERTIFY,
        issued_on,
        evidence=evidence,
        reason=N_("recorded from an older official list"),
    )
    entry = booking.standing_moves(act.session, candidacy.id)[-1]
    record(act, candidacy, entry.id, number, issued_on, issued_on)
    last = packs.track(track).valid_through(issued_on)
    end = later.counts_from if last is None else min(later.counts_from, last + timedelta(days=1))
    for transfer in booking.later_transfers(act.session, candidacy.firm_id, issued_on):
        if transfer.effective_on < end:
            booking.relocate(act, candidacy, transfer)
    if last is not None and last < later.counts_from:
        booking.step(act, candidacy, Exit.EXPIRED, end, reason=N_("certificate ended"))
    else:
        booking.step(act, candidacy, Exit.SUPERSEDED, end, reason=N_("renewed"), caused_by_id=later.move_id)


def revoke(session: Session, actor: Actor, certificate_id: int, on: date, reason: str) -> int:
    """Book ``certify -> revoked``; returns the move's id."""
    actor.require(Permission.REVOKE_CERTIFICATE)
    act = booking.begin(session, actor)
    certificate = session.scalar(
        select(Certificate)
        .join(Firm, Firm.id == Certificate.firm_id)
        .where(Certificate.id == certificate_id, firm_within(actor.scope))
        .execution_options(populate_existing=True)
    )
    if certificate is None:
        raise NotFound
    candidacy = session.get_one(Candidacy, certificate.candidacy_id)
    if certificate.status != "valid" or candidacy.stage != Stage.CERTIFY:
        raise Invalid(N_("This certificate is not in force."), field="certificate", code="not-in-force")
    if not reason.strip():
        raise Invalid(N_("A reason is needed."), field="reason", code="reason-missing")
    _check_leaving_day(act, candidacy, on)
    certificate.status = "revoked"
    certificate.revoked_on = on
    certificate.revoked_reason = reason
    audit.note(session, actor, "revoke", "certificate", certificate.id, on=on.isoformat(), reason=reason)
    return booking.step(act, candidacy, Exit.REVOKED, on, reason=reason)


def _check_leaving_day(act: Act, candidacy: Candidacy, on: date) -> None:
    last = booking.standing_moves(act.session, candidacy.id)[-1].effective_on
    if on > clock.today():
        raise Invalid(N_("The day lies in the future."), field="on", code="day-in-future")
    if on < last:
        raise Invalid(
            N_("The day lies before the last move (%(day)s)."),
            field="on",
            code="day-before-last-move",
            day=last.isoformat(),
        )


def post_lapses(session: Session, actor: Actor, today: date) -> int:
    """Book every lapse that is due by ``today``, each on the day after its certificate's last; returns how many."""
    act = booking.begin(session, actor)
    due = session.execute(
        select(Candidacy, Certificate.valid_through)
        .join(Certificate, Certificate.candidacy_id == Candidacy.id)
        .where(
            Certificate.status == "valid", Candidacy.stage == Stage.CERTIFY, Certificate.valid_through < today
        )
        .order_by(Certificate.valid_through, Certificate.id)
    ).all()
    for candidacy, last in due:
        if last is not None:  # never: the condition above asks for a last day
            _lapse(act, candidacy, last + timedelta(days=1))
    return len(due)


def open_renewals(session: Session, actor: Actor, today: date) -> int:
    """Open the next candidacy, at ``serve``, of each firm whose certificate ends within this filing year.

    Re-recognition is a full new application, filed in the summer of the year in which the certificate ends
    (国科发火〔2016〕32号), so it starts with that year and not some days before the end. Returns how many.
    """
    act = booking.begin(session, actor)
    year_end = today.replace(month=12, day=31)
    busy = select(Candidacy.firm_id).where(
        Candidacy.track == Certificate.track, Candidacy.stage.in_(OPEN_STAGES)
    )
    rows = session.execute(
        select(Candidacy, Firm)
        .join(Certificate, Certificate.candidacy_id == Candidacy.id)
        .join(Firm, Firm.id == Candidacy.firm_id)
        .where(
            Certificate.status == "valid",
            Certificate.valid_through >= today,
            Certificate.valid_through <= year_end,
            Candidacy.stage == Stage.CERTIFY,
            Firm.deleted_at.is_(None),
            Certificate.firm_id.not_in(busy.correlate(Certificate)),
        )
        .order_by(Candidacy.id)
    ).all()
    for held, firm in rows:
        booking.open_new(
            act,
            firm,
            held.track,
            Stage.SERVE,
            today,
            renews=held,
            in_charge_id=held.in_charge_id,
            reason=N_("certificate ends within the filing year"),
        )
    return len(rows)
