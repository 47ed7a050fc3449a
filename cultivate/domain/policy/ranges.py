"""Ranges of the number line as people write them, and whether they tile it without gap or overlap."""

import re
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from cultivate.domain.policy.pack import Range
from cultivate.errors import N_

_PART = re.compile(r"(>=|<=|>|<)\s*(-?\d+(?:\.\d+)?)")


def parse_range(text: str) -> Range | None:
    """``>= 0.05, < 0.15`` with one end or two; ``None`` where an end does not say whether it belongs."""
    lower: tuple[Fraction, bool] | None = None
    upper: tuple[Fraction, bool] | None = None
    for part in text.split(","):
        found = _PART.fullmatch(part.strip())
        if found is None:
            return None
        end = Fraction(found[2]), found[1].endswith("=")
        if found[1].startswith(">"):
            if lower is not None:
                return None
            lower = end
        else:
            if upper is not None:
                return None
            upper = end
    made = Range(
        lower[0] if lower else None,
        bool(lower and lower[1]),
        upper[0] if upper else None,
        bool(upper and upper[1]),
    )
    return None if _empty(made) else made


def _empty(found: Range) -> bool:
    if found.lower is None or found.upper is None:
        return False
    if found.lower == found.upper:
        return not (found.lower_in and found.upper_in)
    return found.lower > found.upper


def _start(found: Range) -> tuple[bool, Fraction, bool]:
    return (found.lower is not None, found.lower or Fraction(0), not found.lower_in)


def faults(ranges: Sequence[Range]) -> list[tuple[int, str]]:
    """What is wrong with ranges that should tile all numbers: the position and a msgid."""
    order = sorted(range(len(ranges)), key=lambda position: _start(ranges[position]))
    found = []
    if ranges[order[0]].lower is not None:
        found.append((order[0], N_("Nothing covers the numbers below this band.")))
    for before, after in pairwise(order):
        upper, lower = ranges[before], ranges[after]
        if upper.upper is None or lower.lower is None or upper.upper > lower.lower:
            found.append((after, N_("This band overlaps the one below it.")))
        elif upper.upper < lower.lower:
            found.append((after, N_("There is a gap between this band and the one below it.")))
        elif upper.upper_in and lower.lower_in:
            found.append((after, N_("The boundary belongs to this band and to the one below it.")))
        elif not upper.upper_in and not lower.lower_in:
            found.append((after, N_("The boundary belongs neither to this band nor to the one below it.")))
    if ranges[order[-1]].upper is not None:
        found.append((order[-1], N_("Nothing covers the numbers above this band.")))
    return found


def show(found: Range) -> str:
    """The range as it is written in a pack."""
    parts = []
    if found.lower is not None:
        parts.append(f"{'>=' if found.lower_in else '>'} {plain(found.lower)}")
    if found.upper is not None:
        parts.append(f"{'<=' if found.upper_in else '<'} {plain(found.upper)}")
    return ", ".join(parts)


def plain(value: Fraction) -> str:
    """A decimal without trailing zeros."""
    return f"{float(value):.6f}".rstrip("0").rstrip(".")
