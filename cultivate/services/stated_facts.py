"""Stating facts of a firm: a new one ends the one before, which is kept with who said it, out of what, and when."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain import stated_facts
from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Act
from cultivate.errors import N_, Invalid
from cultivate.models import FirmFact
from cultivate.services import audit
from cultivate.services.stages import firm_in_scope

LONGEST_SOURCE = 200


def state(
    session: Session, actor: Actor, firm_id: int, said: Mapping[str, Any], *, source: str = ""
) -> tuple[str, ...]:
    """Keep what is said (``None``: not known any more); returns the paths that changed.

    ``Invalid`` for a fact that cannot be stated or a value that it cannot have; then nothing is written.
    """
    actor.require(Act.EDIT_FIRM)
    firm = firm_in_scope(session, actor, firm_id)
    source = source.strip()
    if len(source) > LONGEST_SOURCE:
        raise Invalid(
            N_("The text is longer than %(longest)s characters."),
            field="source",
            code="text-too-long",
            longest=LONGEST_SOURCE,
        )
    for path, value in said.items():
        stated_facts.check(path, value)
    known = {
        row.fact: row
        for row in session.scalars(
            select(FirmFact)
            .where(FirmFact.firm_id == firm.id, FirmFact.year == 0, FirmFact.replaced_at.is_(None))
            .order_by(FirmFact.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    }
    now = clock.now()
    changes: dict[str, list[Any]] = {}
    for path, value in sorted(said.items()):
        before = known.get(path)
        if (before.value if before else None) == value:
            continue
        changes[path] = [before.value if before else None, value]
        if before is not None:
            before.replaced_at = now
    session.flush()  # of two current facts the index takes one
    session.add_all(
        FirmFact(
            firm_id=firm.id,
            fact=path,
            year=0,
            value=after,
            source=source,
            by_id=actor.user_id,
            recorded_at=now,
        )
        for path, (_, after) in changes.items()
        if after is not None
    )
    if changes:
        firm.updated_at = now
        audit.note(
            session, actor, "state", "firm", firm.id, changes=changes, source=source, version=firm.version + 1
        )
    session.flush()
    return tuple(changes)
