"""Where a firm stands for a filing, in the five words of the screening; and how the closest are sorted.

What no figure answers keeps nobody back here: a statement the firm has yet to give (yes or no) and experts' points
are *to ask*. They stay unknown in the assessment itself, and the list names them.
"""

from dataclasses import dataclass
from fractions import Fraction

from cultivate.domain.policy.assess import Assessment, Closeness, closeness
from cultivate.domain.policy.facts import FACTS, Facts, Kind
from cultivate.domain.policy.judged import NOT_MET, UNKNOWN, Judged
from cultivate.domain.policy.outlook import next_year
from cultivate.domain.policy.pack import MENDS, Pack
from cultivate.errors import N_

READY, ONE, NEXT, LACKING, FAR = "ready", "one", "next", "unknown", "far"
#: in the order of the page; what is ready first
CLASSES: dict[str, str] = {
    READY: N_("Ready now"),
    ONE: N_("One thing missing"),
    NEXT: N_("Ready next year"),
    LACKING: N_("Unknown for lack of figures"),
    FAR: N_("More than one thing missing"),
}
#: of amounts in the key, so many digits before the point: more is written as the most
_MOST = 10**9


@dataclass(frozen=True, slots=True)
class Readiness:
    """One firm, one filing."""

    readiness: str
    lacking: int
    """Conditions that are unknown for want of a figure, a day or a field."""
    to_ask: int
    """Conditions that wait for a statement or for experts."""
    close: Closeness

    @property
    def order(self) -> str:
        """Sorts firms as texts, the cheapest to close first: as ``Closeness.key``, what is lacking before it."""
        close = self.close
        rank = MENDS.index(close.hardest) + 1 if close.hardest else 0
        money = min(int(close.money * 100), _MOST * 100)
        parts = (
            f"{min(close.not_met, 99):02}",
            f"{min(self.lacking, 99):02}",
            f"{min(close.unknown, 99):02}",
            f"{rank:01}",
            f"{max(money, 0):012}",
            *(f"{min(max(each, 0), 999_999):06}" for each in (close.people, close.rights, close.days)),
            f"{min(max(close.points, 0), 999):03}",
        )
        return "".join(parts)


def stand(pack: Pack, found: Assessment) -> Readiness:
    """The class of an assessment; next year is looked at where time alone may mend what is missing."""
    scored = {row.code for row in pack.conditions if row.measure.kind == "score"}
    close = closeness(found)
    lacking = sum(lacks(row, scored) for row in found.conditions)
    readiness = _class(close, lacking)
    if close.not_met and (readiness != ONE or close.hardest == "time") and _time_may_mend(pack, found):
        readiness = NEXT if _ready_a_year_on(pack, found, scored) else readiness
    return Readiness(readiness, lacking, close.unknown - lacking, close)


def lacks(row: Judged, scored: set[str]) -> bool:
    """Whether a figure is wanted: not only a statement, not experts' points."""
    if row.result != UNKNOWN or row.code in scored:
        return False
    return not row.missing or any(FACTS[ref.fact].kind != Kind.FLAG for ref in row.missing)


def _class(close: Closeness, lacking: int) -> str:
    if close.not_met == 0:
        return LACKING if lacking else READY
    return ONE if close.not_met == 1 and not lacking else FAR


def _time_may_mend(pack: Pack, found: Assessment) -> bool:
    """Whether another day of filing could change all that is unmet: anything else is unmet next year too."""
    for row in found.conditions:
        condition = pack.condition(row.code)
        if row.result == NOT_MET and condition is not None:
            rule = condition.measure
            if rule.kind not in {"days", "score"} and not rule.years:
                return False
    return found.applied_on is not None


def _ready_a_year_on(pack: Pack, found: Assessment, scored: set[str]) -> bool:
    """Nothing is unmet by what is known so far, and no figure is wanted but of the year that is still open."""
    later = next_year(pack, found.facts)
    for row in later.assessment.conditions:
        if row.result == NOT_MET:
            return False
        if lacks(row, scored) and any(ref.year != later.closing_year for ref in row.missing):
            return False
        if lacks(row, scored) and not row.missing:
            return False
    return True


@dataclass(frozen=True, slots=True)
class Signals:
    """What the plan asks of a firm worth cultivating: growing well, of a high technical level."""

    growth: Fraction | None
    """Sales of the last closed year against the year before, less one."""
    rd_ratio: Fraction | None
    """R&D spending by sales of the last closed year of which both are known."""
    rd_year: int | None
    class1: int | None
    """Granted rights of class Ⅰ."""


def signals(facts: Facts) -> Signals:
    """From the same facts that are assessed; what cannot be formed is left open."""
    class1 = facts.number("class1_ip")
    known = int(class1) if class1 is not None else None
    if facts.applied_on is None:
        return Signals(None, None, None, known)
    last = facts.applied_on.year - 1
    now, before = facts.number("sales", last), facts.number("sales", last - 1)
    growth = None
    if now is not None and before is not None and before.numerator > 0 and now.numerator >= 0:
        growth = now / before - 1
    for year in (last, last - 1, last - 2):
        spent, sales = facts.number("rd", year), facts.number("sales", year)
        if spent is None or sales is None:
            continue
        if sales.numerator > 0 and spent.numerator >= 0:
            return Signals(growth, spent / sales, year, known)
    return Signals(growth, None, None, known)
