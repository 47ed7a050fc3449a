"""Looking at all firms for a filing: who is new, whose facts or rules have changed, and what that changed.

The work is done in portions, each a transaction of the caller's (``run``): the book is never held for long, and a
run that was broken off is taken up again where it stood, since what was looked at keeps its fingerprint.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from cultivate import clock, packs
from cultivate.db import locks
from cultivate.db.many import among
from cultivate.db.upsert import insert_for
from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Act
from cultivate.domain.policy.pack import Pack
from cultivate.domain.policy.readiness import CLASSES
from cultivate.errors import N_, Conflict, Invalid, NotFound
from cultivate.extensions import database
from cultivate.models import Progress, Screening, ScreeningChange, ScreeningRun
from cultivate.packs.policies import policy, track_policy
from cultivate.queries import policies, units
from cultivate.queries import screening as rows
from cultivate.services import audit, long_work
from cultivate.services.screening_crew import looking
from cultivate.services.screening_look import Filing, Looker, Portion

NIGHTLY, ASKED, PACK = "nightly", "asked", "pack"
PORTION = 1000
#: a run whose progress nobody has touched for so long has died
SILENT = timedelta(minutes=2)
_ORDER = list(CLASSES)

Work = Callable[[], AbstractContextManager[Session]]


@dataclass(slots=True)
class Plan:
    """A run under way."""

    run_id: int
    filing: Filing
    ids: Sequence[int]
    before: dict[int, tuple[str, str, str]]
    assessed: int = 0
    gained: int = 0
    lost: int = 0

    def changed(self, marks: Mapping[int, str]) -> dict[int, str]:
        """Of these fingerprints, those that are not what they were."""
        return {each: mark for each, mark in marks.items() if self.before.get(each, ("",))[0] != mark}


@dataclass(frozen=True, slots=True)
class Screened:
    """What a run did."""

    run_id: int
    firms: int
    assessed: int
    gained: int
    lost: int


def key_of(track: str, year: int) -> str:
    """Of the row that tells how far the run is."""
    return f"screening:{track}:{year}"


def run(work: Work, actor: Actor, track: str, year: int, occasion: str = ASKED) -> Screened:
    """Screen everybody; ``work`` opens one transaction after another. ``Conflict`` while another run goes on."""
    with work() as session:
        plan = begin(session, actor, track, year, occasion)
    with long_work.shown(actor, key_of(track, year), f"{track} {year}"):
        portions = _to_look_at(plan)
        done, total = 0, sum(len(portion.marks) for portion in portions)
        with looking(database(), plan.filing, portions) as found:
            for portion, written in found:
                long_work.say(long_work.ASSESSING, done, total)
                with work() as session:
                    keep(session, plan, written)
                done += len(portion.marks)
        with work() as session:
            return end(session, plan)


def _to_look_at(plan: Plan) -> list[Portion]:
    """Firms whose facts or rules have changed: the database says so of 100,000 firms in seconds."""
    looker = Looker(plan.filing)
    due: dict[int, str] = {}
    for start in range(0, len(plan.ids), PORTION):
        long_work.say(long_work.COMPARING, start, len(plan.ids))
        with database().reading() as session:
            due |= plan.changed(looker.marks(session, plan.ids[start : start + PORTION]))
    marked = list(due.items())
    return [Portion(dict(marked[start : start + PORTION])) for start in range(0, len(marked), PORTION)]


def begin(session: Session, actor: Actor, track: str, year: int, occasion: str) -> Plan:
    """Who is to be looked at, and by which rules."""
    if occasion == ASKED:
        actor.require(Act.SCREEN)
    if track not in packs.tracks():
        raise NotFound
    base = policy(track_policy(track))
    today = clock.today()
    if not today.year - 1 <= year <= today.year + 1:
        raise Invalid(N_("Choose last year, this year or the next."), field="year", code="year-out-of-range")
    locks.hold(session, locks.SCREENING)
    _refuse_second(session, track, year)
    applied_on = rows.filing_day(policies.in_year(session, base.name, year, today), year, today)
    digest = rules_digest(session, base, applied_on)
    run_row = _unfinished(session, track, year)
    if run_row is None:
        run_row = ScreeningRun(track=track, filing_year=year, by_id=actor.user_id, started_at=clock.now())
        session.add(run_row)
    run_row.applied_on, run_row.digest, run_row.occasion = applied_on, digest, occasion
    session.flush()
    if occasion == ASKED:
        audit.note(session, actor, "screen", "screening", run_row.id, track=track, year=year)
    # told in the same transaction, so that of two at once the second finds it
    _tell(session, actor, track, year)
    return Plan(
        run_row.id,
        Filing(track, year, applied_on, base.name),
        rows.firms_to_screen(session, track, year),
        rows.known_rows(session, track, year),
    )


def rules_digest(session: Session, base: Pack, on: date) -> str:
    """Of all rules that hold that day anywhere in the district: another one means that everybody is looked at."""
    everywhere = [unit.id for unit in units.list_units(session)]
    applied = policies.applying(session, base.name, on, everywhere)
    said = [f"{row.id}:{row.unit_id}" for row in (*applied.versions, *applied.broken)]
    return hashlib.sha256(" ".join([policy(base.name).digest, *said]).encode()).hexdigest()


def keep(session: Session, plan: Plan, written: Sequence[dict[str, Any]]) -> None:
    """Write what was found of one portion, and who changed class by it."""
    if not written:
        return
    now = clock.now()
    plan.assessed += len(written)
    _write(session, [{**row, "assessed_at": now} for row in written])
    olds = [(plan.before.get(row["firm_id"]), row) for row in written]
    changes = [_change(plan, old, row) for old, row in olds if old is not None and old[1] != row["readiness"]]
    if changes:
        _write_changes(session, changes)


def _change(plan: Plan, old: tuple[str, str, str], row: dict[str, Any]) -> dict[str, Any]:
    before, after = old[1], row["readiness"]
    if _ORDER.index(after) < _ORDER.index(before):
        plan.gained += 1
    else:
        plan.lost += 1
    return {
        "run_id": plan.run_id,
        "firm_id": row["firm_id"],
        "before": before,
        "after": after,
        "by_rules": old[2] != row["digest"],
    }


def _write(session: Session, written: list[dict[str, Any]]) -> None:
    statement = insert_for(session, Screening)
    keys = ("firm_id", "track", "filing_year")
    update = {name: statement.excluded[name] for name in written[0] if name not in keys}
    statement = statement.on_conflict_do_update(index_elements=list(keys), set_=update)
    session.connection().execute(statement, written)


def _write_changes(session: Session, changes: list[dict[str, Any]]) -> None:
    """A run that is taken up again keeps what the firm was at first."""
    statement = insert_for(session, ScreeningChange)
    statement = statement.on_conflict_do_update(
        index_elements=["run_id", "firm_id"],
        set_={"after": statement.excluded.after, "by_rules": statement.excluded.by_rules},
    )
    session.connection().execute(statement, changes)


def end(session: Session, plan: Plan) -> Screened:
    """Take away who is no more to be looked at, and close the run."""
    gone = sorted(set(plan.before) - set(plan.ids))
    for start in range(0, len(gone), PORTION):
        session.execute(
            delete(Screening).where(
                among(session, Screening.firm_id, gone[start : start + PORTION]),
                Screening.track == plan.filing.track,
                Screening.filing_year == plan.filing.year,
            )
        )
    run_row = session.get_one(ScreeningRun, plan.run_id)
    run_row.firms = len(plan.ids)
    run_row.assessed += plan.assessed
    run_row.gained += plan.gained
    run_row.lost += plan.lost
    run_row.finished_at = clock.now()
    long_work.finish(session, key_of(plan.filing.track, plan.filing.year))
    session.flush()
    return Screened(run_row.id, run_row.firms, run_row.assessed, run_row.gained, run_row.lost)


def _refuse_second(session: Session, track: str, year: int) -> None:
    seen = session.scalar(select(Progress.updated_at).where(Progress.key == key_of(track, year)))
    if seen is not None and seen > clock.now() - SILENT:
        raise Conflict(N_("A screening of this track and year is going on already."))


def _tell(session: Session, actor: Actor, track: str, year: int) -> None:
    values = {
        "label": f"{track} {year}",
        "phase": long_work.ASSESSING,
        "done": 0,
        "total": 0,
        "by_id": actor.user_id,
        "updated_at": clock.now(),
    }
    statement = insert_for(session, Progress).values(key=key_of(track, year), **values)
    session.execute(statement.on_conflict_do_update(index_elements=["key"], set_=values))


def _unfinished(session: Session, track: str, year: int) -> ScreeningRun | None:
    """The last run, where it was broken off."""
    last = session.scalar(
        select(func.max(ScreeningRun.id)).where(ScreeningRun.track == track, ScreeningRun.filing_year == year)
    )
    found = session.get(ScreeningRun, last) if last is not None else None
    return found if found is not None and found.finished_at is None else None
