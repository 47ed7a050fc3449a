"""What stands on a firm's page for a visit, in the reader's words, each part cut to what fits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from cultivate import clock, packs
from cultivate.domain.actor import Actor
from cultivate.i18n import _, language
from cultivate.queries import firms, readiness, units
from cultivate.queries.firms import FirmDetail
from cultivate.queries.readiness import Readiness
from cultivate.reports.dossier import facts, story, tracks
from cultivate.reports.dossier.cut import Cut
from cultivate.reports.dossier.facts import Figures
from cultivate.reports.dossier.story import Open
from cultivate.reports.dossier.tracks import TrackPart
from cultivate.reports.timeline.reading import Reading

#: lines for the visit's notes
NOTE_LINES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """One firm on one page. Contacts are masked as everywhere for who need not call."""

    firm_id: int
    name: str
    code: str
    place: str
    unit: str
    """Whose paper it is: the reader's units, else the district."""
    day: date
    printed_by: str
    head: tuple[tuple[str, str], ...]
    """Names and values beside one another: whom to call, where, since when."""
    tracks: tuple[TrackPart, ...]
    figures: Figures
    rights: tuple[tuple[str, str], ...]
    certificates: Cut
    open: Open
    """What the firm asked for and what was promised, the one due first on top."""
    services: Cut
    papers: Cut

    @property
    def signatures(self) -> tuple[str, ...]:
        """What is filled in by hand at the foot."""
        return _("Visited on"), _("Visitors"), _("For the firm")


def of_firm(session: Session, actor: Actor, firm_id: int) -> Dossier:
    """The page of one firm, or ``NotFound`` outside the reader's scope."""
    return of_firms(session, actor, [firm_id])[0]


def of_firms(session: Session, actor: Actor, firm_ids: Sequence[int]) -> list[Dossier]:
    """The pages of some firms, in this order; ``NotFound`` where one lies outside the reader's scope."""
    today = clock.today()
    details = [firms.get_firm(session, actor.scope, each) for each in firm_ids]
    ready = {track: readiness.of_firms(session, firm_ids, track, today) for track in packs.tracks()}
    return [
        _dossier(session, actor, firm, {track: found.get(firm.id) for track, found in ready.items()}, today)
        for firm in details
    ]


def _dossier(
    session: Session, actor: Actor, firm: FirmDetail, ready: Mapping[str, Readiness | None], today: date
) -> Dossier:
    scope, firm_id = actor.scope, firm.id
    reading = Reading(session, scope, firm_id)
    return Dossier(
        firm_id=firm.id,
        name=firm.name,
        code=firm.uscc or _("no code yet"),
        place=reading.place(firm.street.id, firm.park.id if firm.park else None),
        unit=_unit(session, actor),
        day=today,
        printed_by=actor.display_name,
        head=_head(firm),
        tracks=tracks.parts(reading, ready, today),
        figures=facts.figures(firm.figures, today.year),
        rights=facts.rights(session, firm_id, today),
        certificates=facts.certificates(reading),
        open=story.open_ones(reading, today),
        services=story.services(reading),
        papers=story.papers(reading),
    )


def _head(firm: FirmDetail) -> tuple[tuple[str, str], ...]:
    charge = dict.fromkeys(row.in_charge for row in firms.current(firm.candidacies) if row.in_charge)
    phone = " ".join(part for part in (firm.contact_name, firm.contact_phone) if part)
    return (
        (_("In charge"), _(", ").join(charge) or _("nobody yet")),
        (_("Contact"), phone or "—"),
        (_("Address"), firm.address or "—"),
        (_("Established on"), firm.established_on.isoformat() if firm.established_on else "—"),
        (_("Field of technology"), firm.field or "—"),
        (_("Staff, of them R&D"), f"{_whole(firm.staff)} / {_whole(firm.rd_staff)}"),
    )


def _whole(value: int | None) -> str:
    return "—" if value is None else f"{value:,}"


def _unit(session: Session, actor: Actor) -> str:
    found = units.list_units(session)
    own = [unit for unit in found if unit.id in actor.unit_ids]
    named = own or [unit for unit in found if unit.kind == "district"]
    return _(", ").join(unit.name(language()) for unit in named)
