"""What-if: the facts that a pack asks for as fields, and what somebody changed in them. Nothing is written."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from cultivate.domain.policy.assess import asked
from cultivate.domain.policy.facts import FACTS, Kind
from cultivate.domain.policy.pack import Pack
from cultivate.errors import N_, Invalid
from cultivate.i18n import _, language
from cultivate.packs import fields

#: more typed than this is no number
LONGEST = 30


@dataclass(frozen=True, slots=True)
class Field:
    """One fact to change: what is known, and what was typed."""

    path: str
    label: str
    kind: str
    """``flag``, ``choice``, ``day``, ``number``, ``points``."""
    known: str
    text: str
    options: tuple[tuple[str, str], ...] = ()
    most: int | None = None

    @property
    def changed(self) -> bool:
        """Whether it says something else than what is known."""
        return self.text != self.known


@dataclass(frozen=True, slots=True)
class YearRow:
    """One figure over the years."""

    label: str
    cells: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """The form: firm's facts, figures by year (the last year is still open), points of experts."""

    years: tuple[int, ...]
    firm: tuple[Field, ...]
    figures: tuple[YearRow, ...]
    points: tuple[Field, ...]

    def all(self) -> Iterator[Field]:
        """Every field."""
        yield from self.firm
        for row in self.figures:
            yield from row.cells
        yield from self.points

    @property
    def changed(self) -> tuple[Field, ...]:
        """Those that were changed."""
        return tuple(field for field in self.all() if field.changed)


def build(pack: Pack, raw: Mapping[str, Any], typed: Mapping[str, str], applied_on: date) -> Trial:
    """The form as it stands: what is known, with what was typed over it."""
    wanted = {each.fact: each.years for each in asked(pack) if each.fact != "applied_on"}
    # columns of the grid: closed years that are looked at, and the open one, which next year's filing looks at
    span = max((years for fact, years in wanted.items() if FACTS[fact].per_year), default=0)
    years = tuple(range(applied_on.year - span, applied_on.year + 1)) if span else ()
    return Trial(
        years=years,
        firm=tuple(_field(fact, fact, raw.get(fact), typed) for fact in wanted if not FACTS[fact].per_year),
        figures=tuple(
            YearRow(
                _title(fact),
                tuple(
                    _field(f"years.{year}.{fact}", fact, _figure(raw, year, fact), typed) for year in years
                ),
            )
            for fact in wanted
            if FACTS[fact].per_year
        ),
        points=tuple(
            Field(
                f"expert.{item.code}",
                item.title.say(language()),
                "points",
                known := _text(raw.get("expert", {}).get(item.code)),
                _typed(typed, f"expert.{item.code}", known),
                most=item.max,
            )
            for item in (pack.score.items if pack.score else ())
            if item.judged or item.kind == "expert"
        ),
    )


def changes(trial: Trial) -> dict[str, Any]:
    """Path -> value of what was changed; ``Invalid`` names the field that cannot be read."""
    return {field.path: _value(field) for field in trial.changed}


def as_query(said: Mapping[str, Any]) -> dict[str, str]:
    """Changes as the form's own parameters: a scenario is opened by an address."""
    return {path: _text(value) for path, value in said.items()}


def _field(path: str, fact: str, value: Any, typed: Mapping[str, str]) -> Field:
    known = _text(value)
    kind = {Kind.FLAG: "flag", Kind.TEXT: "choice", Kind.DAY: "day"}.get(FACTS[fact].kind, "number")
    options: tuple[tuple[str, str], ...] = ()
    if kind == "flag":
        options = (("", _("not known")), ("yes", _("yes")), ("no", _("no")))
    elif kind == "choice":
        options = (("", _("not known")), *((name, name) for name in fields.names()))
    return Field(path, _title(fact), kind, known, _typed(typed, path, known), options)


def _title(fact: str) -> str:
    """The fact's name as the label of a field; inside sentences it begins small."""
    words = _(FACTS[fact].label)
    return words[:1].upper() + words[1:]


def _typed(typed: Mapping[str, str], path: str, known: str) -> str:
    text = typed.get(path)
    return known if text is None else text.strip().replace(",", "")[:LONGEST]


def _figure(raw: Mapping[str, Any], year: int, fact: str) -> Any:
    value = raw.get("years", {}).get(year, {}).get(fact)
    return value["value"] if isinstance(value, Mapping) else value


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return value
    text = format(Decimal(str(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _value(field: Field) -> Any:
    if not field.text:
        return None
    if field.kind == "flag":
        return field.text == "yes"
    if field.kind in {"choice", "day"}:
        return field.text
    try:
        value = Decimal(field.text)
    except InvalidOperation:
        raise _no_number(field) from None
    if not value.is_finite():
        raise _no_number(field)
    return int(value) if value == value.to_integral_value() else value


def _no_number(field: Field) -> Invalid:
    return Invalid(
        N_("“%(value)s” is not a number that can be used here."),
        field=field.path,
        code="number-invalid",
        value=field.text,
    )
