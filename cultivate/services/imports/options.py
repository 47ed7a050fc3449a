"""What the uploader says about a file, and whether it can be so."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from cultivate import clock, packs
from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Act
from cultivate.errors import N_, Invalid
from cultivate.queries.units import get_unit

FIRMS = "firms"
LISTS = "certificates"

#: the act of the permission table that each kind asks for
ACTS: dict[str, Act] = {FIRMS: Act.IMPORT_FIRMS, LISTS: Act.IMPORT_LISTS}


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """``unit`` (a code) and ``tracks`` (none: all) are for rosters, ``track`` and ``issued_on`` for lists."""

    unit: str | None = None
    tracks: tuple[str, ...] = ()
    track: str | None = None
    issued_on: date | None = None

    def as_json(self) -> dict[str, Any]:
        """What is kept with the batch beside its own columns."""
        return {"unit": self.unit, "tracks": list(self.tracks)}

    @classmethod
    def of_batch(
        cls, options: Mapping[str, Any], track: str | None, issued_on: date | None
    ) -> "ImportOptions":
        """As they were kept."""
        return cls(options.get("unit"), tuple(options.get("tracks", ())), track, issued_on)

    @property
    def opened_tracks(self) -> tuple[str, ...]:
        """Tracks on which a roster's firms become candidates."""
        return self.tracks or tuple(packs.tracks())


def check(session: Session, actor: Actor, kind: str, options: ImportOptions) -> None:
    """Refuse what cannot be: a role that may not, an unknown unit or track, a list without its day."""
    if kind not in ACTS:
        raise Invalid(N_("There is no import of the kind “%(kind)s”."), field="kind", kind=kind)
    actor.require(ACTS[kind])
    if kind == LISTS:
        _check_list(options)
        return
    for track in options.tracks:
        packs.track(track)
    if options.unit:
        unit = get_unit(session, options.unit, "street", "park")
        if not actor.scope.everything and unit.id not in actor.scope.unit_ids:
            raise Invalid(N_("You may import into your own units only."), field="unit", code="unit-not-yours")


def _check_list(options: ImportOptions) -> None:
    packs.track(options.track or "")
    if options.issued_on is None:
        message = N_("The day of issue is needed: it stands in the notice, not in the list.")
        raise Invalid(message, field="issued_on", code="issue-day-missing")
    if options.issued_on > clock.today():
        raise Invalid(N_("The day of issue lies in the future."), field="issued_on", code="day-in-future")
