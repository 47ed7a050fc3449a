"""Contacts as people see them who need not call: 王** and 138****0000.

Enough to recognise whom one knows already, too little to reach a stranger.
"""

import re

_DIGITS = re.compile(r"\d{5,}")
_SHOWN_HEAD, _SHOWN_TAIL = 3, 4
_SHORTEST_FOR_BOTH = 9
#: fields of a firm, and of its trail, that are masked
CONTACT_FIELDS = frozenset({"contact_name", "contact_phone"})


def mask_name(name: str | None) -> str | None:
    """The first character and two stars; their number does not give the length away."""
    return f"{name[0]}**" if name else None


def mask_phone(phone: str | None) -> str | None:
    """Every run of digits loses its middle; 0571-88010001 keeps area code and tail."""
    if not phone:
        return None
    masked = _DIGITS.sub(_mask_run, phone)
    return masked if masked != phone else "****"


def mask(field: str, value: str | None) -> str | None:
    """The value of a contact field, masked; any other field as it is."""
    if field == "contact_phone":
        return mask_phone(value)
    return mask_name(value) if field == "contact_name" else value


def _mask_run(match: re.Match[str]) -> str:
    run = match[0]
    if len(run) < _SHORTEST_FOR_BOTH:
        return "****" + run[-2:]
    return run[:_SHOWN_HEAD] + "****" + run[-_SHOWN_TAIL:]
