"""Which way a line of a list of relocations goes, seen from this district.

Lists say it in one column (迁入, 迁出至余杭区) or in two (from, to). What an authority calls 迁入 may be a move
into another district, so a place that is named goes before the bare word.
"""

import re
from collections.abc import Callable
from enum import StrEnum

from cultivate.domain.districts import Says

_TO = re.compile(r"(?:迁|搬|转)(?:出|入|往|至|到|移)*(?:至|到|往|入)?([一-鿿()（）]{2,})")
_FROM = re.compile(r"(?:由|从|自)([一-鿿()（）]{2,}?)(?:迁|搬|转)")
_BEFORE = re.compile(r"^([一-鿿]{2,}?)(?:迁|搬|转)(?:出|入)")
_OUT, _IN = re.compile(r"(?:迁|搬|转)出|^出$"), re.compile(r"(?:迁|搬|转)入|^入$")


class Way(StrEnum):
    """Where a firm went."""

    OUT = "out"
    IN = "in"
    WITHIN = "within"
    FOREIGN = "foreign"
    """From one other district to another."""
    UNKNOWN = "unknown"


def way(direction: str, moved_from: str, moved_to: str, *, street: bool, says: Callable[[str], Says]) -> Way:
    """``street``: whether the line names a street of ours as the new one."""
    source = says(moved_from) if moved_from else says(_found(direction, _FROM, _BEFORE))
    target = Says.HERE if street else says(moved_to) if moved_to else says(_found(direction, _TO))
    source = Says.HERE if source == Says.ONCE else source
    target = Says.HERE if target == Says.ONCE else target
    by_place = _BY_PLACE.get((source, target))
    if by_place is not None:
        return by_place
    out, into = bool(_OUT.search(direction)), bool(_IN.search(direction))
    if out != into:
        return Way.OUT if out else Way.IN
    return Way.UNKNOWN


_BY_PLACE: dict[tuple[Says, Says], Way] = {
    (Says.HERE, Says.HERE): Way.WITHIN,
    (Says.HERE, Says.ELSEWHERE): Way.OUT,
    (Says.ELSEWHERE, Says.HERE): Way.IN,
    (Says.ELSEWHERE, Says.ELSEWHERE): Way.FOREIGN,
    (Says.NOTHING, Says.HERE): Way.IN,
    (Says.HERE, Says.NOTHING): Way.OUT,
    # whether it was ours the register knows
    (Says.NOTHING, Says.ELSEWHERE): Way.OUT,
}


def _found(text: str, *patterns: re.Pattern[str]) -> str:
    return next((match[1] for pattern in patterns if (match := pattern.search(text))), "")
