"""The one guarded move. Form, bulk action, importer, API, lists and jobs all come through here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cultivate import clock, packs
from cultivate.domain import moves
from cultivate.domain.actor import Actor
from cultivate.domain.ledger import NO_PARK, Place
from cultivate.domain.permissions import Act
from cultivate.domain.stages import ACCOUNTS, OPEN_STAGES, OUTSIDE, Stage
from cultivate.errors import N_, Conflict, Forbidden, Invalid, NotFound, Refused
from cultivate.extensions import settings
from cultivate.models import Candidacy, Firm, ServiceRecord
from cultivate.queries import candidacies
from cultivate.services import audit, booking, certificates, ledger


@dataclass(frozen=True, slots=True)
class CertificateData:
    """What an entry into ``certify`` needs."""

    number: str
    issued_on: date


@dataclass(frozen=True, slots=True)
class MoveRequest:
    """What is asked for. ``version`` is the candidacy's version that the person saw."""

    to: str
    effective_on: date | None = None
    reason: str | None = None
    version: int | None = None
    override_reason: str | None = None
    retry_year: int | None = None
    certificate: CertificateData | None = None
    evidence: str | None = None


def firm_in_scope(session: Session, actor: Actor, firm_id: int) -> Firm:
    """The firm's row, or ``NotFound`` when it lies outside the actor's scope or is a tombstone."""
    firm = session.scalar(
        select(Firm)
        .where(Firm.id == firm_id, candidacies.firm_within(actor.scope))
        .execution_options(populate_existing=True)
    )
    if firm is None:
        raise NotFound
    return firm


def candidacy_in_scope(session: Session, actor: Actor, candidacy_id: int) -> Candidacy:
    """The candidacy's row as it stands now, or ``NotFound``."""
    found = session.scalar(
        select(Candidacy)
        .join(Firm, Firm.id == Candidacy.firm_id)
        .where(Candidacy.id == candidacy_id, candidacies.firm_within(actor.scope))
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def open_candidacy(
    session: Session,
    actor: Actor,
    firm_id: int,
    track: str,
    effective_on: date | None = None,
    *,
    reason: str | None = None,
    import_batch_id: int | None = None,
) -> int:
    """Open a firm's next way through a track at ``discover``; returns the candidacy's id.

    Raises ``Refused`` while another is open or a certificate is in force on the track. In charge is who
    opened it, until someone else is named.
    """
    actor.require(Act.OPEN_CANDIDACY)
    packs.track(track)
    act = booking.begin(session, actor, import_batch_id)
    firm = firm_in_scope(session, actor, firm_id)
    day = effective_on or clock.today()
    request = MoveRequest(Stage.DISCOVER, day, reason)
    reasons = moves.refusals(_opening_facts(session, actor, firm, track, request))
    if reasons:
        raise Refused(reasons)
    candidacy = booking.open_new(
        act, firm, track, Stage.DISCOVER, day, in_charge_id=actor.user_id, reason=reason
    )
    booking.replay_transfers(act, candidacy)
    return candidacy.id


def open_many(
    session: Session,
    actor: Actor,
    firm_ids: Sequence[int],
    tracks: Sequence[str],
    effective_on: date,
    import_batch_id: int,
) -> int:
    """Open candidacies for many firms at once, skipping those open or in force; returns how many.

    The importer's form of ``open_candidacy``: the same conditions, asked as sets instead of one by one. The
    day is today's, so no change of street can lie after it.
    """
    actor.require(Act.OPEN_CANDIDACY)
    recorded_at = ledger.begin(session)
    drafts: list[ledger.MoveDraft] = []
    for code in tracks:
        packs.track(code)
        for start in range(0, len(firm_ids), 500):
            drafts += _opening_drafts(
                session, actor, firm_ids[start : start + 500], code, effective_on, import_batch_id
            )
    ledger.append(session, drafts, recorded_at)
    return len(drafts)


def _opening_drafts(
    session: Session, actor: Actor, firm_ids: Sequence[int], track: str, day: date, import_batch_id: int
) -> list[ledger.MoveDraft]:
    firms = session.execute(
        select(Firm.id, Firm.street_id, Firm.park_id)
        .where(Firm.id.in_(firm_ids), candidacies.firm_within(actor.scope))
        .order_by(Firm.id)
    ).all()
    taken = set(
        session.scalars(
            select(Candidacy.firm_id).where(
                Candidacy.track == track,
                Candidacy.firm_id.in_(firm_ids),
                Candidacy.stage.in_([*OPEN_STAGES, Stage.CERTIFY]),
            )
        )
    )
    counted = (
        select(Candidacy.firm_id, func.max(Candidacy.cycle))
        .where(Candidacy.track == track, Candidacy.firm_id.in_(firm_ids))
        .group_by(Candidacy.firm_id)
    )
    cycles: dict[int, int] = {row[0]: row[1] for row in session.execute(counted)}
    opened = [
        Candidacy(
            firm_id=firm_id,
            track=track,
            cycle=cycles.get(firm_id, 0) + 1,
            stage=OUTSIDE,
            stage_since=day,
            street_id=street_id,
            park_id=park_id,
            in_charge_id=actor.user_id,
            created_at=clock.now(),
            version=0,
        )
        for firm_id, street_id, park_id in firms
        if firm_id not in taken
    ]
    session.add_all(opened)
    session.flush()
    return [
        ledger.MoveDraft(
            candidacy_id=candidacy.id,
            track=track,
            kind="move",
            source_place=booking.place_of(candidacy),
            target_place=Place(Stage.DISCOVER, candidacy.street_id, candidacy.park_id or NO_PARK),
            effective_on=day,
            stage_since=day,
            actor_id=actor.user_id,
            source=actor.source,
            import_batch_id=import_batch_id,
        )
        for candidacy in opened
    ]


def move(session: Session, actor: Actor, candidacy_id: int, request: MoveRequest) -> int:
    """Move a candidacy; returns the move's id.

    Raises ``NotFound`` outside the scope, ``Forbidden`` where the role may not, ``Conflict`` when the version
    is stale, ``Refused`` with every condition that does not hold. An entry into ``certify`` records the
    certificate and lets the candidacy that it renews leave for ``superseded`` on the same day.
    """
    act = booking.begin(session, actor)
    candidacy = candidacy_in_scope(session, actor, candidacy_id)
    if request.to not in ACCOUNTS or request.to in moves.BY_CERTIFICATE:
        raise Invalid(
            N_("“%(stage)s” is no stage to move to."), field="to", code="no-such-stage", stage=request.to
        )
    _check_version(session, actor, candidacy, request.version)
    facts = _facts(session, actor, candidacy, request)
    reasons = moves.refusals(facts)
    if reasons:
        _raise(reasons)
    if request.to == Stage.CERTIFY and request.certificate is not None:
        return certificates.enter(
            act,
            candidacy,
            request.certificate.number,
            request.certificate.issued_on,
            facts.effective_on,
            reason=request.reason,
            evidence=request.evidence,
        )
    back = (candidacy.stage, request.to) == (Stage.RECOMMEND, Stage.SERVE)
    retry_year = (request.retry_year or facts.effective_on.year + 1) if back else None
    if back:
        candidacy.retry_year = retry_year
    if request.to == Stage.SERVE and candidacy.in_charge_id is None:
        candidacy.in_charge_id = actor.user_id
    session.flush()
    return booking.step(
        act,
        candidacy,
        request.to,
        facts.effective_on,
        reason=request.reason,
        evidence=request.evidence,
        override_reason=request.override_reason if request.to == Stage.RECOMMEND else None,
        retry_year=retry_year,
    )


def refusals(session: Session, actor: Actor, candidacy_id: int, to: str) -> list[Invalid]:
    """Why the candidacy cannot go there today; what a page says beside the button.

    What the person fills in on the form itself (a reason, the certificate) is not held against them here.
    """
    candidacy = candidacy_in_scope(session, actor, candidacy_id)
    found = moves.refusals(_facts(session, actor, candidacy, MoveRequest(to)))
    return [reason for reason in found if reason.problem not in {"reason-missing", "certificate-missing"}]


def assign(
    session: Session, actor: Actor, candidacy_id: int, user_id: int, version: int | None = None
) -> None:
    """Name who is in charge of a candidacy; ``user_id`` must be an active person who works in its unit."""
    actor.require(Act.ASSIGN)
    candidacy = candidacy_in_scope(session, actor, candidacy_id)
    _check_version(session, actor, candidacy, version)
    audit.note(
        session, actor, "assign", "candidacy", candidacy.id, before=candidacy.in_charge_id, after=user_id
    )
    candidacy.in_charge_id = user_id
    candidacy.version += 1
    session.flush()


def _raise(reasons: list[Invalid]) -> None:
    """A role that may not is 403, whatever else does not hold; the rest is 422 with all reasons."""
    for reason in reasons:
        if reason.problem in {"forbidden", "propose-instead"}:
            raise Forbidden(reason.msgid, field=reason.field, code=reason.problem, **reason.params)
    raise Refused(reasons)


def _check_version(session: Session, actor: Actor, candidacy: Candidacy, version: int | None) -> None:
    if version is not None and version != candidacy.version:
        raise Conflict(
            N_("Somebody else moved this firm in the meantime. Look at where it stands now."),
            current=candidacies.get_candidacy(session, actor.scope, candidacy.id),
        )


def _opening_facts(
    session: Session, actor: Actor, firm: Firm, track: str, request: MoveRequest
) -> moves.MoveFacts:
    day = request.effective_on or clock.today()
    others = session.scalars(
        select(Candidacy).where(Candidacy.firm_id == firm.id, Candidacy.track == track).order_by(Candidacy.id)
    ).all()
    ended = [
        other.stage_since for other in others if other.stage not in {*OPEN_STAGES, Stage.CERTIFY, OUTSIDE}
    ]
    return moves.MoveFacts(
        role=actor.role,
        by_list=False,
        source=OUTSIDE,
        target=request.to,
        effective_on=day,
        today=clock.today(),
        backdate_days=settings().backdate_days,
        last_effective_on=max(ended, default=None),
        credit_code_valid=firm.uscc is not None,
        in_charge=True,
        services=0,
        reason=request.reason,
        override_reason=None,
        has_certificate=False,
        issued_on=None,
        number_taken=False,
        other_open=any(other.stage in OPEN_STAGES for other in others),
        in_force=certificates.in_force_on(session, firm.id, track, day),
    )


def _facts(session: Session, actor: Actor, candidacy: Candidacy, request: MoveRequest) -> moves.MoveFacts:
    standing = booking.standing_moves(session, candidacy.id)
    last = standing[-1].effective_on if standing else None
    firm = session.get_one(Firm, candidacy.firm_id)
    given = request.certificate
    return moves.MoveFacts(
        role=actor.role,
        by_list=False,
        source=candidacy.stage,
        target=request.to,
        effective_on=request.effective_on or _default_day(given, last),
        today=clock.today(),
        backdate_days=settings().backdate_days,
        last_effective_on=last,
        credit_code_valid=firm.uscc is not None,
        # who takes a firm on that nobody is in charge of is in charge of it from then on
        in_charge=candidacy.in_charge_id is not None or actor.source != "job",
        services=session.scalar(
            select(func.count()).select_from(ServiceRecord).where(ServiceRecord.candidacy_id == candidacy.id)
        )
        or 0,
        reason=request.reason,
        override_reason=request.override_reason,
        has_certificate=given is not None and bool(given.number.strip()),
        issued_on=given.issued_on if given else None,
        number_taken=given is not None
        and certificates.number_taken(session, candidacy.track, given.number, candidacy.firm_id),
        other_open=False,
        in_force=False,
    )


def _default_day(given: CertificateData | None, last: date | None) -> date:
    """Today; for a certificate its day of issue, or the last move's day where that is later."""
    if given is None:
        return clock.today()
    return max(given.issued_on, last) if last else given.issued_on
