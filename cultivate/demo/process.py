"""The years of the district, one after another: found, served, put forward, listed (docs/demo-data.md).

Each year: renewals open, firms are found, screened, put forward in the season; some leave; the list comes;
those not on it go back. What is found and how many a list recognises is given (``course.py``); who, and when,
is drawn.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from random import Random

from cultivate import packs
from cultivate.demo import reasons
from cultivate.demo.calendar import between, workday
from cultivate.demo.course import COURSES, FIRST_YEAR, FULL_SIZE, IN_A_TRACK, OPENING, PARKS, STREETS, Course
from cultivate.demo.world import (
    BUREAU,
    CASEWORKER,
    JOB,
    LIST,
    OPENING_ENTRY,
    DemoCandidacy,
    DemoFirm,
    Spot,
    Step,
    World,
)
from cultivate.domain.stages import Exit, Stage

RETRY_AFTER_DAYS = 240
SERVED_BEFORE_DAYS = 40
_TRIES = 40


def simulate(size: int, seed: int, today: date) -> World:
    """The district from the opening of the books through the year of ``today``."""
    rng = Random(f"cultivate-{seed}")  # noqa: S311 the point is that it can be repeated
    world = World(size, rng, size / FULL_SIZE)
    _open_books(world)
    for year in range(FIRST_YEAR, today.year + 1):
        _run_year(world, year)
    while len(world.firms) < size:
        found_firm(
            world,
            between(rng, date(FIRST_YEAR, 2, 1), max(today - timedelta(days=9), date(FIRST_YEAR, 2, 1))),
        )
    return world


def draw_spot(rng: Random) -> Spot:
    """A street, and for some a park in it."""
    street = rng.choices(list(STREETS), list(STREETS.values()))[0]
    parks = PARKS.get(street, {})
    drawn = rng.randrange(100)
    for park, share in parks.items():
        if drawn < share:
            return street, park
        drawn -= share
    return street, None


def found_firm(world: World, day: date, strength: float | None = None) -> DemoFirm:
    """A firm that the register learns of on that day."""
    rng = world.rng
    firm = DemoFirm(
        number=len(world.firms),
        known_on=day,
        strength=rng.random() if strength is None else strength,
        spots=[(date.min, draw_spot(rng))],
    )
    year = day.year + 1
    hazard = 0.015 - 0.009 * firm.strength
    while rng.random() > hazard and year < day.year + 20:
        year += 1
    firm.gone_on = between(rng, date(year, 2, 1), date(year, 10, 28))
    firm.gone_how = Exit.MOVED_OUT if rng.random() < 0.6 else Exit.CLOSED
    world.firms.append(firm)
    return firm


def _open_books(world: World) -> None:
    """What stood in the books when they were opened, at the close of 2020."""
    hnte, ptsme = COURSES
    rng = world.rng
    room = world.size
    holders = [
        found_firm(world, OPENING, 0.4 + 0.6 * rng.random())
        for _ in range(min(room, world.scaled(ptsme.opening)))
    ]
    both = rng.sample(holders, min(len(holders), round(world.scaled(hnte.opening) * 0.8)))
    only = world.scaled(hnte.opening) - len(both)
    for course, firms in (
        (ptsme, holders),
        (hnte, both + [found_firm(world, OPENING, 0.8) for _ in range(only)]),
    ):
        for position, firm in enumerate(firms):
            issued = course.opening_issues[position % len(course.opening_issues)]
            _certify(world.open(firm, course.track), OPENING, issued, OPENING_ENTRY, reasons.OPENING)
    for course in COURSES:
        _open_pipeline(world, course)


def _open_pipeline(world: World, course: Course) -> None:
    for stage, number in ((Stage.DISCOVER, course.opening_discover), (Stage.SERVE, course.opening_serve)):
        for _ in range(world.scaled(number)):
            firm = _pick(world, course, OPENING)
            if firm is None:
                return
            candidacy = world.open(firm, course.track)
            candidacy.go(Stage.DISCOVER, OPENING, OPENING_ENTRY, reasons.OPENING)
            if stage == Stage.SERVE:
                candidacy.go(Stage.SERVE, OPENING, OPENING_ENTRY, reasons.OPENING)
            _plan_ahead(world.rng, course, candidacy)


def _run_year(world: World, year: int) -> None:
    for course in COURSES:
        _open_renewals(world, course, year)
    _find(world, year)
    for course in COURSES:
        _follow_plans(world, course, date(year, 1, 1), date(year, *course.season[0]))
        _put_forward(world, course, year)
        _follow_plans(world, course, date(year, 1, 1), course.list_day(year) - timedelta(days=1))
    _leave_district(world, year)
    for course in COURSES:
        _revoke(world, course, year)
        _list(world, course, year)
        _follow_plans(world, course, date(year, 1, 1), date(year, 12, 31))


def _open_renewals(world: World, course: Course, year: int) -> None:
    """On 1 January, for each certificate that ends within the year."""
    for held in world.in_force(course.track):
        day = date(year, 1, 1)
        if held.ends_on is not None and held.ends_on.year == year and held.firm.here(day):
            world.open(held.firm, course.track, held).go(Stage.SERVE, day, JOB, reasons.RENEWAL_DUE)


def _find(world: World, year: int) -> None:
    """The year's intake on both tracks in the order of days: a third in spring, the rest in autumn's survey."""
    rng = world.rng
    found = [
        (between(rng, *_survey(rng, year)), order, course)
        for order, course in enumerate(COURSES)
        for _ in range(world.scaled(course.of_year(course.intake, year)))
    ]
    for day, _, course in sorted(found, key=lambda one: one[:2]):
        firm = _pick(world, course, day)
        if firm is not None:
            candidacy = world.open(firm, course.track)
            candidacy.go(Stage.DISCOVER, day, CASEWORKER)
            _plan_ahead(rng, course, candidacy)


def _survey(rng: Random, year: int) -> tuple[date, date]:
    if rng.random() < 0.36:
        return date(year, 2, 20), date(year, 6, 10)
    return date(year, 8, 20), date(year, 11, 19)


def _pick(world: World, course: Course, day: date) -> DemoFirm | None:
    """A firm for a new candidacy: one of the register, or a new one while there is room."""
    rng = world.rng
    room = len(world.firms) < world.size * IN_A_TRACK
    if not room or (day > OPENING and rng.random() < course.known_firms):
        for _ in range(_TRIES):
            firm = rng.choice(world.firms)
            if (
                firm.known_on <= day
                and firm.here(day + timedelta(days=45))
                and _free(firm, course.track, day)
            ):
                return firm
    return found_firm(world, day) if room else None


def _free(firm: DemoFirm, track: str, day: date) -> bool:
    """Whether the firm has no candidacy of the track, or left its last one long ago."""
    return all(
        not one.live and one.since + timedelta(days=RETRY_AFTER_DAYS) < day for one in firm.on_track(track)
    )


def _plan_ahead(rng: Random, course: Course, candidacy: DemoCandidacy) -> None:
    """What will become of a candidacy at ``discover`` or ``serve`` that nobody puts forward."""
    strength, drawn = candidacy.firm.strength, rng.random()
    if candidacy.stage == Stage.SERVE:
        candidacy.plan = (
            (candidacy.since + timedelta(days=rng.randint(210, 430)), Exit.WITHDRAWN)
            if drawn < course.gives_up
            else None
        )
        return
    if drawn < course.screened + 0.34 * strength:
        candidacy.plan = (_days_after(rng, candidacy.since, 14, 330, 120), Stage.SERVE)
    elif drawn < 0.92:
        candidacy.plan = (_days_after(rng, candidacy.since, 60, 400, 200), Exit.WITHDRAWN)
    else:
        candidacy.plan = (_days_after(rng, candidacy.since, 360, 760, 420), Exit.WITHDRAWN)


def _days_after(rng: Random, day: date, low: int, high: int, mode: int) -> date:
    return workday(day + timedelta(days=round(rng.triangular(low, high, mode))))


def _follow_plans(world: World, course: Course, first: date, last: date) -> None:
    """Let happen what was planned for these days."""
    for candidacy in world.candidacies:
        while (
            candidacy.track == course.track
            and candidacy.plan is not None
            and candidacy.plan[0] <= last
            and candidacy.firm.here(candidacy.plan[0])
            and candidacy.stage in (Stage.DISCOVER, Stage.SERVE)
        ):
            day, to = candidacy.plan
            day = max(workday(max(day, first)), candidacy.since)
            if to == Stage.SERVE:
                candidacy.go(to, day, CASEWORKER)
                _plan_ahead(world.rng, course, candidacy)
            else:
                words = (
                    reasons.WITHDRAWN_EARLY if candidacy.stage == Stage.DISCOVER else reasons.WITHDRAWN_LATE
                )
                candidacy.go(to, day, BUREAU, world.rng.choice(words))


def _put_forward(world: World, course: Course, year: int) -> None:
    """Choose who is put forward: most renewals, and so many others that the year's goal can be met."""
    rng = world.rng
    first, last = (date(year, *edge) for edge in course.season)
    ready = [
        one for one in world.standing(course.track, Stage.SERVE) if one.firm.here(last + timedelta(days=3))
    ]
    renewals = [one for one in ready if _renews_in(one, year)]
    for candidacy in renewals:
        if rng.random() < 0.9:
            _recommend(rng, candidacy, first, last)
    staying, _ = _holders(world, course, year)
    expected = len(renewals) * 0.9 * _renewal_rate(course)
    wanted = world.scaled(course.goal(year)) - len(staying) - expected - world.scaled(course.strangers)
    others = [
        one
        for one in ready
        if not _renews_in(one, year) and one.since <= last - timedelta(days=SERVED_BEFORE_DAYS)
    ]
    ranked = sorted(others, key=lambda one: -_readiness(rng, one, year))
    for candidacy in ranked[: max(0, round(wanted / course.pass_rate) + world.scaled(4))]:
        _recommend(rng, candidacy, max(first, candidacy.since + timedelta(days=SERVED_BEFORE_DAYS)), last)


def _renews_in(candidacy: DemoCandidacy, year: int) -> bool:
    held = candidacy.renews
    return held is not None and held.ends_on is not None and held.ends_on.year == year


def _renewal_rate(course: Course) -> float:
    return min(0.95, course.pass_rate + 0.13)


def _readiness(rng: Random, candidacy: DemoCandidacy, year: int) -> float:
    again = 0.25 if candidacy.retry_year is not None and candidacy.retry_year <= year else 0.0
    waited = 0.12 if candidacy.since.year < year else 0.0
    return candidacy.firm.strength + again + waited + 0.5 * rng.random()


def _recommend(rng: Random, candidacy: DemoCandidacy, first: date, last: date) -> None:
    candidacy.go(Stage.RECOMMEND, max(between(rng, min(first, last), last), candidacy.since), BUREAU)


def _holders(world: World, course: Course, year: int) -> tuple[list[DemoCandidacy], list[DemoCandidacy]]:
    """In force beyond the year's end, and ending within the year."""
    staying: list[DemoCandidacy] = []
    ending: list[DemoCandidacy] = []
    for one in world.in_force(course.track):
        (ending if one.ends_on is not None and one.ends_on.year == year else staying).append(one)
    return staying, ending


def _leave_district(world: World, year: int) -> None:
    """Firms that move away or close this year leave with everything that stands."""
    for firm in world.firms:
        if firm.gone_on is None or firm.gone_on.year != year:
            continue
        words = reasons.MOVED_OUT if firm.gone_how == Exit.MOVED_OUT else reasons.CLOSED
        reason = world.rng.choice(words)
        for candidacy in firm.candidacies:
            if candidacy.live:
                candidacy.go(firm.gone_how, firm.gone_on, BUREAU, reason)


def _revoke(world: World, course: Course, year: int) -> None:
    staying, _ = _holders(world, course, year)
    old = [one for one in staying if one.since < date(year, 1, 1)]
    for candidacy in world.rng.sample(old, min(len(old), world.scaled(course.revocations))):
        day = between(world.rng, date(year, 9, 1), date(year, 11, 14))
        candidacy.go(Exit.REVOKED, day, BUREAU, world.rng.choice(reasons.REVOKED[course.track]))


def _list(world: World, course: Course, year: int) -> None:
    """The year's list: renewals by their rate, then as many others as the year's goal leaves room for."""
    rng = world.rng
    issued = course.list_day(year)
    staying, ending = _holders(world, course, year)
    _lapse(one for one in ending if one.ends_on is not None and one.ends_on < issued)
    waiting = world.standing(course.track, Stage.RECOMMEND)
    passed = [one for one in waiting if _renews_in(one, year) and rng.random() < _renewal_rate(course)]
    goal = world.scaled(course.goal(year) + rng.randint(-course.jitter, course.jitter))
    strangers = _strangers(world, course, issued)
    others = sorted((one for one in waiting if not _renews_in(one, year)), key=lambda one: -_chance(rng, one))
    passed += others[: max(0, goal - len(staying) - len(passed) - len(strangers))]
    for candidacy in passed + strangers:
        step = _certify(candidacy, issued, issued, LIST, None)
        if candidacy.renews is not None and candidacy.renews.stage == Stage.CERTIFY:
            candidacy.renews.go(Exit.SUPERSEDED, issued, LIST, reasons.RENEWED).caused_by = step
    _lapse(one for one in ending if one.stage == Stage.CERTIFY)
    _give_back(rng, [one for one in waiting if one.stage == Stage.RECOMMEND], issued)


def _chance(rng: Random, candidacy: DemoCandidacy) -> float:
    return candidacy.firm.strength + rng.random()


def _strangers(world: World, course: Course, issued: date) -> list[DemoCandidacy]:
    """Firms of the list that nobody cultivated: opened and certified the same day."""
    found = []
    for _ in range(world.scaled(course.strangers)):
        firm = _pick(world, course, issued)
        if firm is not None:
            candidacy = world.open(firm, course.track)
            candidacy.go(Stage.DISCOVER, issued, LIST, reasons.STRANGER)
            found.append(candidacy)
    return found


def _certify(candidacy: DemoCandidacy, day: date, issued: date, by: str, reason: str | None) -> Step:
    step = candidacy.go(Stage.CERTIFY, day, by, reason)
    step.issued_on = issued
    candidacy.ends_on = packs.track(candidacy.track).valid_through(issued)
    return step


def _lapse(ended: Iterable[DemoCandidacy]) -> None:
    for candidacy in list(ended):
        if candidacy.ends_on is not None:
            candidacy.go(Exit.EXPIRED, candidacy.ends_on + timedelta(days=1), JOB, reasons.LAPSED)


def _give_back(rng: Random, failed: list[DemoCandidacy], issued: date) -> None:
    """Who did not pass goes back between early November and late January, to try again next year."""
    for candidacy in failed:
        day = between(rng, date(issued.year, 11, 4), date(issued.year + 1, 1, 22))
        back = candidacy.go(
            Stage.SERVE, max(day, candidacy.since), BUREAU, rng.choice(reasons.NOT_PASSED), issued.year + 1
        )
        if rng.random() < 0.3:
            candidacy.plan = (workday(back.on + timedelta(days=rng.randint(60, 300))), Exit.WITHDRAWN)
