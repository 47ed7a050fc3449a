"""The one guarded move. Form, bulk action, importer, API, lists and jobs all come through here."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cultivate import clock, packs
from cultivate.db import bulk
from cultivate.domain import moves
from cultivate.domain.actor import Actor
from cultivate.domain.ledger import NO_PARK, Place
from cultivate.domain.permissions import Act
from cultivate.domain.stages import ACCOUNTS, OPEN_STAGES, OUTSIDE, Stage
from cultivate.errors import N_, Conflict, Forbidden, Invalid, NotFound, Refused
from cultivate.extensions import settings
from cultivate.models import Candidacy, Firm, ServiceRecord
from cultivate.queries import candidacies, readiness
from cultivate.queries.application_batches import BatchRow
from cultivate.queries.readiness import Readiness
from cultivate.services import (
    assessments,
    audit,
    batch_entering,
    booking,
    certificates,
    in_charge,
    ledger,
    people,
)

#: so that a large file's moves are not all in memory
_OPENED_AT_ONCE = 10_000


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
    batch_id: int | None = None
    """The application batch to come into, on the way to ``recommend``; else it is chosen."""
    ready: Readiness | None = field(default=None, repr=False)
    """What was found for that day already, where many are moved at once; else it is asked for here."""


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
    opened = 0
    for code in tracks:
        packs.track(code)
        openings = [
            opening for part in bulk.parts(firm_ids) for opening in _openings(session, actor, part, code)
        ]
        shared = ledger.Openings(
            track=code,
            effective_on=effective_on,
            actor_id=actor.user_id,
            source=actor.source,
            import_batch_id=import_batch_id,
        )
        for start in range(0, len(openings), _OPENED_AT_ONCE):
            part = openings[start : start + _OPENED_AT_ONCE]
            opened += len(ledger.open_all(session, part, shared, recorded_at))
    return opened


def _openings(session: Session, actor: Actor, firm_ids: Sequence[int], track: str) -> list[ledger.Opening]:
    firms = session.execute(
        select(Firm.id, Firm.street_id, Firm.park_id)
        .where(bulk.among(Firm.id, firm_ids), candidacies.firm_within(actor.scope))
        .order_by(Firm.id)
    ).all()
    taken = set(
        session.scalars(
            select(Candidacy.firm_id).where(
                Candidacy.track == track,
                bulk.among(Candidacy.firm_id, firm_ids),
                Candidacy.stage.in_([*OPEN_STAGES, Stage.CERTIFY]),
            )
        )
    )
    counted = (
        select(Candidacy.firm_id, func.max(Candidacy.cycle))
        .where(Candidacy.track == track, bulk.among(Candidacy.firm_id, firm_ids))
        .group_by(Candidacy.firm_id)
    )
    cycles: dict[int, int] = {row[0]: row[1] for row in session.execute(counted)}
    return [
        ledger.Opening(
            firm_id, cycles.get(firm_id, 0) + 1, Place(Stage.DISCOVER, street_id, park_id or NO_PARK)
        )
        for firm_id, street_id, park_id in firms
        if firm_id not in taken
    ]


def move(
    session: Session,
    actor: Actor,
    candidacy_id: int,
    request: MoveRequest,
    *,
    import_batch_id: int | None = None,
) -> int:
    """Move a candidacy; returns the move's id.

    Raises ``NotFound`` outside the scope, ``Forbidden`` where the role may not, ``Conflict`` when the version
    is stale, ``Refused`` with every condition that does not hold. An entry into ``certify`` records the
    certificate and lets the candidacy that it renews leave for ``superseded`` on the same day.
    """
    act = booking.begin(session, actor, import_batch_id)
    candidacy = candidacy_in_scope(session, actor, candidacy_id)
    if request.to not in ACCOUNTS or request.to in moves.BY_CERTIFICATE:
        raise Invalid(
            N_("“%(stage)s” is no stage to move to."), field="to", code="no-such-stage", stage=request.to
        )
    _check_version(session, actor, candidacy, request.version)
    ready = _ready(session, candidacy, request)
    batch = _batch(session, candidacy, request)
    facts = _facts(session, actor, candidacy, request, ready, batch)
    reasons = moves.refusals(facts)
    if reasons:
        _raise(reasons)
    in_charge.acted(session, actor, candidacy)
    if ready is not None:
        assessments.keep(session, actor, ready, assessments.RECOMMENDED)
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
        in_charge.put(session, actor, candidacy, actor.user_id, at=act.recorded_at)
    session.flush()
    move_id = booking.step(
        act,
        candidacy,
        request.to,
        facts.effective_on,
        reason=request.reason,
        evidence=request.evidence,
        override_reason=request.override_reason if request.to == Stage.RECOMMEND else None,
        retry_year=retry_year,
    )
    if batch is not None:
        papers = ready.applied.pack.papers if ready else ()
        batch_entering.enter(session, candidacy, batch, move_id, papers)
    return move_id


def refusals(session: Session, actor: Actor, candidacy_id: int, to: str) -> list[Invalid]:
    """Why the candidacy cannot go there today; what a page says beside the button.

    What the person fills in on the form itself (a reason, the certificate) is not held against them here.
    """
    candidacy = candidacy_in_scope(session, actor, candidacy_id)
    request = MoveRequest(to)
    ready, batch = _ready(session, candidacy, request), _batch(session, candidacy, request)
    found = moves.refusals(_facts(session, actor, candidacy, request, ready, batch))
    return [reason for reason in found if reason.problem not in {"reason-missing", "certificate-missing"}]


def assign(
    session: Session,
    actor: Actor,
    candidacy_id: int,
    user_id: int,
    version: int | None = None,
    *,
    reason: str = "",
) -> None:
    """Name who is in charge of a candidacy; ``user_id`` must be an active person who works in its unit."""
    actor.require(Act.ASSIGN)
    ledger.begin(session)  # so that it and a hand-over follow one another
    candidacy = candidacy_in_scope(session, actor, candidacy_id)
    _check_version(session, actor, candidacy, version)
    people.require_works_at(session, user_id, candidacy.street_id, candidacy.park_id)
    audit.note(
        session, actor, "assign", "candidacy", candidacy.id, before=candidacy.in_charge_id, after=user_id
    )
    in_charge.put(session, actor, candidacy, user_id, reason=reason.strip())
    candidacy.version += 1
    session.flush()


def unassign(session: Session, actor: Actor, candidacy_id: int, version: int | None = None) -> None:
    """Leave a candidacy in nobody's charge, as it was before somebody was named."""
    actor.require(Act.ASSIGN)
    ledger.begin(session)
    candidacy = candidacy_in_scope(session, actor, candidacy_id)
    _check_version(session, actor, candidacy, version)
    audit.note(session, actor, "assign", "candidacy", candidacy.id, before=candidacy.in_charge_id, after=None)
    in_charge.put(session, actor, candidacy, None)
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


def _ready(session: Session, candidacy: Candidacy, request: MoveRequest) -> Readiness | None:
    """What the policy says of the firm on the day of the move; asked for on the way to ``recommend`` alone."""
    if (candidacy.stage, request.to) != (Stage.SERVE, Stage.RECOMMEND):
        return None
    if request.ready is not None:
        return request.ready
    day = request.effective_on or clock.today()
    return readiness.of_firm(session, candidacy.firm_id, candidacy.track, day)


def _batch(session: Session, candidacy: Candidacy, request: MoveRequest) -> BatchRow | None:
    """The application batch that the firm comes into; asked for on the way to ``recommend`` alone."""
    if (candidacy.stage, request.to) != (Stage.SERVE, Stage.RECOMMEND):
        return None
    day = request.effective_on or clock.today()
    return batch_entering.choose(
        session, candidacy, day, request.batch_id, waived=bool(request.override_reason)
    )


def _facts(
    session: Session,
    actor: Actor,
    candidacy: Candidacy,
    request: MoveRequest,
    ready: Readiness | None,
    batch: BatchRow | None,
) -> moves.MoveFacts:
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
            select(func.count())
            .select_from(ServiceRecord)
            .where(ServiceRecord.candidacy_id == candidacy.id, ServiceRecord.withdrawn_at.is_(None))
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
        failed=assessments.failures(ready),
        batch_open=batch is not None,
        batch_named=request.batch_id is not None,
        certificate_lapsed_on=certificates.lapse_day(session, candidacy)
        if candidacy.stage == Stage.CERTIFY
        else None,
    )


def _default_day(given: CertificateData | None, last: date | None) -> date:
    """Today; for a certificate its day of issue, or the last move's day where that is later."""
    if given is None:
        return clock.today()
    return max(given.issued_on, last) if last else given.issued_on
