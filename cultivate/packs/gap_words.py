"""What a screened firm lacks, in words: 差 34 万元研发费用 · 缺 销售收入 2025 · 待确认 专家评分."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from cultivate.domain.policy.assess import Assessment
from cultivate.domain.policy.facts import FACTS, Kind
from cultivate.domain.policy.judged import MET, NOT_MET
from cultivate.domain.policy.messages import Amount, Message
from cultivate.domain.policy.pack import Condition, Pack
from cultivate.i18n import _, language
from cultivate.packs.policies import policy
from cultivate.packs.policy_words import say

SHORT, LACKS, ASK = "short", "lacks", "ask"


@dataclass(frozen=True, slots=True)
class GapWords:
    """One line; ``kind``: ``short`` of something, ``lacks`` a figure, or only to ``ask``."""

    kind: str
    text: str


def gaps_of(found: Assessment) -> list[dict[str, Any]]:
    """What is not met, then what is not known, as plain values; words are made when they are read."""
    open_ones = [row for row in found.conditions if row.result != MET]
    return [
        {
            "id": row.code,
            "result": row.result,
            "short": str(row.shortfall) if row.shortfall is not None else None,
            "unit": row.unit,
            "missing": [[ref.fact, ref.year] for ref in row.missing],
        }
        for row in sorted(open_ones, key=lambda row: row.result)  # not_met before unknown
    ]


def gap_words(pack_name: str, gaps: Iterable[Mapping[str, Any]]) -> list[GapWords]:
    """What is unmet one by one, then all figures that are wanted together, then what is only to ask."""
    return _words(policy(pack_name), list(gaps))


def open_words(found: Assessment) -> list[GapWords]:
    """The same of an assessment, by the pack that it was formed by."""
    return _words(found.pack, gaps_of(found))


def _words(pack: Pack, found: Sequence[Mapping[str, Any]]) -> list[GapWords]:
    lines = [GapWords(SHORT, _short(pack, gap)) for gap in found if gap["result"] == NOT_MET]
    unknown = [gap for gap in found if gap["result"] != NOT_MET]
    refs = list(dict.fromkeys((ref[0], ref[1]) for gap in unknown for ref in gap["missing"]))
    figures = [ref for ref in refs if FACTS[ref[0]].kind != Kind.FLAG]
    if figures:
        lines.append(GapWords(LACKS, _("Not known: %(facts)s", facts=_facts(figures))))
    judged = [
        _title(pack, gap["id"]) for gap in unknown if not gap["missing"] and not _scored(pack, gap["id"])
    ]
    if judged:
        lines.append(GapWords(LACKS, _("A person judges: %(titles)s", titles=_(", ").join(judged))))
    asked = [_(FACTS[name].label) for name, _of in refs if FACTS[name].kind == Kind.FLAG]
    asked += [_("experts' points") for gap in unknown if _scored(pack, gap["id"])]
    if asked:
        lines.append(GapWords(ASK, _("To ask: %(facts)s", facts=_(", ").join(dict.fromkeys(asked)))))
    return lines


def plain_words(pack_name: str, gaps: Iterable[Mapping[str, Any]]) -> str:
    """In one line, for a cell of a workbook."""
    return _("; ").join(line.text for line in gap_words(pack_name, gaps))


def _short(pack: Pack, gap: Mapping[str, Any]) -> str:
    condition = pack.condition(gap["id"])
    if condition is None or gap["short"] is None:
        return _("Not met: %(title)s", title=_title(pack, gap["id"]))
    amount = say(Message("%(amount)s", {"amount": Amount(_shown(Fraction(gap["short"])), gap["unit"])}))
    if condition.operator in {"<", "<="}:
        return _("Too much by %(amount)s: %(what)s", amount=amount, what=_what(condition))
    return _("Short by %(amount)s: %(what)s", amount=amount, what=_what(condition))


def _shown(value: Fraction) -> Fraction:
    """Money to the hundred yuan, rounded up: what is brought must do."""
    return value if value.denominator == 1 else Fraction(-(-value * 100 // 1), 100)


def _what(condition: Condition) -> str:
    if condition.what is not None:
        return condition.what.say(language())
    rule = condition.measure
    name = rule.part or (rule.facts[0] if rule.facts else "")
    return _(FACTS[name].label) if name else condition.title.say(language())


def _title(pack: Pack, code: str) -> str:
    condition = pack.condition(code)
    return condition.title.say(language()) if condition else code


def _scored(pack: Pack, code: str) -> bool:
    condition = pack.condition(code)
    return condition is not None and condition.measure.kind == "score"


def _facts(refs: Sequence[tuple[str, int | None]]) -> str:
    """Each fact once, with its years: 研发费用 2023–2025."""
    years: dict[str, list[int]] = {}
    for name, year in refs:
        years.setdefault(name, []).extend([year] if year is not None else [])
    return _(", ").join(f"{_(FACTS[name].label)} {_span(found)}".strip() for name, found in years.items())


def _span(years: list[int]) -> str:
    found = sorted(set(years))
    if len(found) > 1 and found[-1] - found[0] == len(found) - 1:
        return f"{found[0]}–{found[-1]}"
    return "/".join(str(year) for year in found)
