"""The data quality board: how many firms have which fault, where they stand, and which firms they are.

Every figure is a count of candidacies, as the fault matters for the way it stands in; the list behind a figure
is made by the same condition.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, extract, func, or_, select
from sqlalchemy.orm import Session, aliased

from cultivate import clock, packs
from cultivate.domain import quality
from cultivate.domain.quality import RULES, Rule
from cultivate.domain.scope import Scope
from cultivate.domain.stages import OPEN_STAGES
from cultivate.errors import NotFound
from cultivate.models import (
    Candidacy,
    Firm,
    FirmFigure,
    IntellectualProperty,
    QualityTask,
    ServiceRecord,
    User,
)
from cultivate.queries import conversion
from cultivate.queries.paging import Page, offset_of
from cultivate.queries.places import lies_in, within
from cultivate.queries.units import Unit

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Fault:
    """A line of the board: candidacies of one track and stage with one fault, and what hangs on them."""

    rule: Rule
    track: str
    stage: str
    firms: int
    cost: float
    """Certificates to be expected of these firms, by the observed conversion of their stage."""
    taken: int
    """How many of them somebody has taken up."""
    late: int
    """How many of those are past their day."""


@dataclass(frozen=True, slots=True)
class FaultyFirm:
    """A firm with a fault; the task where somebody has taken it up."""

    candidacy_id: int
    firm_id: int
    name: str
    street_id: int
    track: str
    stage: str
    stage_since: date
    in_charge_id: int | None
    in_charge: str | None
    task_id: int | None
    task_version: int | None
    owner: str | None
    due_on: date | None


@dataclass(frozen=True, slots=True)
class QualityFilter:
    """What part of a fault is asked for."""

    rule: str
    track: str | None = None
    stage: str | None = None
    unit: Unit | None = None
    owner_id: int | None = None


def closed_year(as_of: date) -> int:
    """The last fiscal year that is over."""
    return as_of.year - 1


def get_rule(code: str) -> Rule:
    """The rule of that code, else ``NotFound``."""
    if code not in RULES:
        raise NotFound
    return RULES[code]


def board(session: Session, scope: Scope, as_of: date, unit: Unit | None = None) -> list[Fault]:
    """All faults, what costs the promise most first; one pass over the open candidacies, one over the tasks."""
    columns = [func.sum(case((_condition(rule, as_of), 1), else_=0)) for rule in RULES.values()]
    statement = _candidacies(scope, unit, Candidacy.track, Candidacy.stage, *columns)
    statement = statement.where(Candidacy.stage.in_(OPEN_STAGES)).group_by(Candidacy.track, Candidacy.stage)
    chances = {track: _chances(session, scope, track, as_of) for track in packs.tracks()}
    tasks = _taken_up(session, scope, as_of, unit)
    found: list[Fault] = []
    for track, stage, *counts in session.execute(statement):
        for rule, firms in zip(RULES.values(), counts, strict=True):
            if firms:
                cost = int(firms) * chances.get(track, {}).get(stage, 0.0)
                taken, late = tasks.get((rule.code, track, stage), (0, 0))
                found.append(Fault(rule, track, stage, int(firms), cost, taken, late))
    return sorted(found, key=lambda fault: (-fault.cost, fault.rule.code, fault.track, fault.stage))


def _taken_up(
    session: Session, scope: Scope, as_of: date, unit: Unit | None
) -> dict[tuple[str, str, str], tuple[int, int]]:
    """By rule, track and stage: faults that somebody has taken up, and how many of them are past their day."""
    place = QualityTask.rule, Candidacy.track, Candidacy.stage
    late = func.sum(case((QualityTask.due_on < as_of, 1), else_=0))
    still = or_(*(and_(QualityTask.rule == rule.code, _condition(rule, as_of)) for rule in RULES.values()))
    statement = (
        _candidacies(scope, unit, *place, func.count(), late)
        .join(QualityTask, QualityTask.firm_id == Candidacy.firm_id)
        .where(QualityTask.closed_at.is_(None), Candidacy.stage.in_(OPEN_STAGES), still)
        .group_by(*place)
    )
    return {
        (rule, track, stage): (int(taken), int(over or 0))
        for rule, track, stage, taken, over in session.execute(statement)
    }


def list_faulty(
    session: Session, scope: Scope, wanted: QualityFilter, as_of: date, number: int = 1, size: int = PAGE_SIZE
) -> Page[FaultyFirm]:
    """The firms behind a figure of the board: what is due first, then those longest in their stage."""
    conditions = _conditions(wanted, as_of)
    count = _candidacies(scope, wanted.unit, func.count()).where(*conditions)
    if wanted.owner_id is not None:
        count = count.outerjoin(QualityTask, _is_task(wanted.rule))
    total = session.scalar(count) or 0
    owner = aliased(User)
    statement = (
        _candidacies(
            scope,
            wanted.unit,
            Candidacy.id,
            Firm.id,
            Firm.name,
            Firm.street_id,
            Candidacy.track,
            Candidacy.stage,
            Candidacy.stage_since,
            User.id,
            User.display_name,
            QualityTask.id,
            QualityTask.version,
            owner.display_name,
            QualityTask.due_on,
        )
        .outerjoin(User, User.id == Candidacy.in_charge_id)
        .outerjoin(QualityTask, _is_task(wanted.rule))
        .outerjoin(owner, owner.id == QualityTask.owner_id)
        .where(*conditions)
        .order_by(QualityTask.due_on.is_(None), QualityTask.due_on, Candidacy.stage_since, Candidacy.id)
    )
    rows = session.execute(statement.offset(offset_of(number, size)).limit(size))
    return Page([FaultyFirm(*row) for row in rows], total, max(number, 1), size)


def faulty_firm_ids(session: Session, rule: Rule, as_of: date, firm_ids: Collection[int]) -> set[int]:
    """Which of these firms have the fault in any open candidacy, wherever they lie."""
    statement = (
        select(Candidacy.firm_id)
        .join(Firm, Firm.id == Candidacy.firm_id)
        .where(Candidacy.firm_id.in_(firm_ids), Candidacy.stage.in_(rule.stages), _condition(rule, as_of))
    )
    return set(session.scalars(statement))


def untaken(session: Session, rule: Rule, as_of: date, limit: int) -> list[tuple[int, int, str]]:
    """Firm, who is in charge, and stage of faults that nobody has taken up and that have somebody to do it.

    A fault that was given up with a reason rests for a year.
    """
    rests = select(QualityTask.id).where(
        QualityTask.firm_id == Candidacy.firm_id,
        QualityTask.rule == rule.code,
        QualityTask.outcome == "given_up",
        QualityTask.closed_at >= clock.at(as_of - quality.REST),
    )
    task = aliased(QualityTask)
    statement = (
        select(Candidacy.firm_id, func.min(Candidacy.in_charge_id), func.max(Candidacy.stage))
        .join(Firm, Firm.id == Candidacy.firm_id)
        .join(User, User.id == Candidacy.in_charge_id)
        .outerjoin(task, _is_task(rule.code, task))
        .where(
            ~rests.correlate(Candidacy).exists(),
            Candidacy.stage.in_([stage for stage in rule.stages if stage in quality.DUE_DAYS]),
            User.active,
            task.id.is_(None),
            _condition(rule, as_of),
        )
        .group_by(Candidacy.firm_id)
        .order_by(Candidacy.firm_id)
        .limit(limit)
    )
    return [(firm_id, owner or 0, stage) for firm_id, owner, stage in session.execute(statement)]


@dataclass(frozen=True, slots=True)
class OwnTask:
    """A fault that somebody is to mend."""

    id: int
    version: int
    firm_id: int
    name: str
    street_id: int
    rule: Rule
    due_on: date


def count_own(session: Session, scope: Scope, user_id: int, as_of: date) -> int:
    """How many faults are somebody's to mend; the length of ``list_own``."""
    return int(session.scalar(select(func.count()).select_from(_own(scope, user_id, as_of).subquery())) or 0)


def list_own(
    session: Session, scope: Scope, user_id: int, as_of: date, number: int = 1, size: int = PAGE_SIZE
) -> Page[OwnTask]:
    """What somebody is to mend, the earliest first; what has been mended is not in it any more."""
    statement = _own(scope, user_id, as_of).order_by(QualityTask.due_on, QualityTask.id)
    rows = session.execute(statement.offset(offset_of(number, size)).limit(size))
    tasks = [
        OwnTask(key, version, firm, name, street, RULES[rule], due)
        for key, version, firm, name, street, rule, due in rows
    ]
    return Page(tasks, count_own(session, scope, user_id, as_of), max(number, 1), size)


def _own(scope: Scope, user_id: int, as_of: date) -> Select[*tuple[Any, ...]]:
    """One line a task, as long as an open candidacy of the firm still has the fault."""
    inside = within(Firm, scope)
    still = or_(*(and_(QualityTask.rule == rule.code, _has_fault(rule, as_of)) for rule in RULES.values()))
    return (
        select(
            QualityTask.id,
            QualityTask.version,
            Firm.id.label("firm_id"),
            Firm.name,
            Firm.street_id,
            QualityTask.rule,
            QualityTask.due_on,
        )
        .join(Firm, Firm.id == QualityTask.firm_id)
        .where(
            QualityTask.owner_id == user_id,
            QualityTask.closed_at.is_(None),
            Firm.deleted_at.is_(None),
            still,
            *([] if inside is None else [inside]),
        )
    )


def _has_fault(rule: Rule, as_of: date) -> ColumnElement[bool]:
    statement = select(Candidacy.id).where(
        Candidacy.firm_id == Firm.id, Candidacy.stage.in_(rule.stages), _condition(rule, as_of)
    )
    return statement.correlate(Firm).exists()


def _candidacies(scope: Scope, unit: Unit | None, *columns: Any) -> Select[*tuple[Any, ...]]:
    """Rows over candidacies of living firms in the scope, by where the firm lies."""
    conditions: list[ColumnElement[bool]] = [Firm.deleted_at.is_(None)]
    inside = within(Firm, scope)
    if inside is not None:
        conditions.append(inside)
    if unit is not None:
        conditions.append(lies_in(Firm, unit))
    return select(*columns).select_from(Candidacy).join(Firm, Firm.id == Candidacy.firm_id).where(*conditions)


def _conditions(wanted: QualityFilter, as_of: date) -> list[ColumnElement[bool]]:
    rule = get_rule(wanted.rule)
    stages = [stage for stage in rule.stages if wanted.stage in {None, stage}]
    found: list[ColumnElement[bool]] = [Candidacy.stage.in_(stages), _condition(rule, as_of)]
    if wanted.track is not None:
        found.append(Candidacy.track == wanted.track)
    if wanted.owner_id is not None:
        found.append(QualityTask.owner_id == wanted.owner_id)
    return found


def _is_task(rule: str, task: Any = QualityTask) -> ColumnElement[bool]:
    return and_(task.firm_id == Candidacy.firm_id, task.rule == rule, task.closed_at.is_(None))


def _chances(session: Session, scope: Scope, track: str, as_of: date) -> dict[str, float]:
    found = conversion.by_stage(session, scope, track, as_of)
    return quality.chances({stage: each.rate for stage, each in found.items()})


def _condition(rule: Rule, as_of: date) -> ColumnElement[bool]:
    """The fault, of the firm and candidacy of the row; the stage and track that it matters in included."""
    found = _CONDITIONS[rule.code](as_of)
    conditions = [Candidacy.stage.in_(rule.stages), found]
    if rule.track is not None:
        conditions.append(Candidacy.track == rule.track)
    return and_(*conditions)


def _known(figure: str, year: int) -> ColumnElement[bool]:
    """Whether the firm has a figure of the year, of any calibre."""
    statement = select(FirmFigure.id).where(
        FirmFigure.firm_id == Firm.id,
        FirmFigure.year == year,
        FirmFigure.figure == figure,
        FirmFigure.replaced_at.is_(None),
        FirmFigure.value.is_not(None),
    )
    return statement.correlate(Firm).exists()


def _two_figures(condition: Any, *, same_calibre: bool = True) -> ColumnElement[bool]:
    """Whether two current figures of one year stand in a relation."""
    one, other = aliased(FirmFigure), aliased(FirmFigure)
    together = [
        one.firm_id == Firm.id,
        other.firm_id == Firm.id,
        one.year == other.year,
        one.replaced_at.is_(None),
        other.replaced_at.is_(None),
        condition(one, other),
    ]
    if same_calibre:
        together.append(one.calibre == other.calibre)
    return (
        select(one.id)
        .select_from(one)
        .join(other, and_(*together))
        .where(one.firm_id == Firm.id)
        .correlate(Firm)
        .exists()
    )


def _larger(part: str, whole: str) -> Any:
    return lambda one, other: and_(one.figure == part, other.figure == whole, one.value > other.value)


def _apart(one: Any, other: Any) -> ColumnElement[bool]:
    share = Decimal(str(1 + quality.APART))
    return and_(
        one.figure == other.figure,
        one.calibre != other.calibre,
        one.calibre != "",
        other.calibre != "",
        other.value > 0,
        one.value > other.value * share,
    )


def _no_property(_as_of: date) -> ColumnElement[bool]:
    """Nobody has said anything; "none" is an answer."""
    rows = select(IntellectualProperty.id).where(
        IntellectualProperty.firm_id == Firm.id, IntellectualProperty.deleted_at.is_(None)
    )
    return and_(Firm.class1_ip.is_(None), Firm.class2_ip.is_(None), ~rows.correlate(Firm).exists())


def _before_birth(_as_of: date) -> ColumnElement[bool]:
    statement = select(FirmFigure.id).where(
        FirmFigure.firm_id == Firm.id,
        FirmFigure.replaced_at.is_(None),
        FirmFigure.value > 0,
        FirmFigure.year < extract("year", Firm.established_on),
    )
    return and_(Firm.established_on.is_not(None), statement.correlate(Firm).exists())


def _unvisited(as_of: date) -> ColumnElement[bool]:
    """Counted from the entry into the stage: who has just come is not stale."""
    day = as_of - quality.UNVISITED
    served = select(ServiceRecord.id).where(
        ServiceRecord.candidacy_id == Candidacy.id,
        ServiceRecord.on >= day,
        ServiceRecord.withdrawn_at.is_(None),
    )
    return and_(Candidacy.stage_since < day, ~served.correlate(Candidacy).exists())


_CONDITIONS: dict[str, Any] = {
    "no-code": lambda _as_of: Firm.uscc.is_(None),
    "no-charge": lambda _as_of: Candidacy.in_charge_id.is_(None),
    "no-sales": lambda as_of: ~_known("sales", closed_year(as_of)),
    "no-rd": lambda as_of: ~_known("rd", closed_year(as_of)),
    "no-staff": lambda _as_of: or_(Firm.staff.is_(None), Firm.rd_staff.is_(None)),
    "no-property": _no_property,
    "no-field": lambda _as_of: Firm.field.is_(None),
    "no-established": lambda _as_of: Firm.established_on.is_(None),
    "no-phone": lambda _as_of: Firm.contact_phone.is_(None),
    "rd-staff-over-staff": lambda _as_of: Firm.rd_staff > Firm.staff,
    "rd-over-sales": lambda _as_of: _two_figures(_larger("rd", "sales")),
    "part-over-whole": lambda _as_of: or_(
        _two_figures(_larger("rd_domestic", "rd")), _two_figures(_larger("hitech_income", "total_income"))
    ),
    "calibres-apart": lambda _as_of: _two_figures(_apart, same_calibre=False),
    "figures-before-birth": _before_birth,
    "unvisited": _unvisited,
}


def if_complete() -> None:
    """Refuse to start when a rule cannot be asked."""
    if set(_CONDITIONS) != set(RULES):
        message = f"rules of data quality without a condition: {sorted(set(RULES) ^ set(_CONDITIONS))}"
        raise RuntimeError(message)


if_complete()
