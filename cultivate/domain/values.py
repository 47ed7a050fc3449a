"""Turning what people write in cells into numbers, days and texts, or saying what is wrong with it.

Every converter takes a text (or a day, where the cell was a real date) and returns the value, ``None`` for a
blank, ``CLEAR`` where the cell says that the value is to be emptied, or a ``Problem``. Nothing is guessed:
「约三千」 is no number and 2020年7月 is no day.
"""

import datetime as dt
import enum
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from decimal import Decimal
from functools import lru_cache
from typing import Final

from cultivate.errors import N_


class Clear(enum.Enum):
    """The type of ``CLEAR``, so that the type checker can tell it from a value."""

    CLEAR = "clear"


CLEAR: Final = Clear.CLEAR
"""A blank cell keeps what is known; this mark empties it."""

CLEAR_MARKS = frozenset({"清空", "(清空)", "[清空]", "【清空】", "(clear)", "[clear]", "<clear>"})
BLANK_MARKS = frozenset({"", "-", "/", "\\", "无", "暂无", "空", "n/a", "null", "none", "nil"})

_SHORT = 40
_LONGEST_MARK = max(map(len, CLEAR_MARKS | BLANK_MARKS))

_STROKES = "-—–―_/"

Cell = str | dt.date
"""A cell as the readers give it: a text, or a day (a ``datetime`` counts as its day)."""


@dataclass(frozen=True)
class Problem:
    """Why a cell or a row cannot be taken: code for programs, English msgid with parameters for people."""

    code: str
    msgid: str
    params: Mapping[str, object] = dataclass_field(default_factory=dict)
    field: str | None = None
    suggestion: str | None = None


_FIRST_SERIAL, _LAST_SERIAL = 20_000, 60_000
_SERIAL_EPOCH = dt.date(1899, 12, 30)
_YEARS = range(1900, 2101)
_LARGEST = Decimal(10) ** 12

_UNITS = {
    "": Decimal(1),
    "万": Decimal(1),
    "万元": Decimal(1),
    "万元人民币": Decimal(1),
    "元": Decimal("0.0001"),
    "元人民币": Decimal("0.0001"),
    "千元": Decimal("0.1"),
    "亿": Decimal(10_000),
    "亿元": Decimal(10_000),
    "亿元人民币": Decimal(10_000),
}
_NUMBER = r"([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[+-]?\d{1,2})?)"
# What nearly every cell is: then nothing has to be folded and tried. Within the bounds of the long way.
_SIMPLE = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,10})?")
_SMALL = re.compile(r"[0-9]{1,9}")
_SIMPLE_PHONE = re.compile(r"[0-9]{5,20}")
_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_PLAIN = re.compile(_NUMBER)
_MONEY = re.compile(rf"(?:人民币|rmb|cny|¥)?{_NUMBER}([万亿千元人民币]{{0,6}})")
_PERCENT = re.compile(rf"{_NUMBER}(%?)")
_COUNT = re.compile(rf"{_NUMBER}[人名个件项家户]?")
_ACCOUNTING = re.compile(r"\((?=\d)(.*)\)")
_DAY = re.compile(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})[日号]?")
_CLOCK_TIME = re.compile(r"(?:\s+|(?<=\d)T)\d{1,2}:\d{2}.*$", re.DOTALL)
_TWO_NUMBERS = re.compile(r"\d\s+(?!\d{3}(?!\d))\d")
_COMPACT_DAY = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_MONTH_ONLY = re.compile(r"(?:19|20)\d{2}(?:[-./年]\d{1,2}月?)?年?")
_DIGITS = re.compile(r"\d")
_INVISIBLE = {"Cf", "Cc"}
_SHORTEST_PHONE, _LONGEST_PHONE = 5, 40


def text_of(cell: Cell | None) -> str:
    """The text of a cell: a day in ISO form, blanks at the ends and invisible characters gone."""
    if isinstance(cell, str) and cell.isprintable():  # nothing invisible in it, as nearly always
        return cell.strip()
    if cell is None:
        return ""
    if isinstance(cell, dt.datetime):
        cell = cell.date()
    text = cell.isoformat() if isinstance(cell, dt.date) else cell
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in _INVISIBLE).strip()


def compact(cell: Cell | None) -> str:
    """Width and case folded, every blank and line break out: what patterns are tried on."""
    return _compacted(text_of(cell))


def _compacted(text: str) -> str:
    return _remembered(text) if len(text) <= _SHORT else _folded(text)


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).lower().split())


_remembered = lru_cache(maxsize=4096)(_folded)
"""A cell is asked several times in a row, and columns repeat their words. Long texts would fill the memory."""


def is_blank(cell: Cell | None) -> bool:
    """Whether a cell says nothing: empty, or one of the strokes and words people put for nothing."""
    text = text_of(cell)
    if _is_content(text):
        return False
    folded = _compacted(text)
    return folded in BLANK_MARKS or not folded.strip(_STROKES)


def is_clear(cell: Cell | None) -> bool:
    """Whether a cell asks for the value to be emptied."""
    text = text_of(cell)
    return not _is_content(text) and _compacted(text) in CLEAR_MARKS


def _is_content(text: str) -> bool:
    """Known at a glance to be no mark: none is a number, and none in letters alone is that long."""
    return text.isdecimal() or (len(text) > _LONGEST_MARK and text.isalnum())


def to_text(cell: Cell | None, *, longest: int = 500) -> str | Clear | Problem | None:
    """A text on one line; line breaks inside become one blank. A lone stroke is a blank."""
    text = text_of(cell)
    if not _is_content(text):
        if is_clear(text):
            return CLEAR
        if is_blank(text):
            return None
        text = " ".join(text.split())
    if len(text) > longest:
        return too_long(longest)
    return text


def too_long(longest: int) -> Problem:
    """The problem of a text with more characters than can be kept."""
    return Problem(
        "text-too-long", N_("The text is longer than %(longest)s characters."), {"longest": longest}
    )


def to_money(cell: Cell | None, *, negative: bool = False) -> Decimal | Clear | Problem | None:
    """An amount in 万元; a unit written in the cell (元, 千元, 万, 亿元) is converted."""
    if isinstance(cell, str) and _SIMPLE.fullmatch(cell):
        return Decimal(cell)
    match = _MONEY.fullmatch(_number_text(cell))
    if match is None or match[2] not in _UNITS:
        return _unless_blank(cell)
    return _bounded(Decimal(match[1].replace(",", "")) * _UNITS[match[2]], cell, negative=negative)


def to_number(cell: Cell | None, *, negative: bool = True) -> Decimal | Clear | Problem | None:
    """A plain number, thousands separators in their right places allowed."""
    match = _PLAIN.fullmatch(_number_text(cell))
    if match is None:
        return _unless_blank(cell)
    return _bounded(Decimal(match[1].replace(",", "")), cell, negative=negative)


def to_ratio(cell: Cell | None) -> Decimal | Clear | Problem | None:
    """A share: ``5.2%`` and ``0.052`` are the same; a bare number above 1 is ambiguous and refused."""
    match = _PERCENT.fullmatch(_number_text(cell))
    if match is None:
        return _unless_blank(cell)
    number = Decimal(match[1].replace(",", ""))
    ratio = number / 100 if match[2] else number
    return ratio if match[2] or abs(ratio) <= 1 else _not_a_number(cell)


def to_count(cell: Cell | None) -> int | Clear | Problem | None:
    """A whole number of people or things, not negative; 「12人」 counts as 12, 3.5 is refused."""
    if isinstance(cell, str) and _SMALL.fullmatch(cell):
        return int(cell)
    match = _COUNT.fullmatch(_number_text(cell))
    if match is None:
        return _unless_blank(cell)
    number = _bounded(Decimal(match[1].replace(",", "")), cell, negative=False)
    if isinstance(number, Problem):
        return number
    return int(number) if number == number.to_integral_value() and number <= 10**9 else _not_a_number(cell)


def to_people(cell: Cell | None) -> Decimal | Clear | Problem | None:
    """People of a year: as ``to_count``, but a mean of months may have decimals."""
    if isinstance(cell, str) and _SIMPLE.fullmatch(cell):
        return Decimal(cell)
    match = _COUNT.fullmatch(_number_text(cell))
    if match is None:
        return _unless_blank(cell)
    return _bounded(Decimal(match[1].replace(",", "")), cell, negative=False)


def to_day(cell: Cell | None) -> dt.date | Clear | Problem | None:
    """A day: a real date, 2023.2.6, 2020年7月13日, 20140820, or a serial number that a spreadsheet leaves."""
    if isinstance(cell, dt.datetime):
        cell = cell.date()
    if isinstance(cell, dt.date):
        return cell if cell.year in _YEARS else _not_a_day(cell)
    if isinstance(cell, str) and (iso := _ISO_DAY.fullmatch(cell)) and (day := _day(*map(int, iso.groups()))):
        return day
    if is_clear(cell):
        return CLEAR
    if is_blank(cell):
        return None
    return _parse_day(compact(_CLOCK_TIME.sub("", text_of(cell)))) or _not_a_day(cell)


def to_phone(cell: Cell | None) -> str | Clear | Problem | None:
    """Phone numbers as written, width folded; several in one cell stay together. Digits must be there."""
    if isinstance(cell, str) and _SIMPLE_PHONE.fullmatch(cell):
        return cell
    if is_clear(cell):
        return CLEAR
    if is_blank(cell):
        return None
    text = " ".join(unicodedata.normalize("NFKC", text_of(cell)).split())
    mangled = re.search(r"\de\+?\d", text.lower()) is not None
    if mangled or len(_DIGITS.findall(text)) < _SHORTEST_PHONE or len(text) > _LONGEST_PHONE:
        return Problem("phone-invalid", N_("“%(value)s” is not a phone number."), {"value": text[:60]})
    return text


def _number_text(cell: Cell | None) -> str:
    """The compact text, accounting brackets turned into a minus sign: (1,000) is -1,000.

    Two numbers side by side stay apart, so that 「10 20」 is not read as 1020.
    """
    folded = text_of(cell) if _TWO_NUMBERS.search(text_of(cell)) else compact(cell)
    bracketed = _ACCOUNTING.fullmatch(folded)
    return f"-{bracketed[1]}" if bracketed else folded.replace("−", "-")


def _unless_blank(cell: Cell | None) -> Clear | Problem | None:
    if is_clear(cell):
        return CLEAR
    return None if is_blank(cell) else _not_a_number(cell)


def _bounded(number: Decimal, cell: Cell | None, *, negative: bool) -> Decimal | Problem:
    if abs(number) >= _LARGEST or (number < 0 and not negative):
        return _not_a_number(cell)
    return number


def _parse_day(folded: str) -> dt.date | None:
    match = _DAY.fullmatch(folded) or _COMPACT_DAY.fullmatch(folded)
    if match:
        return _day(int(match[1]), int(match[2]), int(match[3]))
    serial = _SERIAL.fullmatch(folded)
    if serial and _FIRST_SERIAL <= int(serial[1]) <= _LAST_SERIAL:
        return _SERIAL_EPOCH + dt.timedelta(days=int(serial[1]))
    return None


def _day(year: int, month: int, day: int) -> dt.date | None:
    if year not in _YEARS:
        return None
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _not_a_number(cell: Cell | None) -> Problem:
    return Problem(
        "number-invalid", N_("“%(value)s” is not a number that can be used here."), {"value": _shown(cell)}
    )


def _not_a_day(cell: Cell | None) -> Problem:
    msgid = N_("“%(value)s” is not a day of the calendar.")
    if _MONTH_ONLY.fullmatch(compact(cell)):
        msgid = N_("“%(value)s” names no day; write year, month and day.")
    return Problem("date-invalid", msgid, {"value": _shown(cell)})


def _shown(cell: Cell | None) -> str:
    return text_of(cell)[:60]
