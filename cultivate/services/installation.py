"""Loading units and plan into a database; what ``cultivate init`` does after the migrations."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate import packs
from cultivate.models import OrgUnit, Target

DEFAULT_PLAN = "gongshu-14fyp"


def load_plan(session: Session, name: str) -> dict[str, Any]:
    """Load a plan's units and the district's targets; what is there already is left as it is."""
    plan = packs.plan(name)
    units = {unit.code: unit for unit in session.scalars(select(OrgUnit).order_by(OrgUnit.id))}
    for position, row in enumerate(plan.units):
        if row.code not in units:
            parent = units.get(row.parent)
            if parent in session.new:
                session.flush()
            units[row.code] = OrgUnit(
                code=row.code,
                name_zh=row.name_zh,
                name_en=row.name_en,
                kind=row.kind,
                parent_id=parent.id if parent else None,
                position=position,
            )
            session.add(units[row.code])
    session.flush()
    district = next(unit for unit in units.values() if unit.kind == "district")
    known = {
        (target.track, target.target_on)
        for target in session.scalars(select(Target).where(Target.unit_id == district.id).order_by(Target.id))
    }
    for indicator in plan.indicators:
        if indicator.code in packs.tracks() and (indicator.code, plan.target_on) not in known:
            session.add(
                Target(
                    plan=name,
                    unit_id=district.id,
                    track=indicator.code,
                    baseline=int(indicator.baseline or 0),
                    baseline_on=plan.baseline_on,
                    value=int(indicator.target),
                    target_on=plan.target_on,
                )
            )
    session.flush()
    targets = len(session.scalars(select(Target.id)).all())
    return {"plan": name, "units": len(units), "targets": targets}
