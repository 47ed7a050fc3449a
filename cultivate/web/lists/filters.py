"""The filters that both lists understand, read from the address and said as chips."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import request

from cultivate import clock
from cultivate.domain.actor import Actor
from cultivate.i18n import _, _n
from cultivate.packs import fields
from cultivate.queries.narrow import NOBODY, Narrow
from cultivate.web.filters import day, url_with
from cultivate.web.moments import day_arg

FIRST_YEAR, LAST_YEAR = 1990, 2199
MOST_DAYS = 36_500


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force, and the address without it."""

    label: str
    value: str
    remove: str


def narrow_asked(actor: Actor) -> Narrow:
    """What the address narrows by; numbers and names that cannot be are left out, a day that is none is refused."""
    args = request.args
    return Narrow(
        field=args.get("field", "") if args.get("field") in fields.names() else "",
        no_code=args.get("no_code") == "1",
        tag=args.get("tag", "").strip()[:50],
        established_from=day_arg("established_from"),
        established_until=day_arg("established_until"),
        updated_since=day_arg("updated_since"),
        batch=_number("batch", 1, 2**31 - 1),
        figures=_number("figures", FIRST_YEAR, LAST_YEAR),
        no_figures=_number("no_figures", FIRST_YEAR, LAST_YEAR),
        in_charge=_person(args.get("in_charge", ""), actor.user_id),
        adrift=args.get("adrift") == "1",
        stalled=args.get("stalled") == "1",
        days=_number("days", 0, MOST_DAYS),
        unserved=_number("unserved", 0, MOST_DAYS),
        ends=_year("ends"),
    )


def _number(name: str, low: int, high: int) -> int | None:
    text = request.args.get(name, "").strip()
    if not (text.isascii() and text.isdecimal() and len(text) < 12):
        return None
    return int(text) if low <= int(text) <= high else None


def _year(name: str) -> int | None:
    """A year; ``this`` is the current one, so that a saved view stays true after New Year."""
    if request.args.get(name) == "this":
        return clock.today().year
    return _number(name, FIRST_YEAR, LAST_YEAR)


def _person(text: str, me: int | None) -> int | None:
    if text == "me":
        return me if me is not None else NOBODY
    if text == "nobody":
        return NOBODY
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def chips_of(values: Mapping[str, tuple[Any, str]]) -> list[Chip]:
    """Chips for the parameters that say something: name -> (label, words)."""
    return [
        Chip(str(label), words, url_with(**{name: None, "page": None}))
        for name, (label, words) in values.items()
        if words
    ]


def narrow_chips(narrow: Narrow, people: Mapping[int, str]) -> dict[str, tuple[str, str]]:
    """Label and words of each of these filters; empty words for one that is not in force."""
    return {
        "in_charge": (_("In charge"), _in_charge(narrow.in_charge, people)),
        "adrift": (_("In charge"), _("cannot act there any more") if narrow.adrift else ""),
        "stalled": (_("Only"), _("stalled") if narrow.stalled else ""),
        "days": (_("Days in stage"), _days(narrow.days)),
        "unserved": (_("Without a service for"), _for_days(narrow.unserved)),
        "ends": (_("Certificate ends"), str(narrow.ends or "")),
        "tag": (_("Tag"), narrow.tag),
        "field": (_("Field of technology"), narrow.field),
        "no_code": (_("Credit code"), _("missing") if narrow.no_code else ""),
        "established_from": (_("Established from"), _day(narrow.established_from)),
        "established_until": (_("Established until"), _day(narrow.established_until)),
        "updated_since": (_("Changed since"), _day(narrow.updated_since)),
        "batch": (_("From the import"), f"#{narrow.batch}" if narrow.batch else ""),
        "figures": (_("Figures known of"), str(narrow.figures or "")),
        "no_figures": (_("Figures missing of"), str(narrow.no_figures or "")),
    }


def _day(value: date | None) -> str:
    return day(value) if value else ""


def _days(value: int | None) -> str:
    return "" if value is None else _("more than %(days)s", days=value)


def _for_days(value: int | None) -> str:
    return "" if value is None else _n("%(num)s day", "%(num)s days", value)


def _in_charge(asked: int | None, people: Mapping[int, str]) -> str:
    if asked is None:
        return ""
    return people.get(asked, "—") if asked != NOBODY else _("nobody")
