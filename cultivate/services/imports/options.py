"""What the uploader says about a file; each kind checks its own part (``Kind.check_options``)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from cultivate import packs

#: what a commit does with a file of which some rows cannot be written
GOOD, ALL = "good", "all"
POLICIES = (GOOD, ALL)

FIRMS = "firms"
LISTS = "certificates"
RENAMES, CANCELLATIONS, RELOCATIONS = "renames", "cancellations", "relocations"
FIGURES, PROPERTIES = "figures", "properties"


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """``unit`` (a code) and ``tracks`` (none: all) are for rosters, ``track`` and ``issued_on`` for lists."""

    unit: str | None = None
    tracks: tuple[str, ...] = ()
    track: str | None = None
    issued_on: date | None = None
    extra: Mapping[str, str] = field(default_factory=dict)
    """What else a kind asks for; kept as it is."""

    def as_json(self) -> dict[str, Any]:
        """What is kept with the batch beside its own columns."""
        return {"unit": self.unit, "tracks": list(self.tracks)} | (
            {"extra": dict(self.extra)} if self.extra else {}
        )

    @classmethod
    def of_batch(
        cls, options: Mapping[str, Any], track: str | None, issued_on: date | None
    ) -> "ImportOptions":
        """As they were kept."""
        return cls(
            options.get("unit"), tuple(options.get("tracks", ())), track, issued_on, options.get("extra", {})
        )

    @property
    def opened_tracks(self) -> tuple[str, ...]:
        """Tracks on which a roster's firms become candidates."""
        return self.tracks or tuple(packs.tracks())
