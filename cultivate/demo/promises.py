"""The district's promises, handed down: what each street promised adds up to the district's number."""

from collections import Counter
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate.demo.course import OPENING, STREETS
from cultivate.demo.world import World
from cultivate.domain.stages import Stage
from cultivate.models import Target
from cultivate.queries.units import Unit


def street_targets(session: Session, world: World, units: dict[str, Unit]) -> list[dict[str, Any]]:
    """Rows of ``target`` for every street and track: baseline by who was there, promise by size."""
    district = next(unit for unit in units.values() if unit.kind == "district")
    rows = []
    for promise in session.scalars(select(Target).where(Target.unit_id == district.id).order_by(Target.id)):
        held = Counter(
            one.firm.spot(OPENING)[0]
            for one in world.candidacies
            if one.track == promise.track and one.steps[0].to == Stage.CERTIFY and one.steps[0].on == OPENING
        )
        there = {code: float(held[code]) for code in STREETS}
        baselines = apportion(promise.baseline, there if any(there.values()) else dict(STREETS))
        grown = apportion(
            promise.value - promise.baseline, {code: 0.6 * size for code, size in STREETS.items()}
        )
        rows += [
            {
                "plan": promise.plan,
                "unit_id": units[code].id,
                "track": promise.track,
                "baseline": baselines[code],
                "baseline_on": promise.baseline_on,
                "value": baselines[code] + grown[code],
                "target_on": promise.target_on,
            }
            for code in STREETS
        ]
    return rows


def apportion(total: int, weights: dict[str, float]) -> dict[str, int]:
    """Whole parts in proportion that add up to the total: the largest remainders get what rounding left."""
    whole = sum(weights.values())
    exact = {key: total * weight / whole for key, weight in weights.items()}
    parts = {key: int(part) for key, part in exact.items()}
    left = total - sum(parts.values())
    for key in sorted(exact, key=lambda key: (parts[key] - exact[key], key))[:left]:
        parts[key] += 1
    return parts
