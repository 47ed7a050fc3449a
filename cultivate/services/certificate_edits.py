"""Setting right what is said of a certificate: its number, a new name of its firm, a move across authorities."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain.actor import Actor
from cultivate.domain.firm_data import FirmData
from cultivate.domain.permissions import Act
from cultivate.errors import N_, Conflict, Invalid, NotFound
from cultivate.models import Certificate, Firm
from cultivate.queries import certificates as queries
from cultivate.queries.candidacies import firm_within
from cultivate.services import audit, certificates, firms, ledger, relocations
from cultivate.services.relocations import Brought

_NUMBER, _CASE = 40, 200


@dataclass(frozen=True, slots=True)
class Moved:
    """A move to or from the area of another authority."""

    on: date
    case: str
    """What the other authority filed it under; empty where nothing is known of it."""
    reason: str = ""


def correct_number(
    session: Session, actor: Actor, certificate_id: int, number: str, reason: str, version: int
) -> None:
    """Set a mistyped number right, with the reason. Days and counts stay as they are."""
    actor.require(Act.CORRECT_CERTIFICATE)
    row = _locked(session, actor, certificate_id, version)
    said = number.strip()
    if not said or len(said) > _NUMBER:
        raise Invalid(
            N_("A number of at most 40 characters is needed."), field="number", code="number-invalid"
        )
    if not reason.strip():
        raise Invalid(N_("A reason is needed."), field="reason", code="reason-missing")
    if said == row.number:
        return
    if certificates.number_taken(session, row.track, said, row.firm_id):
        raise Invalid(
            N_("Another firm holds a certificate of this number."), field="number", code="number-taken"
        )
    before, row.number = row.number, said
    session.flush()
    audit.note(
        session, actor, "correct", "certificate", row.id, before=before, after=said, reason=reason.strip()
    )


def rename(
    session: Session,
    actor: Actor,
    certificate_id: int,
    name: str,
    reported_on: date | None,
    version: int,
) -> None:
    """The firm has a new name: number and validity stay, the old one is kept as a former name.

    ``reported_on`` is the day on which the authority was told; the duty is three months. The same name again
    only notes that day.
    """
    actor.require(Act.EDIT_FIRM)
    row = _locked(session, actor, certificate_id, version)
    if reported_on is not None and reported_on > clock.today():
        raise Invalid(N_("The day lies in the future."), field="reported_on", code="day-in-future")
    if not name.strip():
        raise Invalid(N_("A name is needed."), field="name", code="name-missing")
    before = session.get_one(Firm, row.firm_id).name
    renamed = firms.update(session, actor, row.firm_id, FirmData(name=name))
    if not renamed and reported_on == row.rename_reported_on:
        return
    if renamed or reported_on is not None:
        row.rename_reported_on = reported_on
    session.flush()
    day = reported_on.isoformat() if reported_on else None
    audit.note(
        session, actor, "rename", "certificate", row.id, before=before, after=name.strip(), reported_on=day
    )


def move_out(session: Session, actor: Actor, certificate_id: int, moved: Moved, version: int) -> None:
    """The firm leaves for another authority's area with its certificate; all its tracks leave the count."""
    actor.require(Act.IMPORT_LISTS)
    row = _locked(session, actor, certificate_id, version)
    if not moved.reason.strip():
        raise Invalid(N_("A reason is needed."), field="reason", code="reason-missing")
    case = _case(moved)
    if not relocations.move_out(session, actor, row.firm_id, moved.on, moved.reason.strip()):
        raise Invalid(N_("The firm stands in no stage; it has left already."), code="not-standing")
    row.relocation_case = case or None
    session.flush()
    audit.note(session, actor, "move-out", "certificate", row.id, on=moved.on.isoformat(), case=case)


def move_in(session: Session, actor: Actor, firm_id: int, brought: Brought, moved: Moved) -> int:
    """The firm came with its certificate, which counts here from the day of moving in; returns its id."""
    actor.require(Act.IMPORT_LISTS)
    case = _case(moved)
    if not brought.number.strip() or len(brought.number.strip()) > _NUMBER:
        raise Invalid(
            N_("A number of at most 40 characters is needed."), field="number", code="number-invalid"
        )
    if moved.on > clock.today():
        raise Invalid(N_("The day lies in the future."), field="on", code="day-in-future")
    if certificates.number_taken(session, brought.track, brought.number, firm_id):
        raise Invalid(
            N_("Another firm holds a certificate of this number."), field="number", code="number-taken"
        )
    if not relocations.move_in(session, actor, firm_id, brought, moved.on, evidence=case or None):
        raise Invalid(N_("A certificate of the firm is in force on this track already."), code="in-force")
    row = session.scalars(
        select(Certificate)
        .where(
            Certificate.firm_id == firm_id, Certificate.track == brought.track, Certificate.status == "valid"
        )
        .order_by(Certificate.id.desc())
    ).first()
    if row is None:
        raise NotFound
    row.relocation_case = case or None
    session.flush()
    audit.note(session, actor, "move-in", "certificate", row.id, on=moved.on.isoformat(), case=case)
    return row.id


def note_rename_reported(session: Session, firm_id: int, on: date) -> None:
    """The authority itself published the new name: it has been told by then."""
    rows = select(Certificate).where(Certificate.firm_id == firm_id, Certificate.status == "valid")
    for row in session.scalars(rows.order_by(Certificate.id)):
        if row.rename_reported_on is None or row.rename_reported_on < on:
            row.rename_reported_on = on
    session.flush()


def _case(moved: Moved) -> str:
    case = moved.case.strip()
    if len(case) > _CASE:
        raise Invalid(N_("That is too long."), field="case", code="too-long")
    return case


def _locked(session: Session, actor: Actor, certificate_id: int, version: int) -> Certificate:
    ledger.begin(session)  # before the row: who books holds the ledger when he asks for certificates
    row = session.scalar(
        select(Certificate)
        .join(Firm, Firm.id == Certificate.firm_id)
        .where(Certificate.id == certificate_id, Certificate.status != "void", firm_within(actor.scope))
        .with_for_update(of=Certificate)
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound
    if row.version != version:
        raise Conflict(
            N_("Somebody else changed this certificate in the meantime."),
            current=queries.get_certificate(session, actor.scope, certificate_id, clock.today()),
        )
    return row
