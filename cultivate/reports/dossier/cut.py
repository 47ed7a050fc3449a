"""Keeping to one page: so many lines, each so long, and how many more there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

from cultivate.i18n import _n

#: in halves of a Chinese character: a Latin letter takes one, a Chinese one two
LONGEST = 140


@dataclass(frozen=True, slots=True)
class Cut:
    """The first lines of a list, and how many are left out."""

    lines: tuple[str, ...]
    more: int

    @property
    def rest(self) -> str:
        """In words; nothing where nothing is left out."""
        return and_more(self.more)


def cut(lines: Sequence[str], most: int) -> Cut:
    """At most so many lines; a single one more takes the place of the words that would count it."""
    kept = most if len(lines) > most + 1 else len(lines)
    return Cut(tuple(short(line) for line in lines[:kept]), len(lines) - kept)


def and_more(number: int) -> str:
    """How many are left out, in words."""
    return _n("and %(num)s more", "and %(num)s more", number) if number else ""


def short(text: str, longest: int = LONGEST) -> str:
    """On one line, and no longer than fits."""
    plain = " ".join(text.split())
    taken = 0
    for place, letter in enumerate(plain):
        taken += 2 if east_asian_width(letter) in "WFA" else 1
        if taken > longest:
            return plain[: max(place - 1, 0)].rstrip() + "…"
    return plain
