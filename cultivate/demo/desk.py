"""What the writers share: the session, the world, units, people, and the two ways to insert."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from cultivate.demo.people import Staff
from cultivate.demo.world import CASEWORKER, JOB, LIST, OPENING_ENTRY, DemoCandidacy, Step, World
from cultivate.queries.units import Unit

#: one statement for rows with and without empty columns
_ONE_BATCH = {"render_nulls": True}


@dataclass
class Desk:
    """Where one district is written from; ids come from the database and are kept on the world's objects."""

    session: Session
    world: World
    today: date
    units: dict[str, Unit]
    staff: Staff = field(default_factory=lambda: Staff({}))

    def insert(self, model: Any, rows: Sequence[dict[str, Any]]) -> list[int]:
        """Insert rows and return their ids, in order."""
        if not rows:
            return []
        statement = insert(model).returning(model.id, sort_by_parameter_order=True)
        return list(self.session.scalars(statement.execution_options(**_ONE_BATCH), rows))

    def write(self, model: Any, rows: Sequence[dict[str, Any]]) -> None:
        """Insert rows whose ids nobody needs."""
        if rows:
            self.session.execute(insert(model).execution_options(**_ONE_BATCH), rows)

    def unit_id(self, code: str | None) -> int | None:
        """Id of a unit; none for no park."""
        return self.units[code].id if code else None

    def caseworker(self, candidacy: DemoCandidacy, day: date) -> int:
        """Whose work the firm was on that day."""
        return self.staff.caseworker(*candidacy.firm.spot(day), candidacy.firm.number)

    def actor(self, step: Step) -> int | None:
        """Who booked a step; nobody for a job."""
        if step.by == JOB:
            return None
        if step.by == CASEWORKER:
            return self.caseworker(step.candidacy, step.on)
        return self.staff.bureau(0 if step.by in (LIST, OPENING_ENTRY) else step.candidacy.firm.number)
