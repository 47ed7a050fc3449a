"""Writing the district to an empty database, in one transaction: the ledger by its writer, the rest in bulk."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate.demo import recording
from cultivate.demo.asked import write_needs
from cultivate.demo.batches import write_batches
from cultivate.demo.book import Book
from cultivate.demo.charge import write_charge
from cultivate.demo.course import FULL_SIZE
from cultivate.demo.desk import Desk
from cultivate.demo.helped import write_care
from cultivate.demo.process import simulate
from cultivate.demo.promises import street_targets
from cultivate.demo.register import Register
from cultivate.demo.reports import write_reports
from cultivate.demo.world import Step
from cultivate.errors import N_
from cultivate.models import Firm, Target, User
from cultivate.queries import units
from cultivate.services import installation

#: told what comes next: a message and its parameters
Say = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was written."""

    firms: int
    candidacies: int
    moves: int
    services: int


def is_empty(session: Session) -> bool:
    """Whether nobody and no firm is in the database yet; units and plan may be."""
    return all(session.scalar(select(model.id).limit(1)) is None for model in (User, Firm))


def load(
    session: Session, *, size: int = FULL_SIZE, seed: int, today: date, password_hash: str, say: Say
) -> Loaded:
    """Make the district up and write it. The caller commits."""
    installation.load_plan(session, installation.DEFAULT_PLAN)
    say(N_("Making the district up"))
    world = simulate(size, seed, today)
    recording.record(world, today)
    desk = Desk(session, world, today, {unit.code: unit for unit in units.list_units(session)})
    register, book = Register(desk, seed), Book(desk)
    register.write_people(password_hash)
    say(N_("Writing %(number)s firms"), number=len(world.firms))
    register.write_firms()
    register.write_transfers()
    register.write_candidacies()
    steps = sorted((step for one in world.candidacies for step in one.steps), key=_order)
    say(N_("Booking %(number)s moves"), number=len(steps))
    book.write_moves(steps)
    write_charge(desk)
    say(N_("Writing certificates, services and targets"))
    book.write_certificates(steps)
    write_reports(desk, seed)
    services = write_care(desk, write_batches(desk, seed))
    write_needs(desk, seed)
    desk.write(Target, street_targets(session, world, desk.units))
    return Loaded(len(world.firms), len(world.candidacies), len(steps), services)


def _order(step: Step) -> tuple[datetime, bool]:
    """As recorded; of one list, what it brought about comes last."""
    return step.known_at, step.caused_by is not None
