"""Certifying the firms of an official list at once: ``certificates.certify_by_list``, asked and booked as sets.

Only the plain cases are booked here: nothing to take back, no change of street to follow, no later certificate.
The others go through the single form, so that there is one place for each rule.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from cultivate import clock, packs
from cultivate.domain.actor import Actor
from cultivate.domain.ledger import NO_PARK, Place
from cultivate.domain.permissions import Act as Permission
from cultivate.domain.stages import EXITS, OPEN_STAGES, OUTSIDE, Exit, Stage
from cultivate.errors import N_
from cultivate.models import Candidacy, Certificate, Firm, Transfer
from cultivate.queries.last_moves import last_days
from cultivate.services import booking, certificates, in_charge, ledger
from cultivate.services.booking import Act
from cultivate.services.ledger import MoveDraft

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Listed:
    """What a list says of one firm."""

    firm_id: int
    number: str
    issued_on: date


@dataclass(slots=True)
class _Firm:
    """A firm as far as a list can change it on the track."""

    street_id: int
    park_id: int | None
    last_transfer: date | None = None
    certificates: list[Certificate] = field(default_factory=list)
    candidacies: list["_Way"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Way:
    """A candidacy as plain values: booking expires the loaded ones. ``last`` is the day of its last move."""

    id: int
    cycle: int
    stage: str
    stage_since: date
    place: Place
    in_charge_id: int | None
    last: date | None


@dataclass(frozen=True, slots=True)
class _Plan:
    """A plain case: the candidacy to certify (``None``: a new one), and the one in force that it renews."""

    listed: Listed
    firm: _Firm
    open: _Way | None
    held: _Way | None


def certify_many(
    session: Session,
    actor: Actor,
    track: str,
    lines: Sequence[Listed],
    *,
    import_batch_id: int | None = None,
    evidence: str | None = None,
) -> int:
    """Certify the firms that a list names, each at most once; returns for how many something was booked."""
    actor.require(Permission.IMPORT_LISTS)
    act = booking.begin(session, actor.through("list"), import_batch_id)
    booked = 0
    for start in range(0, len(lines), CHUNK):
        part = lines[start : start + CHUNK]
        firms = _load(session, track, [line.firm_id for line in part])
        plans: list[_Plan] = []
        others: list[Listed] = []
        for line in part:
            firm = firms[line.firm_id]
            if certificates.says_what_is_known(firm.certificates, track, line.number, line.issued_on):
                continue
            plan = _plain(line, firm)
            if plan is None:
                others.append(line)
            else:
                plans.append(plan)
        _book(act, track, plans, evidence)
        for line in others:
            certificates.certify_by_list(
                session,
                actor,
                line.firm_id,
                track,
                line.number,
                line.issued_on,
                import_batch_id=import_batch_id,
                evidence=evidence,
            )
        booked += len(plans) + len(others)
    return booked


def _plain(line: Listed, firm: _Firm) -> _Plan | None:
    """How to book the line without taking anything back, or ``None``."""
    day = line.issued_on
    if firm.last_transfer is not None and firm.last_transfer > day:
        return None
    if any(certificate.counts_from > day for certificate in firm.certificates):
        return None
    on_way = [way for way in firm.candidacies if way.stage in OPEN_STAGES]
    held = [way for way in firm.candidacies if way.stage == Stage.CERTIFY]
    left_later = any(way.stage in EXITS and way.stage_since > day for way in firm.candidacies)
    if left_later or any(way.last is None or way.last > day for way in (*on_way, *held)):
        return None
    if any(_ends_by(firm, way, day) for way in held):
        return None
    return _Plan(line, firm, next(iter(on_way), None), next(iter(held), None))


def _ends_by(firm: _Firm, held: _Way, day: date) -> bool:
    """Whether the certificate in force had ended before the new one came: its lapse is booked, not a renewal."""
    own = [each for each in firm.certificates if each.candidacy_id == held.id and each.status == "valid"]
    return bool(own) and own[-1].valid_through is not None and own[-1].valid_through < day


def _book(act: Act, track: str, plans: Sequence[_Plan], evidence: str | None) -> None:
    """Openings and entries in one go, then the certificates, then what they supersede."""
    opened = _open(act, track, plans)
    drafts: list[MoveDraft] = []
    entries: list[tuple[int, int]] = []  # candidacy, and where its entry stands among the drafts
    for plan in plans:
        day = plan.listed.issued_on
        candidacy_id = plan.open.id if plan.open else opened[plan.listed.firm_id]
        place = plan.open.place if plan.open else _outside(plan.firm)
        if plan.open is None:
            reason = N_("never cultivated here; certified by the official list")
            drafts.append(
                _draft(act, track, candidacy_id, place, Stage.DISCOVER, day, reason=reason, evidence=evidence)
            )
            place = place._replace(account=Stage.DISCOVER)
        entries.append((candidacy_id, len(drafts)))
        drafts.append(_draft(act, track, candidacy_id, place, Stage.CERTIFY, day, evidence=evidence))
    ids = ledger.append(act.session, drafts, act.recorded_at)
    moves = [(candidacy_id, ids[place]) for candidacy_id, place in entries]
    _record(act, track, plans, moves)
    superseded = [
        _draft(
            act,
            track,
            plan.held.id,
            plan.held.place,
            Exit.SUPERSEDED,
            plan.listed.issued_on,
            reason=N_("renewed"),
            caused_by_id=move_id,
        )
        for plan, (_, move_id) in zip(plans, moves, strict=True)
        if plan.held is not None
    ]
    ledger.append(act.session, superseded, act.recorded_at)


def _open(act: Act, track: str, plans: Sequence[_Plan]) -> dict[int, int]:
    """New candidacies, still outside, for the firms that were not on their way; ids by firm."""
    rows = [
        Candidacy(
            firm_id=plan.listed.firm_id,
            track=track,
            cycle=max((way.cycle for way in plan.firm.candidacies), default=0) + 1,
            stage=OUTSIDE,
            stage_since=plan.listed.issued_on,
            street_id=plan.firm.street_id,
            park_id=plan.firm.park_id,
            renews_id=plan.held.id if plan.held else None,
            in_charge_id=plan.held.in_charge_id if plan.held else None,
            created_at=clock.now(),
            version=0,
        )
        for plan in plans
        if plan.open is None
    ]
    act.session.add_all(rows)
    act.session.flush()
    kept = [(row.id, row.in_charge_id) for row in rows if row.in_charge_id is not None]
    in_charge.opened(act.session, act.actor.user_id, kept)
    return {row.firm_id: row.id for row in rows}


def _record(act: Act, track: str, plans: Sequence[_Plan], moves: Sequence[tuple[int, int]]) -> None:
    if not plans:
        return
    rules = packs.track(track)
    act.session.execute(
        insert(Certificate).execution_options(render_nulls=True),
        [
            {
                "candidacy_id": candidacy_id,
                "firm_id": plan.listed.firm_id,
                "track": track,
                "number": plan.listed.number.strip(),
                "issued_on": plan.listed.issued_on,
                "counts_from": plan.listed.issued_on,
                "valid_through": rules.valid_through(plan.listed.issued_on),
                "move_id": move_id,
                "import_batch_id": act.import_batch_id,
                "created_at": act.recorded_at,
            }
            for plan, (candidacy_id, move_id) in zip(plans, moves, strict=True)
        ],
    )


def _draft(
    act: Act, track: str, candidacy_id: int, source: Place, account: str, day: date, **extra: object
) -> MoveDraft:
    return MoveDraft(
        candidacy_id=candidacy_id,
        track=track,
        kind="move",
        source_place=source,
        target_place=source._replace(account=account),
        effective_on=day,
        stage_since=day,
        actor_id=act.actor.user_id,
        source=act.actor.source,
        import_batch_id=act.import_batch_id,
        **extra,  # type: ignore[arg-type]  # reason, evidence, cause: named by the callers above
    )


def _outside(firm: _Firm) -> Place:
    return Place(OUTSIDE, firm.street_id, firm.park_id or NO_PARK)


def _load(session: Session, track: str, ids: Sequence[int]) -> Mapping[int, _Firm]:
    """The firms with what the track knows of them: five queries."""
    rows = session.execute(select(Firm.id, Firm.street_id, Firm.park_id).where(Firm.id.in_(ids)))
    firms = {firm_id: _Firm(street_id, park_id) for firm_id, street_id, park_id in rows}
    for certificate in session.scalars(
        select(Certificate)
        .where(Certificate.firm_id.in_(ids), Certificate.track == track, Certificate.status != "void")
        .order_by(Certificate.counts_from, Certificate.id)
        .execution_options(populate_existing=True)
    ):
        firms[certificate.firm_id].certificates.append(certificate)
    transfers = session.execute(
        select(Transfer.firm_id, func.max(Transfer.effective_on))
        .where(Transfer.firm_id.in_(ids), Transfer.reversed_at.is_(None))
        .group_by(Transfer.firm_id)
    )
    for firm_id, day in transfers:
        firms[firm_id].last_transfer = day
    for firm_id, way in _ways(session, track, ids):
        firms[firm_id].candidacies.append(way)
    return firms


def _ways(session: Session, track: str, ids: Sequence[int]) -> Iterable[tuple[int, _Way]]:
    rows = session.execute(
        select(
            Candidacy.id,
            Candidacy.firm_id,
            Candidacy.cycle,
            Candidacy.stage,
            Candidacy.stage_since,
            Candidacy.street_id,
            Candidacy.park_id,
            Candidacy.in_charge_id,
        )
        .where(Candidacy.firm_id.in_(ids), Candidacy.track == track)
        .order_by(Candidacy.id)
    ).all()
    last = last_days(session, [row.id for row in rows])
    for key, firm_id, cycle, stage, since, street_id, park_id, in_charge_id in rows:
        place = Place(stage, street_id, park_id or NO_PARK)
        yield firm_id, _Way(key, cycle, stage, since, place, in_charge_id, last.get(key))
