"""Facts of one firm, as JSON or Python values bring them, read once and exactly.

Any fact may be missing; missing is unknown, never "no". Numbers become fractions: a float by way of its text, so
that 0.1 is one tenth. What is of the wrong type is refused with the field's name; a name that nobody knows is kept
aside for a warning (a misspelt fact must not be lost in silence).
"""

import hashlib
import json
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from cultivate.errors import N_, Invalid

#: a number beyond this is a slip of the keyboard (and 1e999999 would take all memory)
LARGEST = 10**12
DIGITS = 12
#: what programs compute has up to 17 decimals; beyond this it is a slip, and 1e-999999 would take all memory
DECIMALS = 60


class Kind(StrEnum):
    """What a fact is."""

    DAY = "day"
    FLAG = "flag"
    TEXT = "text"
    NUMBER = "number"  # not negative; decimals allowed: a mean of months
    COUNT = "count"  # whole, not negative
    MONEY = "money"  # 万元, any sign


@dataclass(frozen=True, slots=True)
class FactKind:
    """One fact: what it is called and what it may be. ``per_year`` facts stand under ``years``."""

    code: str
    kind: Kind
    label: str
    unit: str = ""
    per_year: bool = False


def _kinds(*rows: FactKind) -> dict[str, FactKind]:
    return {row.code: row for row in rows}


FACTS: dict[str, FactKind] = _kinds(
    FactKind("applied_on", Kind.DAY, N_("day of the application")),
    FactKind("established_on", Kind.DAY, N_("day of registration")),
    FactKind("registered_in_zhejiang", Kind.FLAG, N_("whether it is registered in Zhejiang")),
    FactKind("field", Kind.TEXT, N_("technology field")),
    FactKind("major_violation", Kind.FLAG, N_("whether there was a major accident or violation")),
    FactKind("staff", Kind.NUMBER, N_("staff"), "人"),
    FactKind("rd_staff", Kind.NUMBER, N_("R&D staff"), "人"),
    FactKind("class1_ip", Kind.COUNT, N_("class Ⅰ IP rights"), "件"),
    FactKind("class2_ip", Kind.COUNT, N_("class Ⅱ IP rights"), "件"),
    FactKind("ip_self_developed", Kind.FLAG, N_("whether IP was developed by the firm itself")),
    FactKind("own_ip_or_knowhow", Kind.FLAG, N_("whether it owns IP or know-how with a product based on it")),
    FactKind("sme", Kind.FLAG, N_("whether it is of SME size")),
    FactKind("innovation_spending", Kind.FLAG, N_("whether it spends on innovation")),
    FactKind("conversions_3y", Kind.COUNT, N_("results put to use in three years"), "项"),
    FactKind("resident", Kind.FLAG, N_("whether it is a resident firm of the mainland")),
    FactKind("forbidden_product", Kind.FLAG, N_("whether it makes a forbidden or restricted product")),
    FactKind("listed_abnormal", Kind.FLAG, N_("whether it is listed as abnormal or dishonest")),
    FactKind("valid_hnte", Kind.FLAG, N_("whether an HNTE certificate is in force")),
    FactKind("award_5y", Kind.FLAG, N_("whether it won a national award in five years")),
    FactKind("provincial_rd_body", Kind.FLAG, N_("whether it has an R&D body of provincial rank")),
    FactKind("led_standard_5y", Kind.FLAG, N_("whether it led a standard in five years")),
    FactKind("sales", Kind.MONEY, N_("sales"), "万元", per_year=True),
    FactKind("total_income", Kind.MONEY, N_("total income"), "万元", per_year=True),
    FactKind("hitech_income", Kind.MONEY, N_("high-tech income"), "万元", per_year=True),
    FactKind("rd", Kind.MONEY, N_("R&D spending"), "万元", per_year=True),
    FactKind("rd_domestic", Kind.MONEY, N_("R&D spending in China"), "万元", per_year=True),
    FactKind("net_assets", Kind.MONEY, N_("net assets"), "万元", per_year=True),
    FactKind("assets", Kind.MONEY, N_("total assets"), "万元", per_year=True),
    FactKind("costs", Kind.MONEY, N_("costs and expenses"), "万元", per_year=True),
)

_MONEY_OF_A_YEAR = frozenset(row.code for row in FACTS.values() if row.per_year)

#: in which calibre a figure was formed: four that never match
CALIBRES: dict[str, str] = {
    "accounting": N_("accounting"),
    "tax": N_("tax"),
    "hnte": N_("HNTE"),
    "statistics": N_("statistics"),
}

#: facts that may be given by the month, as pairs of start and end, instead of as a yearly mean
MONTHLY = {"staff_months": "staff", "rd_staff_months": "rd_staff"}

Value = date | bool | str | Fraction


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a firm. A name that is not there is unknown."""

    firm: Mapping[str, Value]
    years: Mapping[int, Mapping[str, Fraction]]
    calibres: Mapping[tuple[int, str], str]
    expert: Mapping[str, int]
    strange: tuple[str, ...] = ()
    """Names that were not understood."""

    @property
    def applied_on(self) -> date | None:
        """The day of the application; fiscal years count back from it."""
        return self.day("applied_on")

    def day(self, name: str) -> date | None:
        """A fact that is a day."""
        value = self.firm.get(name)
        return value if isinstance(value, date) else None

    def flag(self, name: str) -> bool | None:
        """A fact that is yes or no."""
        value = self.firm.get(name)
        return value if isinstance(value, bool) else None

    def text(self, name: str) -> str | None:
        """A fact that is words."""
        value = self.firm.get(name)
        return value if isinstance(value, str) else None

    def number(self, name: str, year: int | None = None) -> Fraction | None:
        """A number of the firm, or of one of its years."""
        if year is not None:
            figures = self.years.get(year)
            return None if figures is None else figures.get(name)
        value = self.firm.get(name)
        # by exact type: ``isinstance`` asks an abstract class, ten times as slow where the value is none
        return value if type(value) is Fraction else None

    def digest(self) -> str:
        """The same for the same facts, however they were ordered or written (3000 or 3000.0)."""
        plain = {
            "firm": {name: _plain(value) for name, value in self.firm.items()},
            "years": {
                year: {name: _plain(value) for name, value in row.items()} for year, row in self.years.items()
            },
            "calibres": {f"{year} {name}": code for (year, name), code in self.calibres.items()},
            "expert": dict(self.expert),
        }
        text = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Value) -> Any:
    return value if isinstance(value, bool) else str(value)


def read_facts(raw: Any) -> Facts:
    """Facts from JSON or Python values; ``Invalid`` names the first field that is wrong."""
    if not isinstance(raw, Mapping):
        raise Invalid(N_("Facts are one JSON object."), code="facts-invalid")
    firm, strange = _read_firm(raw)
    years, calibres, strange_years = _read_years(raw.get("years"))
    expert = _read_expert(raw.get("expert"))
    return Facts(firm, years, calibres, expert, tuple(sorted(strange + strange_years)))


def known_facts(
    own: Mapping[str, Any],
    figures: Mapping[int, Mapping[str, tuple[str, Decimal]]],
    expert: Mapping[str, int],
) -> Facts:
    """Facts of a register whose figures, calibre and value each, are money in columns of their own.

    What ``read_facts`` makes of the same, without asking each number whether it is one: a screening reads millions.
    """
    firm, strange = _read_firm(own)
    years: dict[int, dict[str, Fraction]] = {}
    calibres: dict[tuple[int, str], str] = {}
    for year, row in figures.items():
        mine = years[year] = {}
        for name, (calibre, value) in row.items():
            if name in _MONEY_OF_A_YEAR:
                mine[name] = Fraction(*value.as_integer_ratio())
                if calibre:
                    calibres[year, name] = calibre
    return Facts(firm, years, calibres, _read_expert(expert), tuple(sorted(strange)))


def _read_firm(raw: Mapping[str, Any]) -> tuple[dict[str, Value], list[str]]:
    firm: dict[str, Value] = {}
    strange = []
    for name, value in raw.items():
        if value is None or name in {"years", "expert"} or name in MONTHLY:
            continue
        kind = FACTS.get(name)
        if kind is None or kind.per_year:
            strange.append(str(name))
        elif (found := _read(kind.kind, value, name)) is not None:
            firm[name] = found
    for name, target in MONTHLY.items():
        if raw.get(name) is not None:
            firm.setdefault(target, yearly_mean(raw[name], name))
    return firm, strange


def yearly_mean(months: Any, field: str = "staff_months") -> Fraction:
    """The mean of monthly means: a month is (start + end) / 2, the year their mean (195号)."""
    if not isinstance(months, Sequence) or isinstance(months, str) or not 1 <= len(months) <= 12:
        raise _wrong(field, N_("“%(name)s” takes up to twelve pairs of start and end."))
    total = Fraction(0)
    for position, pair in enumerate(months):
        if not isinstance(pair, Sequence) or isinstance(pair, str) or len(pair) != 2:
            raise _wrong(field, N_("“%(name)s” takes up to twelve pairs of start and end."))
        total += sum(_not_negative(each, f"{field}.{position}") for each in pair) / Fraction(2)
    return total / len(months)


def _read_years(
    raw: Any,
) -> tuple[dict[int, dict[str, Fraction]], dict[tuple[int, str], str], list[str]]:
    years: dict[int, dict[str, Fraction]] = {}
    calibres: dict[tuple[int, str], str] = {}
    strange: list[str] = []
    if raw is None:
        return years, calibres, strange
    if not isinstance(raw, Mapping):
        raise _wrong("years", N_("“%(name)s” is an object: a year, then its figures."))
    for key, row in raw.items():
        year = _year(key)
        figures = years.setdefault(year, {})
        if row is None:
            continue
        if not isinstance(row, Mapping):
            raise _wrong(f"years.{year}", N_("“%(name)s” is an object: a year, then its figures."))
        for name, value in row.items():
            _read_figure(year, str(name), value, figures, calibres, strange)
    return years, calibres, strange


def _read_figure(
    year: int,
    name: str,
    value: Any,
    figures: dict[str, Fraction],
    calibres: dict[tuple[int, str], str],
    strange: list[str],
) -> None:
    """A plain number, or ``{"value": …, "calibre": …}``; ``sales_calibre`` beside ``sales`` says the same."""
    field = f"years.{year}.{name}"
    if value is None:
        return
    if name.endswith("_calibre") and name.removesuffix("_calibre") in FACTS:
        calibres[year, name.removesuffix("_calibre")] = _calibre(value, field)
        return
    kind = FACTS.get(name)
    if kind is None or not kind.per_year:
        strange.append(field)
        return
    if isinstance(value, dict):
        if unknown := set(value) - {"value", "calibre"}:
            strange.extend(f"{field}.{each}" for each in sorted(map(str, unknown)))
        if value.get("calibre") is not None:
            calibres[year, name] = _calibre(value["calibre"], f"{field}.calibre")
        value = value.get("value")
        if value is None:
            return
    figures[name] = to_fraction(value, field)


def _read_expert(raw: Any) -> dict[str, int]:
    if raw is None:
        return {}
    if not isinstance(raw, Mapping):
        raise _wrong("expert", N_("“%(name)s” is an object: an item, then its points."))
    return {
        str(name): int(_whole(value, f"expert.{name}")) for name, value in raw.items() if value is not None
    }


def _year(key: Any) -> int:
    text = str(key)
    if isinstance(key, bool) or not (text.isascii() and text.isdigit() and 1900 <= int(text[:5]) <= 2200):
        raise Invalid(
            N_("“%(year)s” is no year."), field=f"years.{text[:20]}", code="facts-invalid", year=text[:20]
        )
    return int(text)


def _calibre(value: Any, field: str) -> str:
    if not isinstance(value, str) or value not in CALIBRES:
        raise Invalid(
            N_("“%(name)s”: the calibre is one of %(known)s."),
            field=field,
            code="facts-invalid",
            name=field,
            known=", ".join(CALIBRES),
        )
    return value


def _read(kind: Kind, value: Any, field: str) -> Value | None:
    return _READERS[kind](value, field)


def _day(value: Any, field: str) -> date:
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise _wrong(field, N_("“%(name)s” is a day, such as 2026-06-30."))


def _flag(value: Any, field: str) -> bool:
    if not isinstance(value, bool):
        raise _wrong(field, N_("“%(name)s” is true or false."))
    return value


def _text(value: Any, field: str) -> str | None:
    if not isinstance(value, str):
        raise _wrong(field, N_("“%(name)s” is text."))
    return unicodedata.normalize("NFKC", value).strip() or None


def to_fraction(value: Any, field: str) -> Fraction:
    """A number without loss; refuses what is none, not finite, or beyond any firm."""
    if type(value) is int and -LARGEST <= value <= LARGEST:
        return Fraction(value)
    if isinstance(value, float):
        value = Decimal(str(value))
    if isinstance(value, bool) or not isinstance(value, (Decimal, int, Fraction)):
        raise _wrong(field, N_("“%(name)s” is a number."))
    if isinstance(value, Decimal) and (not value.is_finite() or _absurd(value)):
        raise _wrong(field, N_("“%(name)s” is out of range."))
    if not -LARGEST <= value <= LARGEST:
        raise _wrong(field, N_("“%(name)s” is out of range."))
    return Fraction(*value.as_integer_ratio())


def _absurd(value: Decimal) -> bool:
    exponent = value.as_tuple().exponent
    return value.adjusted() > DIGITS or (isinstance(exponent, int) and exponent < -DECIMALS)


def _not_negative(value: Any, field: str) -> Fraction:
    found = to_fraction(value, field)
    if found.numerator < 0:
        raise _wrong(field, N_("“%(name)s” cannot be negative."))
    return found


def _whole(value: Any, field: str) -> Fraction:
    found = _not_negative(value, field)
    if found.denominator != 1:
        raise _wrong(field, N_("“%(name)s” is a whole number."))
    return found


def _wrong(field: str, msgid: str) -> Invalid:
    return Invalid(msgid, field=field, code="facts-invalid", name=field)


_READERS: dict[Kind, Callable[[Any, str], Value | None]] = {
    Kind.DAY: _day,
    Kind.FLAG: _flag,
    Kind.TEXT: _text,
    Kind.NUMBER: _not_negative,
    Kind.COUNT: _whole,
    Kind.MONEY: to_fraction,
}
