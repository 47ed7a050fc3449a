"""Several people at once: each move is made once, the roll-up loses nothing, times of recording never tie."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Event
from time import sleep
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from cultivate import clock
from cultivate.db import locks
from cultivate.errors import CultivateError
from cultivate.extensions import database
from cultivate.models import Certificate, Firm, StageMove
from cultivate.queries import candidacies, ledger
from cultivate.services import (
    certificate_edits,
    certificates,
    firms,
    imports,
    merges,
    proposals,
    stages,
    verification,
)
from cultivate.services.certificate_edits import Moved
from cultivate.services.firms import FirmData
from cultivate.services.imports import ImportOptions, near_names, touched
from cultivate.services.stages import MoveRequest
from tests.fixtures import HUSHU, World, credit_code
from tests.import_files import csv, take_in

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


def test_an_undo_and_an_edit_in_one_moment(app: Flask, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever edits while an import is taken back learns of it; the edit is not buried with the firm."""
    batch = take_in(world.session, world.bureau, csv(("甲公司", credit_code(9001), "米市巷", "12", "")))[
        "batch"
    ]
    world.session.commit()
    firm = firm_id(world)
    answers = in_the_moment_of(
        app,
        monkeypatch,
        (touched, "refuse"),
        lambda session: imports.undo(session, world.bureau, batch),
        lambda session: firms.update(session, world.bureau, firm, FirmData(staff=77)),
    )
    assert answers[0] == "done"
    assert answers[1] in {"not-found", "conflict"}


def test_a_commit_and_an_edit_in_one_moment(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the row was compared with is what it replaces; else undo would give a value back that was older."""
    take_in(world.session, world.bureau, csv(("甲公司", credit_code(9001), "米市巷", "12", "")))
    again = csv(("甲公司", credit_code(9001), "米市巷", "99", ""))
    batch = imports.preview(world.session, world.bureau, "firms", "名册.csv", again, ImportOptions())
    world.session.commit()
    firm = firm_id(world)
    answers = in_the_moment_of(
        app,
        monkeypatch,
        (near_names, "warn"),
        lambda session: imports.commit(session, world.bureau, batch),
        lambda session: firms.update(session, world.bureau, firm, FirmData(staff=77)),
    )
    staff = world.session.scalar(select(Firm.staff).where(Firm.id == firm))
    # one after the other on SQLite; side by side on PostgreSQL, where the edit comes first
    assert (answers, staff) in [(["done", "done"], 77), (["conflict", "done"], 77)]
    world.session.rollback()


def firm_id(world: World) -> int:
    found = world.session.scalar(select(Firm.id).where(Firm.uscc == credit_code(9001)))
    world.session.commit()
    assert found is not None
    return found


def in_the_moment_of(
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    place: tuple[Any, str],
    first: Callable[[Session], object],
    second: Callable[[Session], object],
) -> list[str]:
    """Run the second act when the first has passed that function, and wait for it as long as it can be let in."""
    passed, over = Event(), Event()
    function = getattr(*place)

    def stopping(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        passed.set()
        over.wait(2)
        return result

    monkeypatch.setattr(*place, stopping)

    def act(what: Callable[[Session], object]) -> str:
        if what is second:
            passed.wait(20)
        try:
            with app.app_context(), database().unit_of_work() as session:
                what(session)
        except CultivateError as error:
            return error.problem
        except StaleDataError:  # as the pages and the API answer it
            return "conflict"
        finally:
            if what is second:
                over.set()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(act, [first, second]))


def at_once(app: Flask, first: Callable[[Session], object], second: Callable[[Session], object]) -> list[str]:
    """Two acts, of which the second begins while the first holds the ledger; ``done`` or the refusal's code."""

    def run(act: Callable[[Session], object]) -> str:
        with app.app_context():
            try:
                with database().unit_of_work() as session:
                    act(session)
            except CultivateError as error:
                return error.problem
        return "done"

    with ThreadPoolExecutor(2) as pool:
        begun = Event()

        def leading(session: Session) -> None:
            locks.hold(session, locks.LEDGER)
            session.connection()  # SQLite's own lock is taken with the transaction
            begun.set()
            sleep(0.3)  # until the other waits for something
            first(session)

        one = pool.submit(run, leading)
        begun.wait(10)
        other = pool.submit(run, second)
        return [one.result(30), other.result(30)]


def certified(world: World, name: str | None = None) -> tuple[int, int]:
    """A firm with its certificate's id."""
    firm = world.firm(name)
    certificates.certify_by_list(world.session, world.bureau, firm, "hnte", f"GR{firm}", date(2025, 1, 1))
    return firm, world.session.scalars(select(Certificate.id).where(Certificate.firm_id == firm)).one()


def test_a_certificate_is_revoked_while_its_firm_moves_out(app: Flask, world: World) -> None:
    _, certificate = certified(world)
    world.session.commit()
    bureau, moved = world.bureau, Moved(date(2025, 6, 1), "", "迁出")
    world.session.commit()
    answers = at_once(
        app,
        lambda session: certificates.revoke(session, bureau, certificate, date(2025, 6, 1), "撤销"),
        lambda session: certificate_edits.move_out(session, bureau, certificate, moved, 1),
    )
    assert answers == ["done", "conflict"]
    assert verification.verify(world.session) == []


def test_a_proposal_is_accepted_while_its_firm_is_merged(app: Flask, world: World) -> None:
    kept, gone = world.firm(), world.firm()
    world.candidacy(kept, on=DAY)
    way = world.candidacy(gone, on=DAY)
    proposal = proposals.propose(world.session, world.caseworker, way, "withdrawn", "不做了")
    world.session.commit()
    bureau = world.bureau
    world.session.commit()
    answers = at_once(
        app,
        lambda session: merges.merge(session, bureau, kept, gone, {"uscc": "kept"}, "同一家"),
        lambda session: proposals.decide(session, bureau, proposal, accept=True),
    )
    assert answers == ["done", "done"]
    assert verification.verify(world.session) == []


def test_a_firm_is_opened_while_its_street_is_corrected(app: Flask, world: World) -> None:
    firm = world.firm()
    world.session.commit()
    bureau = world.bureau
    world.session.commit()
    answers = at_once(
        app,
        lambda session: stages.open_candidacy(session, bureau, firm, "hnte", DAY),
        lambda session: firms.update(session, bureau, firm, FirmData(street=HUSHU)),
    )
    assert answers == ["done", "use-transfer"]
    assert verification.verify(world.session) == []


def test_a_lapse_is_booked_once_by_two_jobs(app: Flask, world: World) -> None:
    firm = world.firm()
    certificates.certify_by_list(world.session, world.bureau, firm, "hnte", "GR1", date(2022, 1, 1))
    world.session.commit()
    bureau, today = world.bureau, clock.today()
    world.session.commit()
    counts: list[int] = []
    answers = at_once(
        app,
        lambda session: counts.append(certificates.post_lapses(session, bureau, today)),
        lambda session: counts.append(certificates.post_lapses(session, bureau, today)),
    )
    assert (answers, sorted(counts)) == (["done", "done"], [0, 1])
    assert verification.verify(world.session) == []
