"""Words for fields, figures, values and doors, the same on pages and on paper."""

from typing import Any

from cultivate.domain.figures import CALIBRES, FIGURES, KEYS, split_key
from cultivate.errors import N_
from cultivate.i18n import _

FIELDS: dict[str, str] = {
    "name": N_("Name"),
    "uscc": N_("Credit code"),
    "former_names": N_("Former names"),
    "street": N_("Street"),
    "park": N_("Park"),
    "established_on": N_("Established on"),
    "registered_capital": N_("Registered capital (10,000 yuan)"),
    "field": N_("Field of technology"),
    "address": N_("Address"),
    "contact_name": N_("Contact"),
    "contact_phone": N_("Phone"),
    "staff": N_("Staff"),
    "rd_staff": N_("R&D staff"),
    "class1_ip": N_("Class I intellectual property"),
    "class2_ip": N_("Class II intellectual property"),
    "note": N_("Note"),
}
YEAR_FIELDS: dict[str, str] = {
    "sales": N_("Sales %(year)s (10,000 yuan)"),
    "rd": N_("R&D spending %(year)s (10,000 yuan)"),
}
DOORS: dict[str, str] = {
    "page": N_("page"),
    "api": N_("program"),
    "cli": N_("command"),
    "import": N_("import"),
    "list": N_("official list"),
    "job": N_("automatic"),
    "demo": N_("demo data"),
}


def field(name: str) -> str:
    """The words of a field; ``sales_2024`` names its year."""
    if name in FIELDS:
        return _(FIELDS[name])
    key, separator, year = name.rpartition("_")
    if separator and key in YEAR_FIELDS:
        return _(YEAR_FIELDS[key], year=year)
    return f"{figure(key)} {year}" if separator and key in KEYS else name


def figure(key: str) -> str:
    """A figure with its calibre: R&D spending (tax calibre)."""
    code, calibre = split_key(key)
    words = _(FIGURES[code].label)
    return f"{words} ({_(CALIBRES[calibre])})" if calibre else words


def who(name: str | None, door: str) -> str:
    """A person's name, else the door by which it came."""
    return name or _(DOORS.get(door, door))


def value(raw: Any) -> str:
    """A value of the trail as text."""
    if raw is None or raw == "":
        return "—"
    return "、".join(raw) if isinstance(raw, list) else str(raw)
