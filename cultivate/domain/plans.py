"""Plans: what was promised, from where, until when, and the straight line between (序时进度)."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class PlanUnit:
    """A unit of the plan's district; ``parent`` is a code, empty for the district itself."""

    code: str
    name_zh: str
    name_en: str
    kind: str
    parent: str


@dataclass(frozen=True, slots=True)
class Indicator:
    """One line of the plan's table; a track's code where the indicator counts firms of that track."""

    code: str
    name_zh: str
    name_en: str
    unit_zh: str
    unit_en: str
    target: float
    stated_pace: str
    nature: str
    baseline: float | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan: baseline at the close of ``baseline_on``, promise at the close of ``target_on``."""

    name: str
    title_zh: str
    title_en: str
    source: str
    baseline_on: date
    target_on: date
    units: tuple[PlanUnit, ...]
    indicators: tuple[Indicator, ...]


def pace(baseline: int, target: int, baseline_on: date, target_on: date, as_of: date) -> int:
    """What should be in force at the close of ``as_of``: the straight line, in whole firms (rounded down).

    Before the period it is the baseline; after the period the target itself, until a later plan is loaded.
    Rounded down, so that a district exactly on the line is never called late for a fraction of a firm.
    """
    if as_of <= baseline_on:
        return baseline
    if as_of >= target_on:
        return target
    return baseline + (target - baseline) * (as_of - baseline_on).days // (target_on - baseline_on).days
