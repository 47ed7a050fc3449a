"""The answer to one condition, and its sentence: formed when it is read, since a screening reads none of them."""

from fractions import Fraction
from typing import Any, NamedTuple

from cultivate.domain.policy.facts import FACTS
from cultivate.domain.policy.measures import ZERO, Ref, refs_of
from cultivate.domain.policy.messages import Amount, Label, Message, Share, Text
from cultivate.domain.policy.pack import Condition, Measure, Source
from cultivate.errors import N_

MET, NOT_MET, UNKNOWN = "met", "not_met", "unknown"

_NEEDS = {
    ">=": N_("at least %(threshold)s"),
    ">": N_("more than %(threshold)s"),
    "<=": N_("at most %(threshold)s"),
    "<": N_("less than %(threshold)s"),
}
SAYS_MET = N_("%(title)s: %(value)s; needed: %(need)s.")
SAYS_SHORT = N_("%(title)s: %(value)s; needed: %(need)s. Short by %(shortfall)s: %(what)s.")
SAYS_OVER = N_("%(title)s: %(value)s; needed: %(need)s. Too much by %(shortfall)s: %(what)s.")
SAYS_BETWEEN = N_("%(title)s: %(low)s to %(high)s points; needed: %(need)s.")
SAYS_MISSING = N_("%(title)s: not known yet. Missing: %(missing)s.")
SAYS_REASON = N_("%(title)s: not decided, %(reason)s.")
SAYS_HOLDS = N_("%(title)s: holds.")
SAYS_FAILS = N_("%(title)s: does not hold.")
SAYS_CHOSEN = N_("%(title)s: %(value)s.")
SAYS_NOT_LISTED = N_("%(title)s: “%(value)s” is none of them.")
#: of an answer that is no number: when it is not met, and when it is
_SAYS = {"flag": (SAYS_FAILS, SAYS_HOLDS), "choice": (SAYS_NOT_LISTED, SAYS_CHOSEN)}
SAYS_WAIVED = N_("%(title)s: passes directly, %(reason)s.")
SAYS_WAY = N_("%(fact)s: yes")


class Judged(NamedTuple):
    """The answer to one condition: what was found; its words are made when they are read."""

    condition: Condition
    result: str
    value: Any = None
    """A fraction, yes or no, or the chosen word."""
    threshold: Fraction | bool | None = None
    shortfall: Fraction | None = None
    missing: tuple[Ref, ...] = ()
    years: tuple[int, ...] = ()
    reason: Message | None = None
    """Why it is not decided although nothing is missing."""
    points: tuple[int, int] | None = None
    """Of a score: the least and the most that it may be."""
    way: str = ""
    """The fact that opened a direct way past the condition."""

    @property
    def code(self) -> str:
        """Of the condition."""
        return self.condition.code

    @property
    def title(self) -> Text:
        """Of the condition."""
        return self.condition.title

    @property
    def operator(self) -> str:
        """How value and threshold are compared."""
        return self.condition.operator

    @property
    def unit(self) -> str:
        """Of the shortfall."""
        return self.condition.unit

    @property
    def mend(self) -> str:
        """How hard it is to mend."""
        return self.condition.mend

    @property
    def share(self) -> bool:
        """Whether value and threshold are ratios."""
        return self.condition.measure.kind == "ratio"

    @property
    def source(self) -> Source:
        """The source of the band whose threshold holds, else the condition's."""
        bands = self.condition.bands
        return next(
            (band.source for band in bands if band.threshold == self.threshold), self.condition.source
        )

    @property
    def used(self) -> tuple[Ref, ...]:
        """The facts that the value was formed from; none where nothing was formed."""
        if self.way:
            return (Ref(self.way),)
        if self.value is None or self.points is not None:
            return ()
        return refs_of(self.condition.measure, self.years)

    @property
    def message(self) -> Message:
        """In one sentence."""
        return _sentence(self)


def _sentence(row: Judged) -> Message:
    title = row.title
    if row.way:
        reason = Message(SAYS_WAY, {"fact": Label(FACTS[row.way].label)})
        return Message(SAYS_WAIVED, {"title": title, "reason": reason})
    if row.missing:
        return Message(SAYS_MISSING, {"title": title, "missing": tuple(ref.say() for ref in row.missing)})
    if row.condition.measure.kind in _SAYS:
        return Message(
            _SAYS[row.condition.measure.kind][row.result == MET], {"title": title, "value": row.value}
        )
    if row.points is not None and row.points[0] != row.points[1]:
        params = {"title": title, "low": row.points[0], "high": row.points[1], "need": _need(row)}
        return Message(SAYS_BETWEEN, params)
    if row.result == UNKNOWN:
        return Message(SAYS_REASON, {"title": title, "reason": row.reason or Message("")})
    return _compared(row)


def _compared(row: Judged) -> Message:
    """Value, threshold and what is short."""
    params: dict[str, Any] = {
        "title": row.title,
        "value": _shown(row, row.value or ZERO, row.threshold or ZERO),
        "need": _need(row),
    }
    if row.shortfall is None:
        return Message(SAYS_MET, params)
    params |= {
        "shortfall": Amount(row.shortfall, row.unit),
        "what": row.condition.what or _label(row.condition.measure),
    }
    return Message(SAYS_SHORT if row.condition.rises else SAYS_OVER, params)


def _need(row: Judged) -> Message:
    return Message(_NEEDS[row.operator], {"threshold": _shown(row, row.threshold or ZERO)})


def _shown(row: Judged, value: Any, against: Any = None) -> Share | Amount:
    return Share(Fraction(value), against) if row.share else Amount(Fraction(value), row.unit)


def _label(rule: Measure) -> Label | Text:
    name = rule.part or (rule.facts[0] if rule.facts else "")
    return Label(FACTS[name].label) if name else Text("", "")
