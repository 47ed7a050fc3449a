"""Certificates: entry into ``certify``, official lists, revocation and lapse."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from cultivate import clock, packs
from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Act as Permission
from cultivate.domain.stages import OPEN_STAGES, OUTSIDE, Exit, Stage
from cultivate.errors import N_, Invalid, NotFound
from cultivate.models import Candidacy, Certificate, Firm, StageMove
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

    Whatever of the firm counts on that day leaves for ``superseded``, so that the firm never counts twice
    while two certificates overlap. Had it left later by another way (the firm moved out, gave up, was
    revoked), this one takes that way on that day: it was the firm that left. A certificate that counts from a
    later day succeeds this one in its turn.
    """
    move_id = booking.step(act, candidacy, Stage.CERTIFY, effective_on, reason=reason, evidence=evidence)
    record(act, candidacy, move_id, number, issued_on, effective_on)
    _find_its_end(act, candidacy, effective_on, move_id)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _End:
    """When and how a certificate stops counting."""

    day: date
    account: str
    reason: str | None
    evidence: str | None = None
    caused_by_id: int | None = None


def _find_its_end(act: Act, candidacy: Candidacy, day: date, move_id: int) -> None:
    """Put the certificate that counts since ``day`` between the firm's others."""
    ends = [*_succeed(act, candidacy, day, move_id), *_succeeded(act.session, candidacy, day)]
    if ends:
        _leave(act, candidacy, ends)


def _succeed(act: Act, candidacy: Candidacy, day: date, move_id: int) -> list[_End]:
    """Supersede what of the firm counts on ``day`` beside the candidacy; returns how that had left later."""
    ends = []
    for older in _beside(act.session, candidacy):
        moves = [each for each in booking.standing_moves(act.session, older.id) if each.transfer_id is None]
        before = [each for each in moves if each.effective_on <= day]
        if not before or before[-1].to_account != Stage.CERTIFY:
            continue
        ends += [
            _as_end(left) for left in moves if left.effective_on > day and left.to_account in _TAKEN_ALONG
        ]
        supersede(act, older, day, move_id)
    return ends


#: ways out that whoever succeeds a certificate takes as well; a lapse is each certificate's own
_TAKEN_ALONG = frozenset({Exit.WITHDRAWN, Exit.MOVED_OUT, Exit.CLOSED, Exit.REVOKED, Exit.SUPERSEDED})


def _as_end(left: StageMove) -> _End:
    return _End(
        day=left.effective_on,
        account=left.to_account,
        reason=left.reason,
        evidence=left.evidence,
        caused_by_id=left.caused_by_id,
    )


def _succeeded(session: Session, candidacy: Candidacy, day: date) -> list[_End]:
    """The firm's next certificate, where one is known: the book was told the two in the wrong order."""
    later = session.scalar(
        select(Certificate)
        .where(
            Certificate.firm_id == candidacy.firm_id,
            Certificate.track == candidacy.track,
            Certificate.status != "void",
            Certificate.counts_from > day,
        )
        .order_by(Certificate.counts_from, Certificate.id)
        .limit(1)
    )
    if later is None:
        return []
    reason = N_("renewed")
    return [_End(day=later.counts_from, account=Exit.SUPERSEDED, reason=reason, caused_by_id=later.move_id)]


def _leave(act: Act, candidacy: Candidacy, ends: Sequence[_End]) -> None:
    """Let a certificate leave by the first of these ends, or by its lapse before that.

    The firm's changes of street before the end are followed.
    """
    end = min(ends, key=lambda each: each.day)
    lapse = lapse_day(act.session, candidacy)
    if lapse is not None and lapse <= end.day:
        end = _End(day=lapse, account=Exit.EXPIRED, reason=N_("certificate ended"))
    booking.replay_transfers(act, candidacy, before=end.day)
    booking.step(
        act,
        candidacy,
        end.account,
        end.day,
        reason=end.reason,
        evidence=end.evidence,
        caused_by_id=end.caused_by_id,
    )
    if end.account == Exit.REVOKED:
        for certificate in _valid_of(act.session, candidacy):
            certificate.status = "revoked"
            certificate.revoked_on = end.day
            certificate.revoked_reason = end.reason


def _valid_of(session: Session, candidacy: Candidacy) -> Sequence[Certificate]:
    return session.scalars(
        select(Certificate)
        .where(Certificate.candidacy_id == candidacy.id, Certificate.status == "valid")
        .order_by(Certificate.id)
    ).all()


def _beside(session: Session, candidacy: Candidacy) -> list[Candidacy]:
    """The firm's other candidacies on the track."""
    return list(
        session.scalars(
            select(Candidacy)
            .where(
                Candidacy.firm_id == candidacy.firm_id,
                Candidacy.track == candidacy.track,
                Candidacy.id != candidacy.id,
            )
            .order_by(Candidacy.id)
            .execution_options(populate_existing=True)
        )
    )


def supersede(act: Act, older: Candidacy, day: date, caused_by_id: int) -> None:
    """The older one leaves on ``day``; had it ended before, its lapse is booked instead.

    ``caused_by_id`` is the entry whose taking back lets it stand again.
    """
    lapse = lapse_day(act.session, older)
    if lapse is not None and lapse <= day:
        _lapse(act, older, lapse)
        return
    reason = N_("renewed")
    booking.rewind(act, older, day, reason)
    booking.step(act, older, Exit.SUPERSEDED, day, reason=reason, caused_by_id=caused_by_id)


def lapse_day(session: Session, candidacy: Candidacy) -> date | None:
    """The day from which the certificate of a candidacy counts no more; ``None`` where it does not end."""
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
    if says_what_is_known(known, track, number, issued_on):
        return False
    if any(certificate.counts_from > issued_on for certificate in known):
        _certify_in_the_past(act, firm, track, number, issued_on, evidence)
        return True
    candidacy = opened_for_list(act, firm, track, issued_on, evidence)
    enter(act, candidacy, number, issued_on, issued_on, evidence=evidence)
    booking.replay_transfers(act, candidacy)
    return True


def says_what_is_known(known: Sequence[Certificate], track: str, number: str, issued_on: date) -> bool:
    """Whether a line of a list adds nothing to the certificates (those not void) that the firm has."""
    if any(certificate.issued_on == issued_on for certificate in known):
        return True
    if number.strip() and any(certificate.number == number.strip() for certificate in known):
        return True
    # a track without an end is certified once
    return not packs.track(track).validity_years and any(
        certificate.status == "valid" for certificate in known
    )


def opened_for_list(act: Act, firm: Firm, track: str, issued_on: date, evidence: str | None) -> Candidacy:
    """The firm's open candidacy set back to that day (of issue, of moving in), or a new one opened on it."""
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
    act: Act, firm: Firm, track: str, number: str, issued_on: date, evidence: str | None
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
    _find_its_end(act, candidacy, issued_on, entry.id)


def revoke(
    session: Session,
    actor: Actor,
    certificate_id: int,
    on: date,
    reason: str,
    *,
    import_batch_id: int | None = None,
) -> int:
    """Book ``certify -> revoked``; returns the move's id."""
    actor.require(Permission.REVOKE_CERTIFICATE)
    act = booking.begin(session, actor, import_batch_id)
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
    lapse = lapse_day(session, candidacy)
    if lapse is not None and lapse <= on:
        raise Invalid(N_("This certificate is not in force."), field="certificate", code="not-in-force")
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
    return _post_lapses(booking.begin(session, actor), Certificate.valid_through < today)


def post_lapses_of(act: Act, firm_ids: Collection[int], day: date) -> None:
    """Book the lapses of some firms that were due by ``day``: whatever is booked next must not wait for the job.

    Else a candidacy would leave ``certify``, or change its street, when its certificate counted no more.
    """
    _post_lapses(act, Certificate.valid_through < day, Certificate.firm_id.in_(firm_ids))


def _post_lapses(act: Act, *due: ColumnElement[bool]) -> int:
    rows = act.session.execute(
        select(Candidacy, Certificate.valid_through)
        .join(Certificate, Certificate.candidacy_id == Candidacy.id)
        .where(Certificate.status == "valid", Candidacy.stage == Stage.CERTIFY, *due)
        .order_by(Certificate.valid_through, Certificate.id)
    ).all()
    for candidacy, last in rows:
        if last is not None:  # never: the conditions ask for a last day
            _lapse(act, candidacy, last + timedelta(days=1))
    return len(rows)
