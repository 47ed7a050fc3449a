"""What a list says about firms of ours that we did not know: they become firms of the register, or leads.

A person names the street. That the firm lies in this district at all is read from the list's words (a column, a
heading, an address), never from the credit code.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain import firm_names
from cultivate.domain.actor import Actor
from cultivate.domain.firm_data import FirmData
from cultivate.domain.values import Problem
from cultivate.errors import N_, Conflict
from cultivate.i18n import _
from cultivate.models import ImportBatch
from cultivate.services import firm_bulk, stages

STREET_MISSING = Problem(
    "street-missing", N_("Choose the street in which the firm lies; the list does not say."), field="street"
)


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A firm of a list that is to be registered; ``street`` is a unit's code."""

    row: int
    name: str
    uscc: str | None
    street: str | None


def key_of(newcomer: Newcomer) -> object:
    """Two lines with one key are one firm."""
    return newcomer.uscc or firm_names.normalise(newcomer.name)


def problem_of(newcomer: Newcomer, streets: Collection[str]) -> Problem | None:
    """Why the firm cannot be registered as the line and the person say."""
    if not firm_names.normalise(newcomer.name):
        return Problem("name-missing", N_("The row has no name of a firm."), field="name")
    if not newcomer.street:
        return STREET_MISSING
    if newcomer.street not in streets:
        message = N_("There is no unit with the code “%(unit)s”.")
        return Problem("unit-unknown", message, {"unit": newcomer.street}, "street")
    return None


def register(session: Session, actor: Actor, batch: ImportBatch, newcomers: Sequence[Newcomer]) -> list[int]:
    """Write the firms, with a note that says where they come from; returns their ids."""
    rows = [
        FirmData(
            name=each.name,
            uscc=each.uscc,
            street=each.street,
            park=None,
            note=_("From the list “%(file)s”, row %(row)s.", file=batch.file_name, row=each.row),
        )
        for each in newcomers
    ]
    try:
        return firm_bulk.register_many(session, actor.through("list"), rows, batch.id)
    except IntegrityError as error:
        message = N_("One of these firms was registered in this moment by somebody else. Import again.")
        raise Conflict(message) from error


def open_on(session: Session, actor: Actor, batch: ImportBatch, firm_ids: Sequence[int]) -> int:
    """Open mere leads at ``discover`` on the list's track; returns how many."""
    tracks = [batch.track] if batch.track else []
    return stages.open_many(session, actor.through("list"), firm_ids, tracks, clock.today(), batch.id)
