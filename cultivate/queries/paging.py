"""Pages of a list: numbered, with the true total."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row")
#: databases take no larger number
_BEYOND_ALL = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page of a list; ``number`` counts from 1."""

    items: Sequence[Row]
    total: int
    number: int = 1
    size: int = 50
    more: bool = False
    """``total`` is only known to be at least that: a search that found too much to count."""
    reach: int | None = None
    """So many rows can be paged through, where that is fewer than there are."""

    @property
    def within_reach(self) -> int:
        """The rows that can be paged through."""
        return self.total if self.reach is None else min(self.total, self.reach)

    @property
    def pages(self) -> int:
        """How many pages there are; an empty list has one."""
        return max(1, -(-self.within_reach // self.size))

    @property
    def first(self) -> int:
        """Ordinal of the first row shown, 0 in an empty list."""
        return min((self.number - 1) * self.size + 1, self.within_reach)

    @property
    def last(self) -> int:
        """Ordinal of the last row shown."""
        return min(self.number * self.size, self.within_reach)


def offset_of(number: int, size: int) -> int:
    """Rows to leave out before that page; a number below 1 is the first page, one beyond all is empty."""
    return min((max(number, 1) - 1) * size, _BEYOND_ALL)
