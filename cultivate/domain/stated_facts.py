"""Facts that no column or figure holds and a person states: yes or no, a count, points of an expert.

A path names one as the engine's facts do: ``major_violation``, ``expert.conversion``. Which of them matter is the
packs' business (``domain/policy/assess.asked``); this is only what may be kept.
"""

import re
from typing import Any

from cultivate.domain.policy.facts import FACTS, Kind
from cultivate.errors import N_, Invalid

#: what the register knows by itself: not to be stated beside it
HELD = frozenset({"applied_on", "established_on", "field", "staff", "rd_staff", "class1_ip", "class2_ip"})
EXPERT = "expert."
MOST_POINTS = 100
MOST = 10_000
_EXPERT = re.compile(r"expert\.[a-z0-9_]{1,33}")


def may_be_stated(path: str) -> bool:
    """Whether such a fact can be kept."""
    if path.startswith(EXPERT):
        return _EXPERT.fullmatch(path) is not None
    kind = FACTS.get(path)
    return (
        kind is not None and not kind.per_year and path not in HELD and kind.kind in {Kind.FLAG, Kind.COUNT}
    )


def is_flag(path: str) -> bool:
    """Whether it is yes or no."""
    return path in FACTS and FACTS[path].kind is Kind.FLAG


def check(path: str, value: Any) -> None:
    """Raise ``Invalid`` where there is no such fact, or the value is none of its kind; ``None`` takes it back."""
    if not may_be_stated(path):
        raise Invalid(
            N_("There is no fact “%(name)s”."), field=path[:60], code="fact-unknown", name=path[:60]
        )
    if value is None:
        return
    if is_flag(path):
        if not isinstance(value, bool):
            raise Invalid(N_("Choose yes, no or not known."), field=path, code="fact-invalid")
        return
    most = MOST_POINTS if path.startswith(EXPERT) else MOST
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise Invalid(
            N_("A whole number from 0 to %(most)s is needed."), field=path, code="fact-invalid", most=most
        )
