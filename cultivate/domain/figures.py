"""Figures of a fiscal year, and the calibres in which a firm's papers give them.

A key names one figure in one calibre: ``sales``, ``rd@tax``. The four calibres never agree and are never mixed
silently (domain facts §1.3): 会计 what the books say, 税 what was declared for the super-deduction, 高企 what the
guideline 国科发火〔2016〕195号 counts, 统计 what the survey asks for.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from cultivate.errors import N_

MONEY, PEOPLE = "money", "people"


@dataclass(frozen=True, slots=True)
class Figure:
    """One kind of figure. ``title`` is what a column of an export is called, the same in every language."""

    code: str
    label: str
    title: str
    unit: str = MONEY
    negative: bool = False


FIGURES: dict[str, Figure] = {
    figure.code: figure
    for figure in (
        Figure("sales", N_("Sales"), "销售收入"),
        Figure("total_income", N_("Total income"), "总收入"),
        Figure("hitech_income", N_("High-tech income"), "高新技术产品收入"),
        Figure("rd", N_("R&D spending"), "研发费用"),
        Figure("rd_domestic", N_("R&D spending in China"), "境内研发费用"),
        Figure("net_assets", N_("Net assets"), "净资产", negative=True),
        Figure("staff", N_("Staff"), "职工人数", PEOPLE),
        Figure("rd_staff", N_("R&D staff"), "科技人员数", PEOPLE),
    )
}
PEOPLE_FIGURES = frozenset(figure.code for figure in FIGURES.values() if figure.unit == PEOPLE)
UNKNOWN = ""
CALIBRES: dict[str, str] = {
    "hnte": N_("HNTE calibre"),
    "accounting": N_("accounting calibre"),
    "tax": N_("tax calibre"),
    "statistics": N_("statistics calibre"),
}
#: what a title of an export says between brackets; ``titles.py`` reads it back
CALIBRE_TITLES: dict[str, str] = {
    "hnte": "高企口径",
    "accounting": "会计口径",
    "tax": "税务口径",
    "statistics": "统计口径",
}
#: which calibre is asked for first where a rule wants the figure of the recognition; the rest are makeshifts
PREFERENCE = ("hnte", "accounting", UNKNOWN, "tax", "statistics")
#: figures of these calibres are not what the recognition rules count
MAKESHIFT = frozenset({"tax", "statistics"})


@dataclass(frozen=True, slots=True)
class Picked:
    """The figure to go on with, and whether its calibre is another than the rules ask for."""

    value: Decimal
    calibre: str
    makeshift: bool


def key_of(figure: str, calibre: str) -> str:
    """The key of a figure in a calibre."""
    return f"{figure}@{calibre}" if calibre else figure


def split_key(key: str) -> tuple[str, str]:
    """Figure and calibre of a key."""
    figure, _, calibre = key.partition("@")
    return figure, calibre


#: how a cell names a calibre, folded
_CALIBRE_WORDS: dict[str, str] = {
    "hnte": "高企 高新 高新技术企业 高企认定 专项审计 专项审计报告 hnte",
    "accounting": "会计 财务 账面 审计 审计报告 财务报表 年度审计 accounting books",
    "tax": "税 税务 纳税 纳税申报 加计扣除 汇算清缴 tax",
    "statistics": "统计 规上 规上统计 统计局 火炬 火炬统计 statistics statistical",
    UNKNOWN: "未知 不详 未说明 unknown",
}
_CALIBRE_BY_WORD = {word: calibre for calibre, words in _CALIBRE_WORDS.items() for word in words.split()}
MONTHS = 12
_KEPT = Decimal("0.0001")

KEYS: tuple[str, ...] = tuple(
    key_of(figure, calibre) for figure in FIGURES for calibre in (UNKNOWN, *CALIBRES)
)


def pick(by_calibre: Mapping[str, Decimal]) -> Picked | None:
    """Of one figure in several calibres the one that the recognition rules mean, else the nearest to it."""
    for calibre in PREFERENCE:
        if calibre in by_calibre:
            return Picked(by_calibre[calibre], calibre, calibre in MAKESHIFT)
    return None


def find_calibre(text: str) -> str | None:
    """The calibre that a cell or a command names: 税务口径, 统计, ``hnte``; ``None`` for other words."""
    folded = "".join(unicodedata.normalize("NFKC", text).lower().split())
    return _CALIBRE_BY_WORD.get(re.sub(r"口径$|calibre$", "", folded))


def yearly_mean(opening: Decimal, month_ends: Sequence[Decimal]) -> Decimal:
    """People of a year as the guideline counts them: the mean of the months' means, (start + end) / 2 each.

    ``opening`` is the number at the start of the first month; a firm that was founded within the year gives
    the months that it had (195号: 月平均数＝（月初数＋月末数）÷2，全年月平均数＝全年各月平均数之和÷12).
    """
    if not 1 <= len(month_ends) <= MONTHS:
        message = f"a year has one to twelve months, not {len(month_ends)}"
        raise ValueError(message)
    starts = (opening, *month_ends[:-1])
    total = sum(((start + end) / 2 for start, end in zip(starts, month_ends, strict=True)), Decimal(0))
    return (total / len(month_ends)).quantize(_KEPT, ROUND_HALF_UP)
