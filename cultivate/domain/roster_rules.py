"""What a row of a roster must be like to be taken: the same for preview, commit, form and API.

Rows are judged here one at a time and without the register; whether a firm is new, changed, unchanged or a
duplicate is for the caller, with ``duplicate_keys`` for duplicates inside one file.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache, partial

from cultivate.domain import credit_code, firm_names
from cultivate.domain.figures import FIGURES, PEOPLE
from cultivate.domain.unit_names import UnitNames
from cultivate.domain.values import (
    Cell,
    Clear,
    Problem,
    is_blank,
    is_clear,
    text_of,
    to_count,
    to_day,
    to_money,
    to_people,
    to_phone,
    to_text,
    too_long,
)
from cultivate.errors import N_

Value = str | int | Decimal | dt.date | Clear
"""A converted cell. A key that is missing means: the cell was blank, keep what is known."""

_Converter = Callable[[Cell], Value | Problem | None]

_CONVERTERS: dict[str, _Converter] = {
    "former_name": lambda cell: to_text(cell, longest=200),
    "established_on": to_day,
    "registered_capital": to_money,
    "contact_name": lambda cell: to_text(cell, longest=60),
    "contact_phone": to_phone,
    "address": lambda cell: to_text(cell, longest=200),
    "field": lambda cell: to_text(cell, longest=40),
    "staff": to_count,
    "rd_staff": to_count,
    "class1_ip": to_count,
    "class2_ip": to_count,
    "note": lambda cell: to_text(cell, longest=2000),
    "record": lambda cell: to_text(cell, longest=40),
}
_YEARLY: dict[str, _Converter] = {
    figure.code: to_people if figure.unit == PEOPLE else partial(to_money, negative=figure.negative)
    for figure in FIGURES.values()
}
_YEARLY_KEY = re.compile(r"([^@]+)(@\w+?)?_(20\d{2})")
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """``values`` by field (``uscc``, ``name``, ``street`` and ``park`` as unit codes, ``sales_2024`` …).

    A row with any problem is not written. ``warnings`` tell of what was left out of a row that is.
    """

    values: dict[str, Value]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the row may be written."""
        return not self.problems


def check_firm_row(
    cells: Mapping[str, Cell], units: UnitNames, *, region: str | None = None, today: dt.date | None = None
) -> CheckedRow:
    """Convert and check the cells of one row.

    ``region`` is the heading that the row stands under: it serves as the street where the row names
    none and the heading is one. A blank street is no problem here: whether one is needed depends on
    the register. A park that is not in the register is a warning only, as people write the name of
    any building there.
    """
    row = _Row()
    row.take("uscc", _code(cells.get("uscc", "")))
    row.take("name", _name(cells.get("name", "")))
    row.take("street", _street(cells.get("street", ""), region, units))
    row.take_park(cells.get("park", ""), units)
    for key, cell in cells.items():
        converter = _converter(key)
        if converter is not None:
            row.take(key, converter(cell))
    row.problems += _inconsistencies(row.values, today)
    return CheckedRow(row.values, tuple(row.problems), tuple(row.warnings))


def figure_value(figure: str, cell: Cell) -> Value | Problem | None:
    """A cell as a figure of a year (``domain/figures``), in 万元 or people."""
    return _YEARLY[figure](cell)


def figure_problems(values: Mapping[str, Value]) -> list[Problem]:
    """Figures that are larger than what they are a part of; keys such as ``rd_domestic@tax_2024``."""
    return [
        Problem("row-inconsistent", message, field=part)
        for part, whole, message in _parts_and_wholes(tuple(values))
        if _larger(values.get(part), values.get(whole))
    ]


def duplicate_keys(values: Mapping[str, Value]) -> tuple[str | None, str | None]:
    """Keys under which a taken row is remembered and looked for: its code, and its normalised name."""
    code, name = values.get("uscc"), values.get("name")
    return (
        code if isinstance(code, str) else None,
        firm_names.normalise(name) if isinstance(name, str) else None,
    )


class SeenRows:
    """The rows of a file taken so far. Rejected rows do not count: the right one may follow the wrong one."""

    def __init__(self) -> None:
        """Start with an empty file."""
        self._by_code: dict[str, int] = {}
        self._by_name: dict[str, tuple[int, bool]] = {}

    def find(self, values: Mapping[str, Value]) -> int | None:
        """The number of the earlier row of the same firm, if there is one.

        Same firm: equal codes; or equal names where one of the two rows has no code.
        """
        code, name = duplicate_keys(values)
        earlier = self._by_code.get(code) if code else None
        if earlier is None and name in self._by_name:
            namesake, has_code = self._by_name[name]
            earlier = namesake if not (code and has_code) else None
        return earlier

    def add(self, number: int, values: Mapping[str, Value]) -> None:
        """Remember a row that is taken."""
        code, name = duplicate_keys(values)
        if code:
            self._by_code[code] = number
        if name:
            self._by_name.setdefault(name, (number, code is not None))

    def find_or_add(self, number: int, values: Mapping[str, Value]) -> int | None:
        """The number of the earlier row of the same firm; else ``None``, and this row is remembered."""
        earlier = self.find(values)
        if earlier is None:
            self.add(number, values)
        return earlier


class _Row:
    """Values, problems and warnings of a row while it is read."""

    def __init__(self) -> None:
        self.values: dict[str, Value] = {}
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []

    def take(self, key: str, outcome: Value | Problem | None) -> None:
        if isinstance(outcome, Problem):
            self.problems.append(_at(outcome, key))
        elif outcome is not None:
            self.values[key] = outcome

    def take_park(self, cell: Cell, units: UnitNames) -> None:
        text = to_text(cell)
        if text is None or isinstance(text, Problem):
            return
        code = text if isinstance(text, Clear) else units.find(text, "park")
        if code is None:
            message = N_("There is no park “%(value)s” in the register; the firm is taken without a park.")
            self.warnings.append(Problem("park-unknown", message, {"value": text}, field="park"))
        else:
            self.values["park"] = code


@lru_cache(maxsize=1024)
def _converter(key: str) -> _Converter | None:
    yearly = _YEARLY_KEY.fullmatch(key)
    return _YEARLY.get(yearly[1]) if yearly else _CONVERTERS.get(key)


def _code(cell: Cell) -> str | Problem | None:
    checked = credit_code.check(text_of(cell))
    if checked.msgid is None:
        return checked.value
    return Problem(
        "credit-code-invalid", checked.msgid, {"length": checked.length}, suggestion=checked.suggestion
    )


def _name(cell: Cell) -> str | Problem:
    if not (is_blank(cell) or is_clear(cell)):
        name = tidy_name(text_of(cell))
        if len(name) > _LONGEST_NAME:
            return too_long(_LONGEST_NAME)
        if firm_names.normalise(name):
            return name
    return Problem("name-missing", N_("The row has no name of a firm."))


def tidy_name(text: str) -> str:
    """A name as it is kept: no blanks next to Chinese characters, single ones inside foreign words."""
    single = " ".join(text.split())
    if " " not in single:
        return single
    return re.sub(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])", "", single)


def _street(cell: Cell, region: str | None, units: UnitNames) -> str | Problem | None:
    if is_blank(cell):
        return units.find(region, "street") if region else None
    text = text_of(cell)
    return units.find(text, "street") or Problem(
        "unit-unknown", N_("There is no street “%(value)s” in this district."), {"value": text[:60]}
    )


def _inconsistencies(values: Mapping[str, Value], today: dt.date | None) -> list[Problem]:
    """What single cells cannot show: parts larger than their whole, days that are still to come."""
    found = figure_problems(values)
    established = values.get("established_on")
    if today is not None and isinstance(established, dt.date) and established > today:
        message = N_("%(value)s lies in the future.")
        found.append(
            Problem("date-invalid", message, {"value": established.isoformat()}, field="established_on")
        )
    return found


@lru_cache(maxsize=256)
def _parts_and_wholes(keys: tuple[str, ...]) -> tuple[tuple[str, str, str], ...]:
    """The rows of a file have the same few sets of keys."""
    return tuple(_parts_of(keys))


def _parts_of(keys: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    yield "rd_staff", "staff", N_("More R&D staff than staff.")
    for key in keys:
        if key.startswith("rd_domestic"):
            yield key, key.replace("rd_domestic", "rd"), N_("More R&D spending in China than R&D spending.")
        if key.startswith("rd_staff") and key != "rd_staff":
            yield key, key.removeprefix("rd_"), N_("More R&D staff than staff.")
        if key.startswith("hitech_income"):
            yield (
                key,
                key.replace("hitech_income", "total_income"),
                N_("More high-tech income than total income."),
            )


def _larger(part: Value | None, whole: Value | None) -> bool:
    return isinstance(part, int | Decimal) and isinstance(whole, int | Decimal) and part > whole


def _at(problem: Problem, key: str) -> Problem:
    return Problem(problem.code, problem.msgid, problem.params, field=key, suggestion=problem.suggestion)
