"""What would be: other facts (what-if), and next year's filing."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from cultivate.domain.policy.assess import Assessment, assess
from cultivate.domain.policy.facts import FACTS, Facts, read_facts
from cultivate.domain.policy.judged import MET, Judged
from cultivate.domain.policy.measures import Ref, fiscal_years
from cultivate.domain.policy.pack import Condition, Pack
from cultivate.errors import N_, Invalid


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Before and after; ``turned`` are the ids of the conditions whose answer changed."""

    before: Assessment
    after: Assessment
    facts: dict[str, Any]
    """The changed facts as they came in, to be kept as a scenario."""
    turned: tuple[str, ...]


def what_if(pack: Pack, raw: Mapping[str, Any], changes: Mapping[str, Any]) -> WhatIf:
    """Change facts by path (``staff``, ``years.2025.rd``, ``expert.conversion``) and judge again.

    ``None`` takes a fact away. The raw facts are left as they are.
    """
    changed = changed_facts(raw, changes)
    before, after = assess(pack, read_facts(raw)), assess(pack, read_facts(changed))
    turned = tuple(
        row.code
        for row in after.conditions
        if row.result != next((old.result for old in before.conditions if old.code == row.code), None)
    )
    return WhatIf(before, after, changed, turned)


def changed_facts(raw: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A copy with some facts changed. A changed figure is nobody's calibre any more."""
    facts: dict[str, Any] = copy.deepcopy(dict(raw))
    years = facts.get("years")
    if isinstance(years, dict):
        facts["years"] = {str(year): row for year, row in years.items()}
    for path, value in changes.items():
        _put(facts, path, value)
    return facts


def _put(facts: dict[str, Any], path: str, value: Any) -> None:
    steps = path.split(".")
    named = {1: steps[0], 2: steps[-1], 3: steps[-1]}.get(len(steps), "")
    if not named or (len(steps) > 1 and steps[0] != {2: "expert", 3: "years"}[len(steps)]):
        raise Invalid(N_("There is no fact “%(name)s”."), field=path, code="facts-invalid", name=path)
    if len(steps) != 2 and named not in FACTS:
        raise Invalid(N_("There is no fact “%(name)s”."), field=path, code="facts-invalid", name=path)
    place = facts
    for step in steps[:-1]:
        if not isinstance(place.get(step), dict):
            place[step] = {}
        place = place[step]
    if value is None:
        place.pop(named, None)
    else:
        place[named] = value
    place.pop(f"{named}_calibre", None)


@dataclass(frozen=True, slots=True)
class Carried:
    """What the years already closed bring into a ratio over several years, for one threshold.

    ``surplus`` is their numerator above (or, negative, below) what the threshold asks of their denominator: the
    year still open has to make up for it.
    """

    condition: str
    threshold: Fraction
    years: tuple[int, ...]
    surplus: Fraction
    unit: str


@dataclass(frozen=True, slots=True)
class NextYear:
    """Next year's filing as far as it can be seen today."""

    assessment: Assessment
    """By this year's figures so far, as if the filing were a year later."""
    closing_year: int
    """The fiscal year that is still open: it closes on ``closes_on`` and then counts."""
    closes_on: date
    days_left: int
    no_figures: bool
    """Nothing is known of the open year yet."""
    to_do: tuple[Judged, ...]
    """Conditions that the open year can still change and that are not met by what is known so far."""
    carried: tuple[Carried, ...]


def next_year(pack: Pack, facts: Facts) -> NextYear:
    """Judge a filing one year on: the years shift, and this year becomes the latest of them.

    ``Invalid`` without a day of application: there is no year to count from.
    """
    applied = facts.applied_on
    if applied is None:
        raise Invalid(
            N_("“%(name)s” is missing."), field="applied_on", code="facts-invalid", name="applied_on"
        )
    later = Facts(
        {**facts.firm, "applied_on": a_year_on(applied)},
        facts.years,
        facts.calibres,
        facts.expert,
        facts.strange,
    )
    closes_on = date(applied.year, 12, 31)
    found = assess(pack, later)
    return NextYear(
        assessment=found,
        closing_year=applied.year,
        closes_on=closes_on,
        days_left=(closes_on - applied).days,
        no_figures=not facts.years.get(applied.year),
        to_do=tuple(row for row in found.conditions if row.result != MET and _by_year(pack, row.code)),
        carried=tuple(row for condition in pack.conditions for row in _carried(condition, later)),
    )


def a_year_on(day: date) -> date:
    """The same day next year; 29 February becomes 28 February."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


def _by_year(pack: Pack, code: str) -> bool:
    condition = pack.condition(code)
    return condition is not None and condition.measure.years > 0


def _carried(condition: Condition, later: Facts) -> list[Carried]:
    """For each threshold that may come to hold, what the closed years bring; nothing where one lacks figures."""
    rule = condition.measure
    years, trouble = fiscal_years(later, rule.years)
    if rule.kind != "ratio" or rule.years < 2 or trouble is not None:
        return []
    closed = years[:-1]
    parts = [later.number(*Ref(rule.part, year)) for year in closed]
    wholes = [later.number(*Ref(rule.whole, year)) for year in closed]
    if not closed or None in parts or None in wholes:
        return []
    part = sum((value for value in parts if value is not None), Fraction(0))
    whole = sum((value for value in wholes if value is not None), Fraction(0))
    thresholds = (
        [condition.threshold]
        if condition.threshold is not None
        else [band.threshold for band in condition.bands]
    )
    return [
        Carried(condition.code, threshold, closed, part - threshold * whole, condition.unit)
        for threshold in thresholds
    ]
