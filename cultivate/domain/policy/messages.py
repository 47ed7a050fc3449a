"""Sentences of the engine: a msgid and typed parameters, put into words at the edge in the reader's language."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from cultivate.errors import N_

#: unit -> words for one, words for any other number
UNITS: dict[str, tuple[str, str]] = {
    "万元": (N_("%(number)s 万元"), N_("%(number)s 万元")),
    "人": (N_("%(number)s person"), N_("%(number)s people")),
    "天": (N_("%(number)s day"), N_("%(number)s days")),
    "件": (N_("%(number)s right"), N_("%(number)s rights")),
    "项": (N_("%(number)s item"), N_("%(number)s items")),
    "分": (N_("%(number)s point"), N_("%(number)s points")),
    "年": (N_("%(number)s year"), N_("%(number)s years")),
    "个月": (N_("%(number)s month"), N_("%(number)s months")),
    "个工作日": (N_("%(number)s working day"), N_("%(number)s working days")),
    "次": (N_("%(number)s time"), N_("%(number)s times")),
    "位": (N_("%(number)s digit"), N_("%(number)s digits")),
    "": ("%(number)s", "%(number)s"),
}

#: what is put between the parts of a list
_COMMA = N_(", ")


@dataclass(frozen=True, slots=True)
class Text:
    """Words of a pack in both languages."""

    zh: str
    en: str

    def say(self, language: str) -> str:
        """In the reader's language."""
        return self.en if language == "en" else self.zh


@dataclass(frozen=True, slots=True)
class Label:
    """A msgid inside a sentence: the name of a fact."""

    msgid: str


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its unit."""

    value: Fraction
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """A ratio, shown as a percentage that never reads as the threshold it misses."""

    value: Fraction
    against: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A msgid with parameters: plain values, ``Text``, ``Amount``, ``Share``, other messages, or tuples of them."""

    msgid: str
    params: Mapping[str, Any] = field(default_factory=dict)


def number(value: Fraction) -> str:
    """Thousands separators and as many decimals as are there, four at most; a longer one is marked as cut."""
    scaled = value * 10_000
    text = f"{Decimal(round(scaled)) / 10_000:,.4f}".rstrip("0").rstrip(".")
    return text if scaled.denominator == 1 else f"≈{text}"


def percentage(value: Fraction, against: Fraction | None = None) -> str:
    """One decimal; more where rounding would hide on which side of ``against`` it lies: 4.9996 % is not 5 %."""
    text = ""
    for decimals in (1, 2, 4, 8):
        text = _rounded(value * 100, decimals)
        if against is None or value == against or text != _rounded(against * 100, decimals):
            break
    return f"{text}%"


def _rounded(value: Fraction, decimals: int) -> str:
    text = f"{Decimal(round(value * 10**decimals)) / 10**decimals:.{decimals}f}"
    return text.rstrip("0").rstrip(".")


def render(message: Message, translate: Callable[..., str], language: str) -> str:
    """The sentence; ``translate`` is the edge's ``gettext`` with keyword parameters."""
    params = {name: _word(value, translate, language) for name, value in message.params.items()}
    return translate(message.msgid, **params) if params else translate(message.msgid)


def _word(value: Any, translate: Callable[..., str], language: str) -> Any:
    for kind, words in _WORDS:
        if isinstance(value, kind):
            return words(value, translate, language)
    return value


def _amount(value: Amount, translate: Callable[..., str], _language: str) -> str:
    one, many = UNITS.get(value.unit, UNITS[""])
    return translate(one if value.value == 1 else many, number=number(value.value))


def _list(value: tuple[Any, ...], translate: Callable[..., str], language: str) -> str:
    return translate(_COMMA).join(str(_word(part, translate, language)) for part in value)


_WORDS: tuple[tuple[type, Callable[..., str]], ...] = (
    (Text, lambda value, _translate, language: value.say(language)),
    (Label, lambda value, translate, _language: translate(value.msgid)),
    (Message, render),
    (Amount, _amount),
    (Share, lambda value, _translate, _language: percentage(value.value, value.against)),
    (tuple, _list),
)


def english(msgid: str, **params: Any) -> str:
    """A ``translate`` for logs and tests: the msgid itself."""
    return msgid % params if params else msgid
