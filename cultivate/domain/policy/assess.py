"""The whole answer to "can it apply, and what is missing?": conditions, score, verdict, warnings.

Deterministic and pure: the same pack and facts give the same answer, whatever the order of either.
"""

import hashlib
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from cultivate.domain.policy import scoring
from cultivate.domain.policy.conditions import judge
from cultivate.domain.policy.facts import Facts
from cultivate.domain.policy.judged import MET, NOT_MET, UNKNOWN, Judged
from cultivate.domain.policy.measures import Ref
from cultivate.domain.policy.pack import MENDS, Measure, Pack
from cultivate.domain.policy.scoring import Total
from cultivate.domain.policy.warnings import Warned, warnings


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a pack says of a firm's facts."""

    pack: Pack
    facts: Facts
    """What it saw."""
    verdict: str
    conditions: tuple[Judged, ...]
    score: Total | None

    @property
    def applied_on(self) -> date | None:
        """The day of the application."""
        return self.facts.applied_on

    @property
    def warnings(self) -> tuple[Warned, ...]:
        """What is doubtful about the facts."""
        return warnings(self.pack, self.facts, self.conditions, self.score)

    @property
    def years(self) -> tuple[int, ...]:
        """The fiscal years that were looked at."""
        found = {year for row in self.conditions for year in row.years}
        found |= {year for item in self.score.items for year in item.years} if self.score else set()
        return tuple(sorted(found))

    @property
    def fingerprint(self) -> str:
        """Of pack and facts together: the same for the same question."""
        return hashlib.sha256(f"{self.pack.digest} {self.facts.digest()}".encode()).hexdigest()

    def condition(self, code: str) -> Judged:
        """The answer to one condition; ``KeyError`` where the pack has none of that id."""
        for row in self.conditions:
            if row.code == code:
                return row
        raise KeyError(code)

    @property
    def missing(self) -> tuple[Ref, ...]:
        """All facts that would decide something still open."""
        refs = [ref for row in self.conditions for ref in row.missing]
        refs += [ref for item in (self.score.items if self.score else ()) for ref in item.missing]
        return tuple(dict.fromkeys(refs))


def assess(pack: Pack, facts: Facts) -> Assessment:
    """Judge every condition that is in force on the day of the application."""
    total = scoring.score(pack.score, facts) if pack.score else None
    day = facts.applied_on
    outside = not pack_holds(pack, day)
    judged = tuple(
        [
            judge(condition, facts, total.of(condition.measure.item) if total else None)
            for condition in pack.conditions
            if outside or condition.source.holds_on(day)
        ]
    )
    return Assessment(pack, facts, verdict(judged), judged, total)


def pack_holds(pack: Pack, day: date | None) -> bool:
    """Whether the pack is in force that day; outside its days it is used whole, with a warning."""
    return day is None or (pack.since <= day and (pack.until is None or day <= pack.until))


def verdict(judged: tuple[Judged, ...]) -> str:
    """``not_met`` if any condition is, else ``unknown`` if any is, else ``met``."""
    results = {row.result for row in judged}
    if NOT_MET in results:
        return NOT_MET
    return UNKNOWN if UNKNOWN in results else MET


@dataclass(frozen=True, slots=True)
class Closeness:
    """How little is missing; ``key`` sorts firms, the closest first."""

    not_met: int
    unknown: int
    hardest: str
    """The hardest of what must be mended (``MENDS``); empty when nothing is unmet."""
    money: Fraction
    """万元, all unmet conditions together."""
    people: int
    days: int
    points: int
    rights: int

    @property
    def key(self) -> tuple[int, int, int, Fraction, int, int, int, int]:
        """Fewest unmet, then fewest unknown, then the easiest to mend, then amounts."""
        rank = MENDS.index(self.hardest) if self.hardest else -1
        return (
            self.not_met,
            self.unknown,
            rank,
            self.money,
            self.people,
            self.rights,
            self.days,
            self.points,
        )


def closeness(found: Assessment) -> Closeness:
    """What must be mended, in natural units. Amounts of different units are never added to one another."""
    short: dict[str, Fraction] = {}
    hardest, not_met, unknown = "", 0, 0
    for row in found.conditions:
        if row.result == UNKNOWN:
            unknown += 1
        elif row.result == NOT_MET:
            not_met += 1
            hardest = max(hardest, row.mend, key=_rank)
            if row.shortfall is not None:
                short[row.unit] = short.get(row.unit, Fraction(0)) + row.shortfall
    return Closeness(
        not_met=not_met,
        unknown=unknown,
        hardest=hardest,
        money=short.get("万元", Fraction(0)),
        people=int(short.get("人", 0)),
        days=int(short.get("天", 0)),
        points=int(short.get("分", 0)),
        rights=int(short.get("件", 0)),
    )


def _rank(mend: str) -> int:
    return MENDS.index(mend) if mend else -1


@dataclass(frozen=True, slots=True, order=True)
class Asked:
    """A fact that a pack asks for; ``years``: for how many closed fiscal years (0: of the firm itself)."""

    fact: str
    years: int


def asked(pack: Pack) -> tuple[Asked, ...]:
    """All facts a pack looks at, the most years each: what a form or a board of missing facts lists."""
    wanted: dict[str, int] = {"applied_on": 0}
    for rule in _measures(pack):
        for name in (*rule.facts, rule.part, rule.whole):
            if name:
                # an average is formed from one number of the firm, whatever it is divided by
                years = 0 if rule.kind == "average" else rule.years
                wanted[name] = max(wanted.get(name, 0), years)
    for condition in pack.conditions:
        for name in condition.waived_by:
            wanted.setdefault(name, 0)
    for item in pack.score.items if pack.score else ():
        if item.fact:
            wanted.setdefault(item.fact, 0)
    return tuple(Asked(name, years) for name, years in wanted.items())


def _measures(pack: Pack) -> list[Measure]:
    rules = [condition.measure for condition in pack.conditions]
    rules += [condition.by for condition in pack.conditions if condition.by]
    items = pack.score.items if pack.score else ()
    return rules + [banded.measure for item in items for banded in item.measures]
