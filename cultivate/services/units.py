"""Names of units. Codes and the tree come from the plan; a renamed street keeps its code."""

from sqlalchemy.orm import Session

from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Act
from cultivate.errors import N_, Conflict, Invalid, NotFound
from cultivate.models import OrgUnit
from cultivate.services import audit


def rename(session: Session, actor: Actor, unit_id: int, original: str, name_zh: str, name_en: str) -> None:
    """Give a unit other names; ``original`` is the name the form was opened with, so that none gets lost."""
    actor.require(Act.MANAGE_UNITS)
    unit = session.get(OrgUnit, unit_id)
    if unit is None:
        raise NotFound
    before = signature(unit.name_zh, unit.name_en)
    if before != original:
        raise Conflict(
            N_("Somebody else renamed this unit in the meantime."), current=(unit.name_zh, unit.name_en)
        )
    if not name_zh.strip() or not name_en.strip():
        raise Invalid(N_("A unit has a name in both languages."), field="name_zh")
    unit.name_zh, unit.name_en = name_zh.strip(), name_en.strip()
    session.flush()
    audit.note(session, actor, "rename", "unit", unit_id, before=before, after=signature(name_zh, name_en))


def signature(name_zh: str, name_en: str) -> str:
    """Both names as one text: a unit has no version number, its names are all that can change."""
    return f"{name_zh} / {name_en}"
