"""``stalled.toml``: from when on a candidacy stands still, and why it may."""

import tomllib
from functools import cache

from cultivate import packs
from cultivate.domain.stalled import Reason, StallRules
from cultivate.paths import packs_dir


@cache
def rules() -> StallRules:
    """The rules, checked against the tracks."""
    data = tomllib.loads((packs_dir() / "stalled.toml").read_text(encoding="utf-8"))
    reasons = [Reason(**row) for row in data["reasons"]]
    found = StallRules(
        days=data["days"],
        reasons={reason.code: reason for reason in reasons},
        longest_silence=data["longest_silence"],
    )
    found.check(frozenset(packs.tracks()))
    return found
