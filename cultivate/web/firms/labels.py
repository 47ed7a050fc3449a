"""Words for fields, moves and doors."""

from typing import Any

from cultivate.domain.stages import Exit, Stage
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
#: what the button of a move says; the second from ``recommend`` is the way back
MOVES: dict[str, str] = {
    Stage.SERVE: N_("Start serving"),
    Stage.RECOMMEND: N_("Recommend for filing"),
    Stage.CERTIFY: N_("Record the certificate"),
    Exit.WITHDRAWN: N_("Record as withdrawn"),
    Exit.MOVED_OUT: N_("Record as moved out"),
    Exit.CLOSED: N_("Record as closed down"),
}
BACK = N_("Back to serving")
PROPOSALS: dict[str, str] = {
    Stage.RECOMMEND: N_("Propose to recommend"),
    Exit.WITHDRAWN: N_("Propose: withdrawn"),
    Exit.MOVED_OUT: N_("Propose: moved out"),
    Exit.CLOSED: N_("Propose: closed down"),
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
    figure, separator, year = name.rpartition("_")
    return _(YEAR_FIELDS[figure], year=year) if separator and figure in YEAR_FIELDS else name


def move(source: str, target: str) -> str:
    """What the button of a move says."""
    return _(BACK if (source, target) == (Stage.RECOMMEND, Stage.SERVE) else MOVES[target])


def who(name: str | None, door: str) -> str:
    """A person's name, else the door by which it came."""
    return name or _(DOORS.get(door, door))


def value(raw: Any) -> str:
    """A value of the trail as text."""
    if raw is None or raw == "":
        return "—"
    return "、".join(raw) if isinstance(raw, list) else str(raw)
