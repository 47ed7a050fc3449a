"""Dated, sourced data that ships with the program: tracks, plans, units."""

import tomllib
from functools import cache

from cultivate.domain.plans import Indicator, Plan, PlanUnit
from cultivate.domain.tracks import Track
from cultivate.errors import N_, Invalid
from cultivate.paths import packs_dir


@cache
def tracks() -> dict[str, Track]:
    """All tracks by code, in the order of the pack."""
    data = tomllib.loads((packs_dir() / "tracks.toml").read_text(encoding="utf-8"))
    return {code: Track(code=code, **row) for code, row in data.items()}


def track(code: str) -> Track:
    """One track; ``Invalid`` on field ``track`` when there is none of that code."""
    found = tracks().get(code)
    if found is None:
        raise Invalid(
            N_("There is no track “%(track)s”; there are %(known)s."),
            field="track",
            code="track-unknown",
            track=code,
            known=", ".join(tracks()),
        )
    return found


def plan_names() -> list[str]:
    """Names of the plans that ship."""
    return sorted(path.stem for path in (packs_dir() / "plans").glob("*.toml"))


@cache
def plan(name: str) -> Plan:
    """A plan with its units and indicators; ``Invalid`` when none has that name."""
    if name not in plan_names():
        raise Invalid(
            N_("There is no plan “%(name)s”; there are %(known)s."),
            field="plan",
            name=name,
            known=", ".join(plan_names()),
        )
    data = tomllib.loads((packs_dir() / "plans" / f"{name}.toml").read_text(encoding="utf-8"))
    return Plan(
        name=name,
        title_zh=data["title_zh"],
        title_en=data["title_en"],
        source=data["source"],
        baseline_on=data["baseline_on"],
        target_on=data["target_on"],
        units=tuple(PlanUnit(**row) for row in data["units"]),
        indicators=tuple(Indicator(**row) for row in data["indicators"]),
    )
