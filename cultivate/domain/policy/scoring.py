"""The score as an interval: what the facts give, with what experts judge as a range."""

from dataclasses import dataclass
from typing import NamedTuple

from cultivate.domain.policy.facts import Facts
from cultivate.domain.policy.measures import Measured, Ref, measure, refs_of
from cultivate.domain.policy.messages import Message, Text
from cultivate.domain.policy.pack import BandedMeasure, Measure, Score, ScoreBand, ScoreItem, Source
from cultivate.errors import N_, Invalid

BY_EXPERT = N_("as the experts gave it")
JUDGED = N_("experts judge: %(low)s to %(high)s points")
BY_FACTS = N_("%(band)s: %(low)s to %(high)s points")
NOT_FORMED = N_("%(low)s to %(high)s points; %(reason)s")
NOT_KNOWN = N_("%(low)s to %(high)s points; missing: %(missing)s")


class Scored(NamedTuple):
    """One item: the least and the most it may give. Why, and what would move it, is put into words when read."""

    item: ScoreItem
    low: int
    high: int
    words: Message | Text | None = None
    """What gives the points, or why a number could not be formed."""
    missing: tuple[Ref, ...] = ()
    unsettled: bool = False
    """Whether a fact that is not known or not formed could still move it."""
    formed: tuple[Measure, ...] = ()
    """What could be formed of the facts."""
    years: tuple[int, ...] = ()
    given: bool = False
    """Whether experts gave the points."""
    allowed: tuple[int, int] | None = None
    """Where experts gave points outside what the facts allow: that range."""

    @property
    def code(self) -> str:
        """Of the item."""
        return self.item.code

    @property
    def title(self) -> Text:
        """Of the item."""
        return self.item.title

    @property
    def group(self) -> str:
        """Of the item."""
        return self.item.group

    @property
    def max(self) -> int:
        """Of the item."""
        return self.item.max

    @property
    def judged(self) -> bool:
        """Whether experts give the points in the end."""
        return self.item.judged

    @property
    def source(self) -> Source:
        """Of the item."""
        return self.item.source

    @property
    def evidence(self) -> Text | None:
        """What would move it; nothing where the points are given, or it has them all."""
        settled = self.given or self.low == self.high == self.item.max
        return None if settled else self.item.evidence

    @property
    def open(self) -> bool:
        """Whether anything could still move it."""
        return self.low != self.high

    @property
    def used(self) -> tuple[Ref, ...]:
        """The facts that it was formed from."""
        if self.item.kind == "flag":
            return () if self.unsettled else (Ref(self.item.fact),)
        return tuple(ref for rule in self.formed for ref in refs_of(rule, self.years if rule.years else ()))

    @property
    def message(self) -> Message:
        """In one line."""
        params = {"low": self.low, "high": self.high}
        if self.given:
            return Message(BY_EXPERT)
        if self.unsettled and self.missing:
            return Message(NOT_KNOWN, params | {"missing": tuple(ref.say() for ref in self.missing)})
        if self.unsettled:
            return Message(NOT_FORMED, params | {"reason": self.words or self.title})
        if self.item.kind == "expert":
            return Message(JUDGED, params)
        return Message(BY_FACTS, params | {"band": self.words or self.title})


@dataclass(frozen=True, slots=True)
class Total:
    """The whole interval, its items and groups."""

    low: int
    high: int
    max: int
    items: tuple[Scored, ...]
    groups: tuple[tuple[str, int, int], ...]

    def of(self, item: str) -> tuple[int, int]:
        """The interval of one item, or of the whole where none is named."""
        if not item:
            return self.low, self.high
        return next(((row.low, row.high) for row in self.items if row.code == item), (0, 0))


def score(rules: Score, facts: Facts) -> Total:
    """The interval; each group is capped at its maximum, extra points included."""
    items = tuple([_item(item, facts) for item in rules.items])
    lows = dict.fromkeys([group.code for group in rules.groups], 0)
    highs = dict(lows)
    for row in items:
        lows[row.item.group] += row.low
        highs[row.item.group] += row.high
    groups = tuple(
        [
            (group.code, min(lows[group.code], group.max), min(highs[group.code], group.max))
            for group in rules.groups
        ]
    )
    return Total(
        sum([low for _, low, _ in groups]), sum([high for _, _, high in groups]), rules.max, items, groups
    )


def expert_names(rules: Score | None) -> frozenset[str]:
    """Under which names experts' points are read: items and their parts."""
    if rules is None:
        return frozenset()
    return frozenset(
        name for item in rules.items for name in (item.code, *(part.code for part in item.parts))
    )


def _item(item: ScoreItem, facts: Facts) -> Scored:
    by_facts = _KINDS[item.kind](item, facts)
    given = _given(item.code, item.max, facts) if facts.expert else None
    if given is None:
        return by_facts
    low, high = by_facts.low, by_facts.high
    return by_facts._replace(
        low=given,
        high=given,
        missing=(),
        given=True,
        allowed=None if low <= given <= high else (low, high),
    )


def _given(name: str, most: int, facts: Facts) -> int | None:
    given = facts.expert.get(name)
    if given is not None and given > most:
        raise Invalid(
            N_("“%(name)s” has %(max)s points at most."),
            field=f"expert.{name}",
            code="facts-invalid",
            name=f"expert.{name}",
            max=most,
        )
    return given


def _expert(item: ScoreItem, facts: Facts) -> Scored:
    """Anything up to the maximum; parts that are known narrow it."""
    low, high = 0, item.max
    if item.parts and facts.expert:
        points = [(_given(part.code, part.max, facts), part.max) for part in item.parts]
        low = sum([given or 0 for given, _ in points])
        high = sum([most if given is None else given for given, most in points])
    return Scored(item, low, high)


def _flag(item: ScoreItem, facts: Facts) -> Scored:
    answer = facts.flag(item.fact)
    if answer is None:  # without any right there are no points either
        return Scored(item, 0, item.max, missing=(Ref(item.fact),), unsettled=True)
    band = next(band for band in item.bands if band.answer == answer)
    return Scored(item, band.low, band.high, band.title)


def _best(item: ScoreItem, facts: Facts) -> Scored:
    """The best of its measures; one that cannot be formed may still give anything."""
    low = high = 0
    words: Message | Text | None = None
    formed: list[Measure] = []
    troubles: list[tuple[int, Measured]] = []
    years: tuple[int, ...] = ()
    for banded in item.measures:
        found = measure(facts, banded.measure)
        years = years or found.years
        if found.value is None:
            top = max([band.high for band in banded.bands])
            troubles.append((top, found))
            high = max(high, top)
            continue
        formed.append(banded.measure)
        band = _band(banded, found)
        if words is None or band.high >= high:
            words = found.reason or (band.title if band.title.zh else None)
        low, high = max(low, band.low), max(high, band.high)
    open_ones = [found for top, found in troubles if top > low]
    if open_ones:
        missing = tuple(dict.fromkeys([ref for found in open_ones for ref in found.missing]))
        reason = next((found.reason for found in open_ones if found.reason), None)
        return Scored(item, low, high, reason, missing, True, tuple(formed), years)  # noqa: FBT003 a field
    return Scored(item, low, high, words, formed=tuple(formed), years=years)


def _band(banded: BandedMeasure, found: Measured) -> ScoreBand:
    """The band that the number lies in: bands tile the number line, the loader sees to it."""
    if found.value is not None:
        for band in banded.bands:
            if band.range is not None and band.range.holds(found.value):
                return band
    raise LookupError(banded)


_KINDS = {"expert": _expert, "flag": _flag, "best": _best}
