"""One service for many firms: a round, and a record for every firm that was there."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Act
from cultivate.domain.stages import STAGES
from cultivate.errors import N_, Invalid
from cultivate.models import Candidacy, ServiceRound
from cultivate.services import audit
from cultivate.services.service_records import Service, record_visit
from cultivate.services.stages import firm_in_scope

LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """The occasion, and what is said of it at every firm. ``track``: empty for all that a firm is on."""

    title: str
    place: str = ""
    track: str = ""
    service: Service


def begin(session: Session, actor: Actor, said: Round) -> int:
    """Write the occasion down; the firms follow. Returns its id."""
    actor.require(Act.RECORD_SERVICE)
    title, day = said.title.strip(), said.service.on or clock.today()
    if not title:
        raise Invalid(N_("Give it a title, such as the briefing's."), field="title", code="title-missing")
    if max(len(title), len(said.place.strip())) > LONGEST:
        raise Invalid(N_("That is too long."), field="title", code="too-long")
    if day > clock.today():
        raise Invalid(N_("The day lies in the future."), field="on", code="day-in-future")
    row = ServiceRound(
        title=title,
        kind=said.service.kind,
        on=day,
        place=said.place.strip(),
        participants=said.service.participants.strip(),
        by_id=actor.user_id,
        recorded_at=clock.now(),
    )
    session.add(row)
    session.flush()
    audit.note(session, actor, "begin", "service_round", row.id, title=title, on=day.isoformat())
    return row.id


def serve(session: Session, actor: Actor, firm_id: int, said: Round, round_id: int) -> int:
    """Record it for one firm, on every track that was meant; returns the visit's first record."""
    firm_in_scope(session, actor, firm_id)
    ways = session.scalars(
        select(Candidacy.id)
        .where(
            Candidacy.firm_id == firm_id,
            Candidacy.stage.in_(STAGES),
            *([Candidacy.track == said.track] if said.track else []),
        )
        .order_by(Candidacy.id)
    ).all()
    if not ways:
        raise Invalid(
            N_("The firm is on no track at present; start cultivating it first."),
            field="track",
            code="not-on-track",
        )
    return record_visit(session, actor, ways, said.service, round_id)[0]


def drop(session: Session, round_id: int) -> None:
    """Nobody was there after all."""
    session.delete(session.get_one(ServiceRound, round_id))
    session.flush()
