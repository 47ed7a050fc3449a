"""Firms that leave the district or come into it, because an official list says so.

A firm that leaves takes all its candidacies along, of every track: it is no longer here. One that comes brings
its certificate, which keeps number and day of issue and counts here from the day of moving in.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate import packs
from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Act as Permission
from cultivate.domain.stages import STAGES, Exit, Stage
from cultivate.errors import N_, Invalid
from cultivate.models import Candidacy, Certificate
from cultivate.services import booking, certificates, stages
from cultivate.services.stages import MoveRequest, firm_in_scope


@dataclass(frozen=True, slots=True)
class Brought:
    """The certificate that a firm brings along."""

    track: str
    number: str
    issued_on: date


def move_out(
    session: Session, actor: Actor, firm_id: int, on: date, reason: str, *, import_batch_id: int | None = None
) -> int:
    """Let every candidacy that stands in a stage leave for ``moved_out``; returns how many did."""
    actor.require(Permission.IMPORT_LISTS)
    act = booking.begin(session, actor, import_batch_id)
    firm = firm_in_scope(session, actor, firm_id)
    certificates.post_lapses_of(act, [firm.id], on)
    standing = session.scalars(
        select(Candidacy.id)
        .where(Candidacy.firm_id == firm.id, Candidacy.stage.in_(STAGES))
        .order_by(Candidacy.id)
    ).all()
    for candidacy_id in standing:
        request = MoveRequest(Exit.MOVED_OUT, on, reason)
        stages.move(session, actor, candidacy_id, request, import_batch_id=import_batch_id)
    return len(standing)


def move_in(
    session: Session,
    actor: Actor,
    firm_id: int,
    brought: Brought,
    on: date,
    *,
    import_batch_id: int | None = None,
    evidence: str | None = None,
) -> bool:
    """Certify a firm that came with its certificate, from the day ``on``; False where it counts already."""
    actor.require(Permission.IMPORT_LISTS)
    act = booking.begin(session, actor.through("list"), import_batch_id)
    firm = firm_in_scope(session, actor, firm_id)
    certificates.post_lapses_of(act, [firm.id], on)
    at_certify = select(Candidacy.id).where(
        Candidacy.firm_id == firm_id, Candidacy.track == brought.track, Candidacy.stage == Stage.CERTIFY
    )
    if session.scalar(at_certify.limit(1)) is not None:
        return False
    last = packs.track(brought.track).valid_through(brought.issued_on)
    if last is not None and last < on:
        message = N_("The certificate had ended (%(day)s) before the firm moved in.")
        raise Invalid(message, field="issued_on", code="certificate-ended", day=last.isoformat())
    if on < brought.issued_on:
        message = N_("It cannot count before its day of issue (%(day)s).")
        raise Invalid(message, field="on", code="day-before-issue", day=brought.issued_on.isoformat())
    latest = session.scalar(
        select(Certificate.counts_from)
        .where(
            Certificate.firm_id == firm_id,
            Certificate.track == brought.track,
            Certificate.status != "void",
            Certificate.counts_from > on,
        )
        .limit(1)
    )
    if latest is not None:
        message = N_("A certificate that counts from a later day (%(day)s) is recorded already.")
        raise Invalid(message, field="on", code="later-certificate", day=latest.isoformat())
    candidacy = certificates.opened_for_list(act, firm, brought.track, on, evidence)
    certificates.enter(
        act,
        candidacy,
        brought.number,
        brought.issued_on,
        on,
        reason=N_("moved in with its certificate"),
        evidence=evidence,
    )
    booking.replay_transfers(act, candidacy)
    return True
