"""Several people at once: each move is made once, the roll-up loses nothing, times of recording never tie."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

from flask import Flask
from sqlalchemy import select

from cultivate import clock
from cultivate.db import locks
from cultivate.errors import CultivateError
from cultivate.extensions import database
from cultivate.models import StageMove
from cultivate.queries import candidacies, ledger
from cultivate.services import stages, verification
from cultivate.services.stages import MoveRequest
from tests.fixtures import World

DAY = date(2025, 3, 3)


def move(app: Flask, world: World, candidacy_id: int, request: MoveRequest) -> str:
    """One person's move in a transaction of their own: ``moved`` or the code of the refusal."""
    with app.app_context():
        try:
            with database().unit_of_work() as session:
                stages.move(session, world.bureau, candidacy_id, request)
        except CultivateError as error:
            return error.problem
    return "moved"


def test_two_people_move_one_firm_and_one_of_them_learns_of_it(app: Flask, world: World) -> None:
    candidacy = world.candidacy(world.firm(), on=DAY)
    world.session.commit()
    seen = candidacies.get_candidacy(world.session, world.bureau.scope, candidacy).version
    world.session.commit()
    wishes = [
        MoveRequest("serve", DAY, version=seen),
        MoveRequest("withdrawn", DAY, "不做了", version=seen),
    ] * 3
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda wish: move(app, world, candidacy, wish), wishes))
    assert sorted(answers) == ["conflict"] * 5 + ["moved"]
    assert verification.verify(world.session) == []


def test_many_moves_at_once_add_up(app: Flask, world: World) -> None:
    waiting = [world.candidacy(world.firm(), on=DAY) for _ in range(24)]
    world.session.commit()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda each: move(app, world, each, MoveRequest("serve", DAY)), waiting))
    assert answers == ["moved"] * 24
    stock = ledger.balances(world.session, world.bureau.scope, "hnte", clock.today())[0]
    assert (stock.accounts["discover"], stock.accounts["serve"]) == (0, 24)
    times = world.session.scalars(
        select(StageMove.recorded_at).where(StageMove.to_account == "serve").order_by(StageMove.id)
    ).all()
    assert list(times) == sorted(set(times)), (
        "no two acts at one instant, none before the one that came first"
    )
    assert verification.verify(world.session) == []


def test_a_time_that_was_told_never_gains_a_move(app: Flask, world: World) -> None:
    """Readers ask "known at now" while writers write; asked again later, every answer is the same."""
    waiting = [world.candidacy(world.firm(), on=DAY) for _ in range(16)]
    world.session.commit()
    told: list[tuple[object, int]] = []

    def ask() -> None:
        with app.app_context(), database().unit_of_work() as session:
            locks.hold(session, locks.LEDGER)
            moment = clock.now()
            serving = ledger.balances(session, world.bureau.scope, "hnte", clock.today(), moment)[0].accounts[
                "serve"
            ]
            told.append((moment, serving))

    with ThreadPoolExecutor(4) as pool:
        for each in waiting:
            pool.submit(move, app, world, each, MoveRequest("serve", DAY))
            pool.submit(ask)
    for moment, serving in told:
        again = ledger.balances(world.session, world.bureau.scope, "hnte", clock.today(), moment)[0]  # type: ignore[arg-type]
        assert again.accounts["serve"] == serving
    assert len(told) == 16
