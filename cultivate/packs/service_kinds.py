"""``service_kinds.toml`` and ``need_kinds.toml``: what is done for firms, and what they ask for."""

import tomllib
from functools import cache
from typing import Any

from cultivate.domain.service_kinds import Kind, ServiceKind, checked
from cultivate.paths import packs_dir

SERVICES, NEEDS = "service_kinds.toml", "need_kinds.toml"


def _rows(file: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = tomllib.loads((packs_dir() / file).read_text(encoding="utf-8"))["kinds"]
    return rows


@cache
def services() -> dict[str, ServiceKind]:
    """Kinds of service by code, in the order of the pack."""
    return checked([ServiceKind(**row) for row in _rows(SERVICES)], SERVICES)


@cache
def needs() -> dict[str, Kind]:
    """Kinds of need by code, in the order of the pack."""
    return checked([Kind(**row) for row in _rows(NEEDS)], NEEDS)
