"""Certifying a whole list at once does what certifying its firms one by one does."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from cultivate.models import Candidacy, Certificate, StageMove
from cultivate.services import certificates
from cultivate.services.certify_many import Listed, certify_many
from cultivate.services.verification import verify
from tests.fixtures import World
from tests.integration.test_ledger_properties import Play, days, once_a_firm, steps, tracks


def one_by_one(world: World, track: str, lines: list[Listed]) -> int:
    return sum(
        certificates.certify_by_list(
            world.session, world.bureau, line.firm_id, track, line.number, line.issued_on, evidence="a.pdf"
        )
        for line in lines
    )


def at_once(world: World, track: str, lines: list[Listed]) -> int:
    return certify_many(world.session, world.bureau, track, lines, evidence="a.pdf")


def books(session: Session) -> list[Any]:
    """Everything that is booked, without ids and times, in an order of its own."""
    session.expire_all()
    ways = {each.id: each for each in session.scalars(select(Candidacy))}
    names = {key: (each.firm_id, each.track, each.cycle) for key, each in ways.items()}
    moves = {each.id: each for each in session.scalars(select(StageMove))}

    def told(move: StageMove) -> tuple[Any, ...]:
        columns = ("kind", "from_account", "to_account", "to_street_id", "to_park_id", "effective_on")
        more = ("reason", "evidence", "source", "actor_id")
        return (*names[move.candidacy_id], *(str(getattr(move, key)) for key in (*columns, *more)))

    standing = [
        (
            *names[key],
            *(each.stage, str(each.stage_since), each.street_id, each.park_id or 0),
            *(names.get(each.renews_id or 0), each.in_charge_id),
        )
        for key, each in ways.items()
    ]
    booked = [
        (*told(each), told(moves[each.caused_by_id]) if each.caused_by_id else ()) for each in moves.values()
    ]
    held = [
        (
            *names[each.candidacy_id],
            *(each.number, str(each.issued_on), str(each.counts_from), str(each.valid_through)),
            *(each.status, told(moves[each.move_id])),
        )
        for each in session.scalars(select(Certificate))
    ]
    return [sorted(part, key=str) for part in (standing, booked, held)]


def outcome(
    world: World, act: Callable[[World, str, list[Listed]], int], *what: Any
) -> tuple[int, list[Any]]:
    savepoint = world.session.begin_nested()
    try:
        booked = act(world, *what)
        assert verify(world.session) == []
        once_a_firm(world.session)
        return booked, books(world.session)
    finally:
        savepoint.rollback()


@pytest.mark.slow
@settings(
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    script=st.lists(steps, max_size=16),
    track=tracks,
    dated=st.lists(days, min_size=4, max_size=4),
    one_day=st.booleans(),
)
def test_as_one_by_one(
    app: Flask, world: World, script: list[tuple], track: str, dated: list, one_day: bool
) -> None:
    savepoint = world.session.begin_nested()
    try:
        play = Play(world)
        for step in script:
            play.carry_out(step)
        lines = [
            Listed(firm, f"GR2020{firm:08d}", dated[0] if one_day else day)
            for firm, day in zip(play.firms, dated, strict=True)
        ]
        assert outcome(world, at_once, track, lines) == outcome(world, one_by_one, track, lines)
        at_once(world, track, lines)
        before = books(world.session)
        assert at_once(world, track, lines) == 0
        assert books(world.session) == before
    finally:
        savepoint.rollback()


def test_the_number_of_questions_does_not_grow_with_the_list(session: Session, world: World) -> None:
    def questions(lines: list[Listed]) -> int:
        count = 0

        def counted(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            nonlocal count
            count += statement.startswith("SELECT")

        event.listen(session.get_bind(), "before_cursor_execute", counted)
        try:
            assert certify_many(session, world.bureau, "hnte", lines) == len(lines)
        finally:
            event.remove(session.get_bind(), "before_cursor_execute", counted)
        return count

    day = date(2024, 12, 6)
    few = questions([Listed(world.firm(), f"GR{n}", day) for n in range(3)])
    many = questions([Listed(world.firm(), f"GR1{n}", day) for n in range(60)])
    assert many == few
