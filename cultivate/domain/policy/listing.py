"""A pack as lines: every number with its title, where it comes from and how sure it is; two packs side by side."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from cultivate.domain.policy.messages import Amount, Message, Share, Text
from cultivate.domain.policy.pack import (
    Condition,
    Duty,
    Measure,
    Pack,
    Range,
    ScoreBand,
    ScoreItem,
    Source,
    Window,
)
from cultivate.errors import N_

SECTIONS = {
    "conditions": N_("Conditions"),
    "score": N_("Score"),
    "windows": N_("Filing windows"),
    "papers": N_("Papers"),
    "duties": N_("Duties after recognition"),
    "validity": N_("Validity"),
    "particulars": N_("Particulars"),
}
SIGNS = {">=": "≥", ">": ">", "<=": "≤", "<": "<"}
_DAY_RANGE = N_("%(since)s to %(until)s")
_FIRST_CLOSE = N_("%(since)s to %(until)s, some close on %(first)s")
_SIGNED = "%(sign)s %(value)s"
_POINTS = N_("%(low)s–%(high)s points")
_YES = N_("yes")
_NO = N_("no")
_ANY = N_("one of the list")
_EVERY_YEAR = N_("each year by %(month)s-%(day)s")
_WITHIN = N_("within %(time)s")
_UNTIL_REVOKED = N_("until revoked")


@dataclass(frozen=True, slots=True)
class Line:
    """One number, or one rule in words."""

    section: str
    code: str
    title: Text
    value: Message | None
    source: Source
    remark: Text | None = None
    detail: Text | None = None
    """Of a band: what it is for; of a particular: its text."""
    within: str = ""
    """Of a band: the code of what it belongs to."""
    where: Message | None = None
    """Of a band: the part of the number line it holds for."""


def lines(pack: Pack) -> list[Line]:
    """All of them, in the order of the pack."""
    found = [line for condition in pack.conditions for line in _condition(condition)]
    if pack.score:
        found.append(Line("score", "total", pack.score.title, _points(0, pack.score.max), pack.score.source))
        found += [
            Line("score", f"group {row.code}", row.title, _points(0, row.max), row.source)
            for row in pack.score.groups
        ]
        found += [line for item in pack.score.items for line in _item(item)]
    found += [_window(row) for row in pack.windows]
    found += [Line("papers", row.code, row.title, None, row.source, row.remark) for row in pack.papers]
    found += [_duty(row) for row in pack.duties]
    found.append(_validity(pack))
    found += [
        Line(
            "particulars",
            row.code,
            row.title,
            None if row.value is None else Message("%(value)s", {"value": _quantity(row.value, row.unit)}),
            row.source,
            None,
            row.text,
        )
        for row in pack.particulars
    ]
    return found


def _condition(condition: Condition) -> Iterator[Line]:
    rule = condition.measure
    if rule.kind == "flag":
        value: Message | None = Message(_YES if rule.wanted else _NO)
    elif rule.kind == "choice":
        value = Message(_ANY)
    else:
        value = _threshold(condition, condition.threshold)
    yield Line("conditions", condition.code, condition.title, value, condition.source, condition.remark)
    for band in condition.bands:
        yield Line(
            "conditions",
            f"{condition.code} {band.code}",
            condition.title,
            _threshold(condition, band.threshold),
            band.source,
            band.remark,
            band.title,
            condition.code,
            _range(band.range, condition.by or condition.measure, condition.unit),
        )


def _threshold(condition: Condition, threshold: Fraction | None) -> Message | None:
    if threshold is None:
        return None
    shown = Share(threshold) if condition.measure.kind == "ratio" else Amount(threshold, condition.unit)
    return Message(_SIGNED, {"sign": SIGNS[condition.operator], "value": shown})


def _item(item: ScoreItem) -> Iterator[Line]:
    yield Line("score", item.code, item.title, _points(0, item.max), item.source, item.remark)
    for band in item.bands:
        yield _band(item, item.code, band, None)
    for position, banded in enumerate(item.measures):
        for band in banded.bands:
            yield _band(item, f"{item.code} {position + 1}", band, banded.measure)
    for part in item.parts:
        yield Line(
            "score",
            f"{item.code} {part.code}",
            item.title,
            _points(0, part.max),
            item.source,
            detail=part.title,
            within=item.code,
        )


def _band(item: ScoreItem, prefix: str, band: ScoreBand, rule: Measure | None) -> Line:
    where = _range(band.range, rule, "") if band.range and rule else None
    return Line(
        "score",
        f"{prefix} {band.code}",
        item.title,
        _points(band.low, band.high),
        band.source,
        band.remark,
        band.title if band.title.zh else None,
        item.code,
        where,
    )


def _range(found: Range, rule: Measure, unit: str) -> Message:
    share = rule.kind in {"ratio", "growth"}

    def end(sign: str, value: Fraction) -> Message:
        return Message(_SIGNED, {"sign": sign, "value": Share(value) if share else Amount(value, unit)})

    ends = []
    if found.lower is not None:
        ends.append(end("≥" if found.lower_in else ">", found.lower))
    if found.upper is not None:
        ends.append(end("≤" if found.upper_in else "<", found.upper))
    return Message("%(ends)s", {"ends": tuple(ends)})


def _points(low: int, high: int) -> Message:
    if low == high:
        return Message("%(points)s", {"points": Amount(Fraction(low), "分")})
    return Message(_POINTS, {"low": low, "high": high})


def _quantity(value: Fraction, unit: str) -> Amount | Share:
    return Share(value / 100) if unit == "%" else Amount(value, unit)


def _window(row: Window) -> Line:
    params = {"since": row.opens_on.isoformat(), "until": row.closes_on.isoformat()}
    value = Message(_DAY_RANGE, params)
    if row.earliest_close:
        value = Message(_FIRST_CLOSE, params | {"first": row.earliest_close.isoformat()})
    return Line("windows", row.code, row.title, value, row.source, row.remark)


def _duty(row: Duty) -> Line:
    if row.months:
        value = Message(_WITHIN, {"time": Amount(Fraction(row.months), "个月")})
    else:
        value = Message(_EVERY_YEAR, {"month": f"{row.month:02}", "day": f"{row.day:02}"})
    return Line("duties", row.code, row.title, value, row.source, row.remark, row.consequence)


def _validity(pack: Pack) -> Line:
    years = pack.validity.years
    value = (
        Message("%(value)s", {"value": Amount(Fraction(years), "年")}) if years else Message(_UNTIL_REVOKED)
    )
    title = Text("有效期", "Validity")
    return Line("validity", "validity", title, value, pack.validity.source, pack.validity.remark)


@dataclass(frozen=True, slots=True)
class Change:
    """A line that is not the same in two packs; ``None`` where one has it not."""

    before: Line | None
    after: Line | None


def compare(before: Pack, after: Pack) -> list[Change]:
    """What differs between two packs, in the order of the later one; what is gone comes last."""
    old = {(line.section, line.code): line for line in lines(before)}
    new = {(line.section, line.code): line for line in lines(after)}
    found = [Change(old.get(key), line) for key, line in new.items() if old.get(key) != line]
    return found + [Change(line, None) for key, line in old.items() if key not in new]
