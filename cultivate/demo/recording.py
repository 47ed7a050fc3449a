"""When the book learned of each step; and what people do with a book: correct, mend, record late.

Afterwards every step has its time of recording, in order within its candidacy, and nothing is left that was
recorded after the morning of the demonstration's day.
"""

from datetime import date, datetime, time, timedelta
from random import Random

from cultivate import clock
from cultivate.demo import reasons
from cultivate.demo.calendar import between, office_hour, workday
from cultivate.demo.course import COURSES, FIRST_YEAR, OPENING
from cultivate.demo.process import draw_spot
from cultivate.demo.world import (
    BUREAU,
    CASEWORKER,
    JOB,
    LIST,
    OPENING_ENTRY,
    DemoCandidacy,
    DemoFirm,
    DemoTransfer,
    Step,
    World,
)
from cultivate.domain.stages import OPEN_STAGES, STAGES, Exit, Stage

#: no other step of the firm lies nearer to a change of street, so that nothing is recorded across it
_APART = timedelta(days=14)
_TRANSFERS_A_YEAR = 45
_MISTAKES = 80
_LATE_SHARE = 0.015
_LATE_LAST_WEEK = 6
_OPENED_AT = {Stage.CERTIFY: time(10, 0), Stage.DISCOVER: time(11, 0), Stage.SERVE: time(14, 0)}
_LIST_DELAYS = {course.track: course.list_recorded_after for course in COURSES}


def record(world: World, today: date) -> None:
    """Give every step its time, add corrections, and cut at the morning of ``today``."""
    known_until = clock.at(today, time(8, 0))
    for candidacy in world.candidacies:
        _record_steps(world.rng, candidacy)
    for candidacy in world.candidacies:
        for step in candidacy.steps:
            if step.caused_by is not None:
                step.recorded_at = max(step.known_at, step.caused_by.known_at)
    touched = _add_transfers(world, today, known_until)
    _record_late(world, today, touched)
    _add_mistakes(world, today, known_until, touched)
    _cut(world, today, known_until)


def _record_steps(rng: Random, candidacy: DemoCandidacy) -> None:
    last: datetime | None = None
    for step in candidacy.steps:
        moment = _moment(rng, candidacy.track, step)
        step.recorded_at = last = moment if last is None or last < moment else last + timedelta(minutes=1)


def _moment(rng: Random, track: str, step: Step) -> datetime:
    if step.by == OPENING_ENTRY:
        return clock.at(step.on, _OPENED_AT[Stage(step.to)])
    if step.by == JOB:
        return clock.at(step.on, time(0, 20) if step.to == Stage.SERVE else time(0, 10))
    if step.by == LIST:
        return clock.at(workday(step.on + timedelta(days=_LIST_DELAYS[track])), time(15, 30))
    return office_hour(rng, workday(step.on + timedelta(days=rng.choice((0, 0, 0, 0, 0, 1, 1, 2, 3, 5)))))


def _add_transfers(world: World, today: date, known_until: datetime) -> set[int]:
    """Changes of street and park, booked for all that stands of the firm; returns the firms concerned."""
    rng, moved = world.rng, set[int]()
    for year in range(FIRST_YEAR, today.year + 1):
        for firm in rng.sample(world.firms, min(len(world.firms), world.scaled(_TRANSFERS_A_YEAR) * 3)):
            day = between(rng, date(year, 1, 8), date(year, 12, 20))
            recorded_at = office_hour(rng, workday(day + timedelta(days=rng.choice((0, 0, 1, 2)))))
            if firm.number in moved or recorded_at > known_until or not _quiet(firm, day):
                continue
            if _relocate(world, firm, day, recorded_at):
                moved.add(firm.number)
    return moved


def _quiet(firm: DemoFirm, day: date) -> bool:
    """Whether the firm was known, stayed, and took no step around that day."""
    steps = [step for candidacy in firm.candidacies for step in candidacy.steps]
    return (
        firm.known_on + _APART < day
        and firm.here(day + _APART)
        and all(abs(step.on - day) > _APART for step in steps)
    )


def _relocate(world: World, firm: DemoFirm, day: date, recorded_at: datetime) -> bool:
    standing = [(one, _steps_until(one, day)) for one in firm.candidacies]
    standing = [(one, number) for one, number in standing if number and one.steps[number - 1].to in STAGES]
    source, target = firm.spot(day), draw_spot(world.rng)
    if not standing or source == target:
        return False
    transfer = DemoTransfer(firm, source, target, day, world.rng.choice(reasons.TRANSFERS), recorded_at)
    for candidacy, number in standing:
        to = candidacy.steps[number - 1].to
        step = Step(candidacy, to, day, BUREAU, transfer.reason, transfer=transfer, recorded_at=recorded_at)
        candidacy.steps.insert(number, step)
    firm.spots.append((day, target))
    world.transfers.append(transfer)
    return True


def _steps_until(candidacy: DemoCandidacy, day: date) -> int:
    return sum(step.on <= day for step in candidacy.steps)


def _record_late(world: World, today: date, touched: set[int]) -> None:
    """Some steps reach the book weeks after they happened; a few of them in the last week."""
    rng = world.rng
    recent: list[Step] = []
    for candidacy in world.candidacies:
        for position, step in enumerate(candidacy.steps):
            if candidacy.firm.number in touched or not _may_be_late(candidacy, position):
                continue
            if step is candidacy.steps[-1] and timedelta(days=18) <= today - step.on <= timedelta(days=45):
                recent.append(step)
            elif rng.random() < _LATE_SHARE:
                _delay(rng, step, step.on + timedelta(days=rng.randint(15, 42)), touched)
    for step in rng.sample(recent, min(len(recent), max(2, world.scaled(_LATE_LAST_WEEK)))):
        _delay(rng, step, _last_week(rng, today), touched)


def _may_be_late(candidacy: DemoCandidacy, position: int) -> bool:
    step = candidacy.steps[position]
    by_hand = step.by in (CASEWORKER, BUREAU) and step.to in (Stage.SERVE, Stage.RECOMMEND, Exit.WITHDRAWN)
    following = candidacy.steps[position + 1] if position + 1 < len(candidacy.steps) else None
    return by_hand and (following is None or following.on > step.on + timedelta(days=60))


def _delay(rng: Random, step: Step, day: date, touched: set[int]) -> None:
    step.recorded_at = office_hour(rng, workday(day))
    touched.add(step.candidacy.firm.number)


def _last_week(rng: Random, today: date) -> date:
    """A working day of the seven before today; after a holiday, the last one before it."""
    worked = [back for back in range(1, 15) if (day := today - timedelta(days=back)) == workday(day)]
    return today - timedelta(days=rng.choice([back for back in worked if back < 8] or worked[:1]))


def _add_mistakes(world: World, today: date, known_until: datetime, touched: set[int]) -> None:
    """Steps that were wrong and were taken back within days, one of them in the last week."""
    rng = world.rng
    wanted = max(3, world.scaled(_MISTAKES))
    for candidacy in rng.sample(world.candidacies, len(world.candidacies)):
        if wanted == 0:
            return
        if candidacy.firm.number in touched or not candidacy.steps:
            continue
        position = rng.randrange(len(candidacy.steps))
        if _mistake(rng, candidacy, position, today, known_until):
            touched.add(candidacy.firm.number)
            wanted -= 1


def _mistake(
    rng: Random, candidacy: DemoCandidacy, position: int, today: date, known_until: datetime
) -> bool:
    before = candidacy.steps[position]
    following = candidacy.steps[position + 1].on if position + 1 < len(candidacy.steps) else today
    if before.to not in OPEN_STAGES[:2] or following - before.on < timedelta(days=40):
        return False
    day = between(rng, before.on + timedelta(days=12), following - timedelta(days=14))
    wrong_at = office_hour(rng, workday(day + timedelta(days=rng.choice((0, 0, 1)))))
    right_at = wrong_at + timedelta(days=rng.choice((0, 0, 1, 3)), minutes=rng.randint(6, 55))
    if right_at > known_until:
        return False
    to = Stage.SERVE if before.to == Stage.DISCOVER and rng.random() < 0.5 else Exit.WITHDRAWN
    by = CASEWORKER if to == Stage.SERVE else BUREAU
    wrong = Step(candidacy, to, day, by, reasons.WRONGLY[to], recorded_at=wrong_at)
    back = Step(
        candidacy, before.to, day, by, rng.choice(reasons.MISTAKE), reverses=wrong, recorded_at=right_at
    )
    candidacy.steps[position + 1 : position + 1] = [wrong, back]
    return True


def _cut(world: World, today: date, known_until: datetime) -> None:
    """Forget what the book does not know yet on the morning of ``today``."""
    for candidacy in world.candidacies:
        candidacy.steps = [step for step in candidacy.steps if step.known_at <= known_until]
    world.candidacies = [candidacy for candidacy in world.candidacies if candidacy.steps]
    for firm in world.firms:
        firm.candidacies = [candidacy for candidacy in firm.candidacies if candidacy.steps]
        if not firm.candidacies and firm.known_on >= today:
            firm.known_on = between(world.rng, OPENING, max(OPENING, today - timedelta(days=9)))
