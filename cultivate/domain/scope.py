"""What part of the register somebody sees; an argument of every query, never a memory."""

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Scope:
    """All of the district, or the firms that lie in these units (streets or parks)."""

    everything: bool = False
    unit_ids: frozenset[int] = field(default_factory=frozenset)
    #: whether contact names and phone numbers are shown in full
    contacts: bool = False

    def within(self, units: Iterable[int]) -> "Scope":
        """The part of this scope that lies in ``units``: what ``?unit=`` narrows to."""
        wanted = frozenset(units)
        return Scope(
            everything=False,
            unit_ids=wanted if self.everything else self.unit_ids & wanted,
            contacts=self.contacts,
        )

    def holds(self, street_id: int, park_id: int | None) -> bool:
        """Whether a firm in that street and park is inside."""
        return (
            self.everything
            or street_id in self.unit_ids
            or (park_id is not None and park_id in self.unit_ids)
        )


#: for jobs, commands and checks that speak for the whole district
WHOLE_DISTRICT = Scope(everything=True, contacts=True)
