"""Taking faults of the register up: who mends them, by when. A fault that is gone closes its task."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Act
from cultivate.domain.quality import DUE_DAYS, RULES
from cultivate.domain.stages import OPEN_STAGES
from cultivate.errors import N_, Conflict, Invalid, NotFound
from cultivate.models import Candidacy, Firm, QualityTask
from cultivate.queries import quality
from cultivate.queries.candidacies import firm_within
from cultivate.services import audit, people

MENDED, GIVEN_UP = "mended", "given_up"
CHUNK = 500
#: faults that one nightly run hands out at most, so that no run takes for ever; the next night goes on
A_NIGHT = 5000
LONGEST_WAIT = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Settled:
    """What a nightly run did."""

    opened: int
    closed: int


def take_up(
    session: Session, actor: Actor, rule: str, firm_ids: Iterable[int], owner_id: int, due_on: date
) -> int:
    """Name who mends a fault of these firms, and by when; returns how many tasks there are now of them.

    A task that is open gets the new owner and day. Firms outside the scope are ``NotFound``; ``Invalid`` for an
    owner who does not work there, or a day that is past.
    """
    actor.require(Act.ASSIGN)
    quality.get_rule(rule)
    today = clock.today()
    if not today <= due_on <= today + LONGEST_WAIT:
        raise Invalid(
            N_("Choose a day from today on, within a year."), field="due_on", code="day-out-of-range"
        )
    wanted = sorted(set(firm_ids))
    if not wanted:
        raise Invalid(N_("Choose at least one firm."), field="firms", code="nothing-chosen")
    firms = _in_scope(session, actor, wanted)
    for firm in firms:
        people.require_works_at(session, owner_id, firm.street_id, firm.park_id, field="owner")
    known = {task.firm_id: task for task in _open(session, rule, wanted)}
    for firm in firms:
        task = known.get(firm.id)
        if task is None:
            session.add(_task(firm.id, rule, owner_id, due_on, actor.user_id))
        else:
            task.owner_id, task.due_on, task.version = owner_id, due_on, task.version + 1
    session.flush()
    audit.note(
        session,
        actor,
        "take_up",
        "quality",
        None,
        rule=rule,
        firms=wanted,
        owner=owner_id,
        due_on=due_on.isoformat(),
    )
    return len(firms)


def give_up(session: Session, actor: Actor, task_id: int, version: int, reason: str) -> None:
    """Close a task whose fault stays, with the reason: the firm will not say, or it does not apply.

    The fault is not handed out again for a year. Raises ``Conflict`` when somebody changed the task meanwhile.
    """
    actor.require(Act.ASSIGN)
    task = session.scalar(
        select(QualityTask)
        .join(Firm, Firm.id == QualityTask.firm_id)
        .where(QualityTask.id == task_id, firm_within(actor.scope))
    )
    if task is None:
        raise NotFound
    if task.closed_at is not None or task.version != version:
        raise Conflict(N_("Somebody else has changed this task in the meantime."))
    if not reason.strip():
        raise Invalid(N_("Say why the fault stays."), field="reason", code="reason-missing")
    task.closed_at, task.outcome, task.note = clock.now(), GIVEN_UP, reason.strip()[:500]
    task.version += 1
    session.flush()
    audit.note(
        session, actor, "give_up", "quality", task.id, firm_id=task.firm_id, rule=task.rule, reason=task.note
    )


def settle(session: Session, as_of: date) -> Settled:
    """Close the tasks whose faults are gone, and hand new faults to who is in charge of the firm.

    Nobody's firms stay on the board until somebody is named. A second run on the same day does nothing.
    """
    closed = sum(_close_mended(session, rule, as_of) for rule in RULES)
    opened = 0
    for rule in RULES.values():
        if opened >= A_NIGHT:
            break
        for firm_id, owner_id, stage in quality.untaken(session, rule, as_of, A_NIGHT - opened):
            due_on = as_of + timedelta(days=DUE_DAYS[stage])
            session.add(_task(firm_id, rule.code, owner_id, due_on, None))
            opened += 1
        session.flush()
    return Settled(opened, closed)


def _close_mended(session: Session, rule: str, as_of: date) -> int:
    tasks = list(
        session.scalars(
            select(QualityTask)
            .where(QualityTask.rule == rule, QualityTask.closed_at.is_(None))
            .order_by(QualityTask.id)
        )
    )
    closed = 0
    for start in range(0, len(tasks), CHUNK):
        part = tasks[start : start + CHUNK]
        faulty = quality.faulty_firm_ids(session, RULES[rule], as_of, [task.firm_id for task in part])
        for task in part:
            if task.firm_id not in faulty:
                task.closed_at, task.outcome = clock.now(), MENDED
                task.version += 1
                closed += 1
    session.flush()
    return closed


def _task(firm_id: int, rule: str, owner_id: int, due_on: date, by_id: int | None) -> QualityTask:
    return QualityTask(
        firm_id=firm_id, rule=rule, owner_id=owner_id, due_on=due_on, by_id=by_id, created_at=clock.now()
    )


def _in_scope(session: Session, actor: Actor, firm_ids: list[int]) -> list[Firm]:
    """All of these firms, each with an open way, or ``NotFound``."""
    open_way = (
        select(Candidacy.id).where(Candidacy.firm_id == Firm.id, Candidacy.stage.in_(OPEN_STAGES)).exists()
    )
    found: list[Firm] = []
    for start in range(0, len(firm_ids), CHUNK):
        part = firm_ids[start : start + CHUNK]
        statement = (
            select(Firm).where(Firm.id.in_(part), firm_within(actor.scope), open_way).order_by(Firm.id)
        )
        found += session.scalars(statement)
    if len(found) != len(firm_ids):
        raise NotFound
    return found


def _open(session: Session, rule: str, firm_ids: list[int]) -> Iterable[QualityTask]:
    for start in range(0, len(firm_ids), CHUNK):
        part = firm_ids[start : start + CHUNK]
        yield from session.scalars(
            select(QualityTask)
            .where(QualityTask.rule == rule, QualityTask.firm_id.in_(part), QualityTask.closed_at.is_(None))
            .order_by(QualityTask.id)
            .with_for_update()
        )
