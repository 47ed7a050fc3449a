"""What is said of a firm when it is registered or edited: by a form, a row of a roster, a command or a program.

Every door brings a ``FirmData``; the rules for it are those of a roster's row (``domain/roster_rules.py``), so
that a form cannot take what an import refuses.
"""

import enum
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from dataclasses import field as dataclass_field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from cultivate.domain import figures, roster_rules
from cultivate.domain.unit_names import UnitNames
from cultivate.domain.values import CLEAR, Cell, Problem


class Unset(enum.Enum):
    """The type of ``UNSET``."""

    UNSET = "unset"


UNSET: Final = Unset.UNSET
"""Nothing is said of a field: an edit keeps what is known. ``None`` empties it."""

_YEARLY = re.compile(rf"({'|'.join(figures.KEYS)})_(\d{{4}})")
_FORMER_SEPARATORS = re.compile(r"[、；;\n]+")
_NO_UNITS = UnitNames(())


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmData:
    """Fields of a firm; ``street`` and ``park`` are unit codes, money is in 万元."""

    name: str | Unset | None = UNSET
    uscc: str | Unset | None = UNSET
    street: str | Unset | None = UNSET
    park: str | Unset | None = UNSET
    established_on: date | Unset | None = UNSET
    registered_capital: Decimal | Unset | None = UNSET
    field: str | Unset | None = UNSET
    address: str | Unset | None = UNSET
    contact_name: str | Unset | None = UNSET
    contact_phone: str | Unset | None = UNSET
    staff: int | Unset | None = UNSET
    rd_staff: int | Unset | None = UNSET
    class1_ip: int | Unset | None = UNSET
    class2_ip: int | Unset | None = UNSET
    note: str | Unset | None = UNSET
    former_names: tuple[str, ...] = ()
    """Added to the former names that are known; none is ever taken away."""
    years: Mapping[int, Mapping[str, Decimal | None]] = dataclass_field(default_factory=dict)
    """Year -> figure by its key (``sales``, ``rd@tax``: ``domain/figures``); one that is not there is kept."""

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> "FirmData":
        """From the values of a checked row (``CheckedRow.values``): missing keys say nothing, ``CLEAR`` empties."""
        plain = {key: None if value is CLEAR else value for key, value in values.items()}
        years: dict[int, dict[str, Decimal | None]] = {}
        for key, value in plain.items():
            if slot := _slot(key):
                years.setdefault(slot[0], {})[slot[1]] = None if value is None else Decimal(value)
        former = plain.get("former_name")
        return cls(
            **{key: plain[key] for key in SCALARS if key in plain},
            former_names=split_names(former) if former else (),
            years=years,
        )

    def said(self) -> Iterator[tuple[str, Any]]:
        """Scalar fields of which something is said, with their values."""
        for key in SCALARS:
            value = getattr(self, key)
            if value is not UNSET:
                yield key, value

    def without(self, left_out: Iterable[str]) -> "FirmData":
        """Less some fields (``sales_2024`` too), of which then nothing is said."""
        skipped = set(left_out)
        years = {
            year: {key: value for key, value in found.items() if f"{key}_{year}" not in skipped}
            for year, found in self.years.items()
        }
        unsaid: dict[str, Any] = {key: UNSET for key, _value in self.said() if key in skipped}
        return replace(self, **unsaid, years=years)

    def over(self, known: "FirmData") -> "FirmData":
        """``known`` with what is said here laid over it."""
        years = {year: {**found} for year, found in known.years.items()}
        for year, found in self.years.items():
            years[year] = {**years.get(year, {}), **found}
        return replace(known, **dict(self.said()), years=years, former_names=self.former_names)


@lru_cache(maxsize=1024)
def _slot(key: str) -> tuple[int, str] | None:
    """Year and figure of a yearly key: ``sales_2024`` → 2024, ``sales``."""
    match = _YEARLY.fullmatch(key)
    return (int(match[2]), match[1]) if match else None


SCALARS = tuple(each.name for each in fields(FirmData) if each.name not in {"former_names", "years"})


def split_names(text: str) -> tuple[str, ...]:
    """Former names as one cell gives them, apart by 、 or ；."""
    return tuple(name.strip() for name in _FORMER_SEPARATORS.split(text) if name.strip())


def check(data: FirmData, today: date) -> tuple[FirmData, tuple[Problem, ...]]:
    """Normalise and judge the fields, all but the unit, by the rules of a roster's row."""
    checked = roster_rules.check_firm_row(dict(_cells(data)), _NO_UNITS, today=today)
    values = {key: checked.values.get(key) for key, _ in data.said() if key not in {"street", "park"}}
    clean = FirmData.from_values({**checked.values, **values})
    years = {
        year: {name: clean.years.get(year, {}).get(name) for name in found}
        for year, found in data.years.items()
    }
    names = tuple(roster_rules.tidy_name(name) for name in data.former_names)
    return replace(
        clean, street=data.street, park=data.park, years=years, former_names=names
    ), checked.problems


def _cells(data: FirmData) -> Iterator[tuple[str, Cell]]:
    for key, value in data.said():
        if value is not None and key not in {"street", "park"}:
            yield key, _cell(value)
    for year, found in data.years.items():
        for name, value in found.items():
            if value is not None:
                yield f"{name}_{year}", _cell(value)


def _cell(value: Any) -> Cell:
    if isinstance(value, date):
        return value
    return format(value, "f") if isinstance(value, Decimal | float) else str(value)
