"""Judging one condition: met, not met or unknown, and what is missing in natural units."""

import math
from collections.abc import Callable
from fractions import Fraction

from cultivate.domain.policy.facts import Facts
from cultivate.domain.policy.judged import MET, NOT_MET, UNKNOWN, Judged
from cultivate.domain.policy.measures import ZERO, Measured, Ref, measure
from cultivate.domain.policy.pack import Condition, sign

#: units that come whole: a shortfall of 10.5 people is 11
WHOLE_UNITS = frozenset({"人", "天", "件", "项", "分"})

#: by the side of the threshold on which the value lies
_HOLDS: dict[str, Callable[[int], bool]] = {
    ">=": lambda side: side >= 0,
    ">": lambda side: side > 0,
    "<=": lambda side: side <= 0,
    "<": lambda side: side < 0,
}


def judge(condition: Condition, facts: Facts, points: tuple[int, int] | None) -> Judged:
    """One condition; ``points`` are the least and most that the score it asks for may be."""
    kind = condition.measure.kind
    if kind == "flag":
        found = _flag(condition, facts)
    elif kind == "choice":
        found = _choice(condition, facts)
    elif kind == "score":
        found = _score(condition, points or (0, 0))
    else:
        found = _number(condition, facts)
    return _waived(condition, facts, found) if condition.waived_by else found


def threshold_of(condition: Condition, facts: Facts) -> tuple[Fraction | None, Measured]:
    """The threshold that holds for this firm; none while what chooses the band is not known."""
    if condition.by is None:
        return condition.threshold, Measured()
    chooser = measure(facts, condition.by)
    if chooser.value is None:
        return None, chooser
    value = chooser.value
    band = next((band for band in condition.bands if band.range.holds(value)), None)
    return (band.threshold if band else None), chooser


def _number(condition: Condition, facts: Facts) -> Judged:
    found = measure(facts, condition.measure)
    threshold, chooser = threshold_of(condition, facts)
    if threshold is not None and _enough(condition, found, threshold):
        return Judged(condition, MET, found.at_least, threshold, years=found.years)
    if found.value is None or threshold is None:
        missing = tuple(dict.fromkeys([*found.missing, *chooser.missing]))
        reason = (found.reason if found.value is None else None) or chooser.reason
        return Judged(condition, UNKNOWN, None, threshold, None, missing, found.years, reason)
    if _holds(condition, found.value, threshold):
        return Judged(condition, MET, found.value, threshold, years=found.years)
    short = shortfall(condition, found, threshold)
    return Judged(condition, NOT_MET, found.value, threshold, short, years=found.years)


def _enough(condition: Condition, found: Measured, threshold: Fraction) -> bool:
    """Whether the known part of a sum does already, whatever the rest may be."""
    return found.at_least is not None and condition.rises and _holds(condition, found.at_least, threshold)


def _holds(condition: Condition, value: Fraction, threshold: Fraction) -> bool:
    return _HOLDS[condition.operator](sign(value, threshold))


def shortfall(condition: Condition, found: Measured, threshold: Fraction) -> Fraction:
    """What is missing (or, for a limit, too much) at the facts given: added, the condition turns.

    For a ratio it is an amount of its upper part while the lower stays as it is. Where equality does not meet
    the condition the least step beyond it is one whole unit.
    """
    if found.part is not None and found.whole is not None:
        gap = threshold * found.whole - found.part
    else:
        gap = threshold - (found.value or ZERO)
    gap = gap if condition.rises else -gap
    if condition.unit in WHOLE_UNITS:
        strict = condition.operator in {">", "<"}
        return Fraction(math.floor(gap) + 1 if strict else math.ceil(gap))
    return gap


def _flag(condition: Condition, facts: Facts) -> Judged:
    name, wanted = condition.measure.facts[0], condition.measure.wanted
    answer = facts.flag(name)
    if answer is None:
        return Judged(condition, UNKNOWN, missing=(Ref(name),))
    return Judged(condition, MET if answer == wanted else NOT_MET, answer, wanted)


def _choice(condition: Condition, facts: Facts) -> Judged:
    name = condition.measure.facts[0]
    value = facts.text(name)
    if value is None:
        return Judged(condition, UNKNOWN, missing=(Ref(name),))
    return Judged(condition, MET if value in condition.measure.options else NOT_MET, value)


def _score(condition: Condition, points: tuple[int, int]) -> Judged:
    low, high = Fraction(points[0]), Fraction(points[1])
    threshold = condition.threshold or ZERO
    result, short = UNKNOWN, None
    if _holds(condition, low, threshold):
        result = MET
    elif not _holds(condition, high, threshold):
        result, short = NOT_MET, shortfall(condition, Measured(high), threshold)
    return Judged(condition, result, low if low == high else None, threshold, short, points=points)


def _waived(condition: Condition, facts: Facts, found: Judged) -> Judged:
    """A direct way past the condition: any of its facts opens it, and one not known keeps it open."""
    if found.result == MET:
        return found
    answers = [(name, facts.flag(name)) for name in condition.waived_by]
    if way := next((name for name, answer in answers if answer), None):
        return Judged(condition, MET, found.value, found.threshold, way=way)
    open_ways = tuple(Ref(name) for name, answer in answers if answer is None)
    if open_ways and found.result == NOT_MET:
        return found._replace(result=UNKNOWN, shortfall=None, missing=open_ways)
    return found
