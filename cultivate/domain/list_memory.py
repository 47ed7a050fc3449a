"""By what name a person was asked about a line of a list, and so by what the decision is remembered."""

from collections.abc import Mapping
from typing import Any

from cultivate.domain import firm_names

_RENAMES = "renames"


def asked_name(kind: str, values: Mapping[str, Any]) -> str:
    """Of a rename the old name, by which the firm was looked for."""
    names = (values.get("former_name"), values.get("name"))
    return next((str(name) for name in (names if kind == _RENAMES else names[::-1]) if name), "")


def asked_key(kind: str, values: Mapping[str, Any]) -> str:
    """Equal for names that are equal."""
    return firm_names.normalise(asked_name(kind, values))
