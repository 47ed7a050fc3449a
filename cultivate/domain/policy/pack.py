"""A pack as plain values: what ``reading`` makes of a file, and what the engine and the pages read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from cultivate.domain.policy.messages import Text

#: operator -> which side equality falls on
OPERATORS = {">=": "met", ">": "not_met", "<=": "met", "<": "not_met"}
#: how hard it is to mend a condition, easiest first: what ``closeness`` ranks by
MENDS = ("ask", "paper", "people", "rights", "money", "time", "never")
#: how sure a number is, surest first; from ``known`` on it is shown as to be confirmed
CERTAINTIES = ("verified", "two sources", "known", "inferred", "to be confirmed")


@dataclass(frozen=True, slots=True)
class Certainty:
    """How sure a number is; ``confidence`` in percent where it is general knowledge."""

    level: str
    confidence: int | None = None

    @property
    def to_confirm(self) -> bool:
        """Whether somebody should look it up before relying on it."""
        return self.level not in CERTAINTIES[:2]


@dataclass(frozen=True, slots=True)
class Document:
    """Where rules stand."""

    code: str
    title: Text
    since: date | None
    until: date | None
    certainty: Certainty
    remark: Text | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Document and article of one number, in force from and to, and how sure it is."""

    document: Document
    article: Text
    since: date
    until: date | None
    certainty: Certainty

    def say(self, language: str) -> str:
        """Document and article in one line."""
        return f"{self.document.title.say(language)} {self.article.say(language)}".strip()

    def holds_on(self, day: date | None) -> bool:
        """Whether it is in force that day (without a day: whether it has not ended)."""
        if day is None:
            return self.until is None
        return self.since <= day and (self.until is None or day <= self.until)


def sign(value: Fraction, other: Fraction) -> int:
    """On which side of the other it lies: below 0 under it, 0 on it. Whole numbers: half the time of ``<``."""
    upper, lower = value.as_integer_ratio()
    other_upper, other_lower = other.as_integer_ratio()
    return upper * other_lower - other_upper * lower


@dataclass(frozen=True, slots=True)
class Range:
    """Part of the number line; each end says whether it belongs to it."""

    lower: Fraction | None
    lower_in: bool
    upper: Fraction | None
    upper_in: bool

    def holds(self, value: Fraction) -> bool:
        """Whether the value lies in it."""
        if self.lower is not None and (side := sign(value, self.lower)) <= 0 and (side or not self.lower_in):
            return False
        if self.upper is None:
            return True
        side = sign(value, self.upper)
        return side < 0 or (side == 0 and self.upper_in)


@dataclass(frozen=True, slots=True)
class Measure:
    """How a number is formed from facts.

    ``days`` from a day to the application · ``sum`` of counts · ``average`` of a count over ``years`` ·
    ``amount`` of the last year (``years`` 1) or of the firm (0) · ``ratio`` of sums over ``years`` years, or of
    two facts of the firm (0) · ``growth`` over ``years`` years · ``flag`` · ``choice`` from a list · ``score``
    of the whole or of one item.
    """

    kind: str
    facts: tuple[str, ...] = ()
    part: str = ""
    whole: str = ""
    years: int = 0
    wanted: bool = True
    """For a flag: the answer that meets it."""
    options: tuple[str, ...] = ()
    """For a choice: what may be chosen (names and codes of the list)."""
    item: str = ""
    """For a score: the item; empty for the whole."""


@dataclass(frozen=True, slots=True)
class ThresholdBand:
    """The threshold that holds where another number lies in a range."""

    code: str
    title: Text
    range: Range
    threshold: Fraction
    source: Source
    remark: Text | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition."""

    code: str
    title: Text
    measure: Measure
    operator: str
    """``>=``, ``>``, ``<=``, ``<``; ``is`` for a flag, ``in`` for a choice."""
    threshold: Fraction | None
    by: Measure | None
    bands: tuple[ThresholdBand, ...]
    unit: str
    """Of the shortfall."""
    what: Text | None
    """What is short; else the name of the fact."""
    mend: str
    source: Source
    remark: Text | None = None
    waived_by: tuple[str, ...] = ()
    """Facts of which each opens a direct way past this condition."""

    @property
    def rises(self) -> bool:
        """Whether more is better: its threshold is a floor, not a limit."""
        return self.operator in {">=", ">"}


@dataclass(frozen=True, slots=True)
class ScoreBand:
    """Points from and to: for a range of a number, for yes or no, or (an expert's) for words alone."""

    code: str
    title: Text
    low: int
    high: int
    source: Source
    range: Range | None = None
    answer: bool | None = None
    remark: Text | None = None


@dataclass(frozen=True, slots=True)
class BandedMeasure:
    """A number and the points its ranges give."""

    measure: Measure
    bands: tuple[ScoreBand, ...]


@dataclass(frozen=True, slots=True)
class ItemPart:
    """A part of an item that is judged by itself."""

    code: str
    title: Text
    max: int


@dataclass(frozen=True, slots=True)
class ScoreItem:
    """One line of the score.

    ``expert``: judged, anything from 0 to ``max`` · ``flag``: a range for each answer · ``best``: the best of
    one or more measured numbers.
    """

    code: str
    title: Text
    group: str
    kind: str
    max: int
    judged: bool
    """Whether experts give the points in the end, within what the facts allow."""
    source: Source
    bonus: bool = False
    """Counts beside its group's maximum, which still caps the group."""
    bands: tuple[ScoreBand, ...] = ()
    measures: tuple[BandedMeasure, ...] = ()
    parts: tuple[ItemPart, ...] = ()
    fact: str = ""
    evidence: Text | None = None
    remark: Text | None = None


@dataclass(frozen=True, slots=True)
class ScoreGroup:
    """Items that are capped together."""

    code: str
    title: Text
    max: int
    source: Source


@dataclass(frozen=True, slots=True)
class Score:
    """The whole score."""

    title: Text
    max: int
    groups: tuple[ScoreGroup, ...]
    items: tuple[ScoreItem, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class Window:
    """When applications are taken in a year; ``earliest_close`` is the first deadline that may be set inside it."""

    code: str
    title: Text
    year: int
    opens_on: date
    closes_on: date
    earliest_close: date | None
    source: Source
    remark: Text | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper of an application."""

    code: str
    title: Text
    source: Source
    remark: Text | None = None


@dataclass(frozen=True, slots=True)
class Duty:
    """What a recognised firm must do every year by a day, or within some months of an event."""

    code: str
    title: Text
    month: int | None
    day: int | None
    months: int | None
    consequence: Text
    source: Source
    remark: Text | None = None
    cancels_at: int | None = None
    """So many years missed in total, and the qualification is cancelled."""


@dataclass(frozen=True, slots=True)
class Particular:
    """A rule that is shown and used by people: a text, with its number where it has one."""

    code: str
    topic: str
    title: Text
    text: Text
    value: Fraction | None
    unit: str
    source: Source


@dataclass(frozen=True, slots=True)
class Validity:
    """How long a recognition lasts; 0 years: until revoked."""

    years: int
    source: Source
    remark: Text | None = None


@dataclass(frozen=True, slots=True)
class Pack:
    """A whole pack, checked."""

    name: str
    kind: str
    """``track``: decides readiness for a track; ``information``: shown, never counted."""
    track: str
    title: Text
    short: Text
    note: Text | None
    since: date
    until: date | None
    checked_on: date
    """The day on which its sources were last looked at."""
    documents: tuple[Document, ...]
    conditions: tuple[Condition, ...]
    score: Score | None
    calibres: Mapping[str, tuple[str, ...]]
    """By figure, the calibres in which it may be used without a warning."""
    windows: tuple[Window, ...]
    papers: tuple[Paper, ...]
    duties: tuple[Duty, ...]
    particulars: tuple[Particular, ...]
    validity: Validity
    digest: str
    """The same for the same content: what an assessment remembers as its pack's version."""
    local: tuple[str, ...] = ()
    """Names of the local versions laid over the shipped one."""

    def condition(self, code: str) -> Condition | None:
        """The condition of that id."""
        return next((row for row in self.conditions if row.code == code), None)

    def window(self, year: int) -> Window | None:
        """The first filing window of a year."""
        return next((row for row in self.windows if row.year == year), None)

    def particular(self, code: str) -> Particular | None:
        """The rule in words of that id."""
        return next((row for row in self.particulars if row.code == code), None)

    @property
    def report(self) -> Duty | None:
        """The yearly report of which a number missed costs the qualification; ``None`` where none is owed."""
        return next(
            (row for row in self.duties if row.cancels_at is not None and row.month and row.day), None
        )
