"""An entry from the field: in one act a firm is registered, the visit recorded, and its licence kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate.domain.actor import Actor
from cultivate.domain.firm_data import FirmData
from cultivate.domain.paper_kinds import LICENCE
from cultivate.errors import N_, Invalid
from cultivate.models import Candidacy
from cultivate.services import attachments, firm_needs, firms, service_records
from cultivate.services.firm_needs import Need
from cultivate.services.service_records import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldEntry:
    """What was met in the lobby. ``photo`` is a name and a stream of the licence's picture."""

    firm: FirmData
    tracks: Sequence[str] = ()
    confirm_name: bool = False
    service: Service | None = None
    """What was done today."""
    need: Need | None = None
    """What it asks for, said while something was done or without."""
    photo: tuple[str, IO[bytes]] | None = None


def log(session: Session, actor: Actor, entry: FieldEntry) -> int:
    """Write it all or nothing of it; returns the firm's id. Refusals are those of each part."""
    if entry.service and not entry.tracks:
        raise Invalid(
            N_("A service is done for a track. Tick at least one."), field="tracks", code="track-missing"
        )
    firm_id = firms.register(session, actor, entry.firm, tracks=entry.tracks, confirm_name=entry.confirm_name)
    service_id = None
    if entry.service:
        ways = select(Candidacy.id).where(Candidacy.firm_id == firm_id).order_by(Candidacy.id)
        service_id = service_records.record_visit(session, actor, session.scalars(ways).all(), entry.service)[
            0
        ]
    if entry.need:
        firm_needs.raise_need(session, actor, firm_id, entry.need, service_id)
    if entry.photo is not None:
        attachments.attach(session, actor, firm_id, LICENCE, *entry.photo)
    return firm_id
