"""Judging rows alone, without the register: the same before a preview and before a commit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from cultivate.domain import certificate_number, credit_code, firm_names, roster_rules
from cultivate.domain.roster_rules import CheckedRow
from cultivate.domain.unit_names import UnitNames
from cultivate.domain.values import Clear, Problem, is_blank, to_day
from cultivate.errors import N_

_YUAN = Decimal("0.0001")
_CONTACTS = ("contact_name", "contact_phone")
_LONGEST_NUMBER = 40
_LONGEST_NAME = 200


def check_roster_row(cells: Mapping[str, str], units: UnitNames, today: date) -> CheckedRow:
    """A roster's row. Amounts are rounded to the yuan, as they are kept: otherwise every import would differ.

    A masked contact (王**, 138****0000) comes from an export by somebody who may not see it; it says nothing.
    """
    said = cells
    if any("*" in cells.get(key, "") for key in _CONTACTS):
        said = {key: text for key, text in cells.items() if not (key in _CONTACTS and "*" in text)}
    checked = roster_rules.check_firm_row(said, units, region=cells.get("region"), today=today)
    for key, value in checked.values.items():
        if isinstance(value, Decimal):
            checked.values[key] = value.quantize(_YUAN, ROUND_HALF_UP)
    return checked


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of an official list. ``number`` may be empty: a public notice comes before the numbers."""

    name: str
    uscc: str | None
    number: str
    issued_on: date


@dataclass(slots=True)
class CheckedEntry:
    """An entry with what is wrong with its row (then it is not written) and what is merely odd."""

    entry: Entry
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


def check_list_row(cells: Mapping[str, str], track: str, issued_on: date, today: date) -> CheckedEntry:
    """A line of an official list; a day of issue of its own goes before that of the notice."""
    problems: list[Problem] = []
    code = credit_code.check(cells.get("uscc", ""))
    if code.msgid is not None:
        problems.append(
            Problem("credit-code-invalid", code.msgid, {"length": code.length}, "uscc", code.suggestion)
        )
    name = "" if is_blank(cells.get("name", "")) else roster_rules.tidy_name(cells["name"])
    if not firm_names.normalise(name) and code.value is None and not problems:
        problems.append(Problem("name-missing", N_("The row has no name of a firm."), field="name"))
    day = _issue_day(cells.get("issued_on", ""), issued_on, today, problems)
    number = _number(cells.get("certificate_number", ""))
    for text, key, longest in (
        (name, "name", _LONGEST_NAME),
        (number, "certificate_number", _LONGEST_NUMBER),
    ):
        if len(text) > longest:
            message = N_("The text is longer than %(longest)s characters.")
            problems.append(Problem("text-too-long", message, {"longest": longest}, key))
    checked = CheckedEntry(Entry(name, code.value, number, day), problems)
    odd = certificate_number.warning(number, track=track, issued_year=day.year) if number else None
    if odd:
        checked.warnings.append(Problem("number-unusual", odd, field="certificate_number"))
    return checked


def _number(text: str) -> str:
    return "" if is_blank(text) else certificate_number.normalise(text)


def _issue_day(text: str, given: date, today: date, problems: list[Problem]) -> date:
    found = to_day(text)
    if isinstance(found, Problem):
        problems.append(Problem(found.code, found.msgid, found.params, "issued_on"))
        return given
    day = given if found is None or isinstance(found, Clear) else found
    if day > today:
        message = N_("%(value)s lies in the future.")
        problems.append(Problem("date-invalid", message, {"value": day.isoformat()}, "issued_on"))
    return day
