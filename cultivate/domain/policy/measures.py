"""Forming a number from facts, exactly; what stands in the way is said, never guessed.

Fiscal years are the closed ones before the day of the application; a firm younger than that has its actual years.
"""

import math
from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from cultivate.domain.policy.facts import FACTS, Facts
from cultivate.domain.policy.messages import Label, Message
from cultivate.domain.policy.pack import Measure
from cultivate.errors import N_


class Ref(NamedTuple):
    """A fact, of a year where it has one."""

    fact: str
    year: int | None = None

    def __str__(self) -> str:
        """``years.2024.rd``, as in the facts."""
        return self.fact if self.year is None else f"years.{self.year}.{self.fact}"

    def say(self) -> Message:
        """``R&D spending 2024``."""
        label = Label(FACTS[self.fact].label)
        if self.year is None:
            return Message("%(fact)s", {"fact": label})
        return Message(N_("%(fact)s of %(year)s"), {"fact": label, "year": self.year})


class Measured(NamedTuple):
    """A number, or why there is none."""

    value: Fraction | None = None
    missing: tuple[Ref, ...] = ()
    reason: Message | None = None
    """Said where the facts are there and still give no number (or a note beside one)."""
    years: tuple[int, ...] = ()
    part: Fraction | None = None
    whole: Fraction | None = None
    at_least: Fraction | None = None
    """What is certain already while something is missing: a sum's known part."""


ZERO = Fraction(0)
NO_CLOSED_YEAR = N_("registered in %(year)s: no fiscal year closed before the application")
ZERO_WHOLE = N_("%(fact)s is 0, so there is no ratio")
NEGATIVE = N_("%(fact)s is negative: a person judges")
ONE_YEAR = N_("only one closed fiscal year: growth cannot be formed, a person judges")
ZERO_BASE = N_("%(fact)s is 0: no points for growth")


def fiscal_years(facts: Facts, span: int) -> tuple[tuple[int, ...], Measured | None]:
    """The last ``span`` closed years, oldest first; for several, only those in which the firm was there."""
    applied = facts.applied_on
    if applied is None:
        return (), Measured(missing=(Ref("applied_on"),))
    end = applied.year
    if span > 1 and (founded := facts.day("established_on")) is not None and founded.year > end - span:
        if founded.year >= end:
            return (), Measured(reason=Message(NO_CLOSED_YEAR, {"year": founded.year}))
        return _years(founded.year, end), None
    return _years(end - span, end), None


@lru_cache
def _years(first: int, end: int) -> tuple[int, ...]:
    return tuple(range(first, end))


def measure(facts: Facts, rule: Measure) -> Measured:
    """The number that a rule asks for. Flags, choices and scores are not numbers and are judged elsewhere."""
    return _MEASURES[rule.kind](facts, rule)


def refs_of(rule: Measure, years: tuple[int, ...]) -> tuple[Ref, ...]:
    """The facts that a number was formed from; ``years`` as they were measured."""
    names = (rule.part, rule.whole) if rule.kind == "ratio" else rule.facts
    wanted: tuple[int | None, ...] = years or (None,)
    return tuple([Ref(name, year) for name in names for year in wanted])


def _days(facts: Facts, rule: Measure) -> Measured:
    day, applied = facts.day(rule.facts[0]), facts.applied_on
    if day is None or applied is None:
        names = ((rule.facts[0], day), ("applied_on", applied))
        return Measured(missing=tuple(Ref(name) for name, value in names if value is None))
    return Measured(Fraction((applied - day).days))


def _sum(facts: Facts, rule: Measure) -> Measured:
    values = [facts.number(name) for name in rule.facts]
    known = _total(values)
    missing = tuple([Ref(name) for name, value in zip(rule.facts, values, strict=True) if value is None])
    return Measured(missing=missing, at_least=known) if missing else Measured(known)


def _average(facts: Facts, rule: Measure) -> Measured:
    """By year; a younger firm by the years that it has had, so that its age decides (but nothing is nothing)."""
    value = facts.number(rule.facts[0])
    if value is None:
        return Measured(missing=(Ref(rule.facts[0]),))
    names = [name for name in ("applied_on", "established_on") if value and facts.day(name) is None]
    if names:
        return Measured(missing=tuple([Ref(name) for name in names]))
    years, _ = fiscal_years(facts, rule.years)
    return Measured(value / (len(years) or rule.years))


def _amount(facts: Facts, rule: Measure) -> Measured:
    years, trouble = _years_of(facts, rule)
    if trouble is not None:
        return trouble
    name = rule.facts[0]
    values = _values(facts, name, years)
    if _doubtful(values):
        return _trouble(years, (name, values))
    return Measured(_total(values), years=_closed(rule, years))


def _ratio(facts: Facts, rule: Measure) -> Measured:
    years, trouble = _years_of(facts, rule)
    if trouble is not None:
        return trouble
    parts, wholes = _values(facts, rule.part, years), _values(facts, rule.whole, years)
    if _doubtful(parts) or _doubtful(wholes):
        return _trouble(years, (rule.part, parts), (rule.whole, wholes))
    part, whole = _total(parts), _total(wholes)
    if not whole:
        label = Label(FACTS[rule.whole].label)
        return Measured(reason=Message(ZERO_WHOLE, {"fact": label}), years=_closed(rule, years))
    return Measured(part / whole, years=_closed(rule, years), part=part, whole=whole)


def _growth(facts: Facts, rule: Measure) -> Measured:
    """The mean of the yearly ratios, less one.

    A first year of 0 is left out where two years remain; a later base of 0 gives the value 0, which is no
    growth. A negative figure makes the ratio meaningless: a person judges.
    """
    name = rule.facts[0]
    years, trouble = fiscal_years(facts, rule.years)
    if trouble is not None:
        return trouble
    if len(years) == 1:
        return Measured(reason=Message(ONE_YEAR), years=years)
    values = _values(facts, name, years)
    if _doubtful(values):
        return _trouble(years, (name, values))
    found = [value.as_integer_ratio() for value in values if value is not None]
    if not found[0][0] and len(found) > 2:
        found = found[1:]
    ends = len(found) - 1
    for position in range(ends):
        if not found[position][0]:
            zero = Ref(name, years[len(years) - len(found) + position])
            return Measured(ZERO, reason=Message(ZERO_BASE, {"fact": zero.say()}), years=years)
    # in whole numbers: adding fractions in turn costs three times as much
    upper, lower = 0, 1
    for (early, early_of), (late, late_of) in pairwise(found):
        base = early * late_of
        upper, lower = upper * base + late * early_of * lower, lower * base
    return Measured(Fraction(upper - ends * lower, ends * lower), years=years)


def _years_of(facts: Facts, rule: Measure) -> tuple[tuple[int | None, ...], Measured | None]:
    if rule.years == 0:
        return (None,), None
    return fiscal_years(facts, rule.years)


def _closed(rule: Measure, years: tuple[int | None, ...]) -> tuple[int, ...]:
    return years if rule.years else ()  # type: ignore[return-value]  # of closed years none is missing


def _values(facts: Facts, name: str, years: Iterable[int | None]) -> list[Fraction | None]:
    return [facts.number(name, year) for year in years]


def _doubtful(values: list[Fraction | None]) -> bool:
    """Whether one is missing or negative."""
    return any(value is None or value.numerator < 0 for value in values)


def _trouble(years: tuple[int | None, ...], *columns: tuple[str, list[Fraction | None]]) -> Measured:
    """What is missing; else the first that is negative, which is stated and not added up."""
    closed = tuple([year for year in years if year is not None])
    cells = [(name, *cell) for name, values in columns for cell in zip(years, values, strict=True)]
    missing = tuple([Ref(name, year) for name, year, value in cells if value is None])
    if missing:
        return Measured(missing=missing, years=closed)
    negative = next(Ref(name, year) for name, year, value in cells if value is not None and value < 0)
    return Measured(reason=Message(NEGATIVE, {"fact": negative.say()}), years=closed)


def _total(values: list[Fraction | None]) -> Fraction:
    """The exact sum. Over one denominator at once: adding fractions in turn costs three times as much."""
    if len(values) == 1:
        return values[0] or ZERO
    known = [value for value in values if value is not None]
    denominator = math.lcm(*[value.denominator for value in known])
    return Fraction(
        sum([value.numerator * (denominator // value.denominator) for value in known]), denominator
    )


_MEASURES: dict[str, Callable[[Facts, Measure], Measured]] = {
    "days": _days,
    "sum": _sum,
    "average": _average,
    "amount": _amount,
    "ratio": _ratio,
    "growth": _growth,
}
