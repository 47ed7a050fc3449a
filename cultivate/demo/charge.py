"""Who was in charge when: who opened each candidacy, a hand-over lately, and what nobody looks after any more."""

from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import update

from cultivate import clock
from cultivate.demo.calendar import workday
from cultivate.demo.desk import Desk
from cultivate.demo.people import LEFT_BEHIND, LEFT_TO, NAMED_CASEWORKER
from cultivate.demo.world import DemoCandidacy
from cultivate.domain.stages import Stage
from cultivate.models import Assignment, Candidacy, Handover

_REASON = "调离岗位，所负责企业移交"
#: so many were handed over, the last of them not looked at yet
_HANDED, _UNSEEN = 12, 5
#: so many are still with somebody who has left, and with nobody
_ADRIFT, _NOBODYS = 6, 4


def write_charge(desk: Desk) -> None:
    """The history of all candidacies, once they stand where they stand."""
    before, caseworker, gone = (desk.staff.named(name) for name in (LEFT_TO, NAMED_CASEWORKER, LEFT_BEHIND))
    ways = sorted((one for one in desk.world.candidacies if one.open), key=lambda one: one.id)

    def at(unit: str) -> list[DemoCandidacy]:
        return [one for one in ways if one.firm.spot(desk.today)[0] == unit]

    handed = [one for one in at(desk.staff.unit_of(LEFT_TO)) if _holder(desk, one) == caseworker][-_HANDED:]
    adrift = at(desk.staff.unit_of(LEFT_BEHIND))[-_ADRIFT:]
    busy = {one.id for one in (*handed, *adrift)}
    nobodys = [one for one in ways if one.stage == Stage.DISCOVER and one.id not in busy][-_NOBODYS:]
    first = {one.id: before for one in handed} | {one.id: gone for one in adrift}
    none = {one.id for one in nobodys}
    _openings(desk, lambda one: None if one.id in none else first.get(one.id, _holder(desk, one)))
    _hold(desk, adrift, gone)
    _hold(desk, nobodys, None)
    if handed:
        _hand_over(desk, handed, before, caseworker)


def _holder(desk: Desk, one: DemoCandidacy) -> int:
    return desk.caseworker(one, desk.today)


def _openings(desk: Desk, holder: Callable[[DemoCandidacy], int | None]) -> None:
    rows: list[dict[str, Any]] = []
    for one in desk.world.candidacies:
        to, opened = holder(one), one.steps[0]
        if to is not None:
            at = opened.known_at
            rows.append(
                {"candidacy_id": one.id, "to_id": to, "by_id": desk.actor(opened), "at": at, "seen_at": at}
                | {"from_id": None, "reason": ""}
            )
    desk.write(Assignment, sorted(rows, key=lambda row: (row["at"], row["candidacy_id"])))


def _hold(desk: Desk, ways: Sequence[DemoCandidacy], holder: int | None) -> None:
    ids = [one.id for one in ways]
    desk.session.execute(update(Candidacy).where(Candidacy.id.in_(ids)).values(in_charge_id=holder))


def _hand_over(desk: Desk, ways: Sequence[DemoCandidacy], giver: int, taker: int) -> None:
    day = workday(desk.today - timedelta(days=4))
    at = clock.at(min(day, desk.today - timedelta(days=1)), time(15, 20))
    row = {"from_id": giver, "by_id": desk.staff.bureau(0), "at": at, "reason": _REASON}
    (handover,) = desk.insert(Handover, [row])

    def seen(number: int) -> datetime | None:
        return at + timedelta(hours=2) if number < len(ways) - _UNSEEN else None

    desk.write(
        Assignment,
        [
            {
                "candidacy_id": one.id,
                "from_id": giver,
                "to_id": taker,
                "by_id": row["by_id"],
                "at": at,
                "reason": _REASON,
                "handover_id": handover,
                "seen_at": seen(number),
            }
            for number, one in enumerate(ways)
        ],
    )
