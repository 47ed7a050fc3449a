"""The same key acts once."""

import threading

import pytest
from flask import Flask
from sqlalchemy import func, select

from cultivate.models import Firm, IdempotencyKey, StageMove
from tests.api_client import Program, Programs
from tests.fixtures import MISHIXIANG, World


@pytest.fixture
def path(world: World) -> str:
    candidacy = world.candidacy(world.firm())
    world.session.commit()
    return f"/candidacies/{candidacy}/moves"


def rows(world: World, model: type) -> int:
    """How many there are; the session lets go of SQLite's write lock again."""
    found = world.session.scalar(select(func.count()).select_from(model)) or 0
    world.session.rollback()
    return found


def moves(world: World) -> int:
    return rows(world, StageMove)


def test_the_same_key_moves_once_and_answers_again(bureau: Program, path: str, world: World) -> None:
    first = bureau("POST", path, {"to": "serve"}, Idempotency_Key="k")
    again = bureau("POST", path, {"to": "serve"}, Idempotency_Key="k")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json == again.json
    assert first.headers["Location"] == again.headers["Location"]
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert moves(world) == 2


def test_the_order_of_names_makes_no_other_request(bureau: Program, path: str) -> None:
    bureau.post(path, {"to": "serve", "reason": "甲"}, idempotency_key="k")
    bureau.post(path, {"reason": "甲", "to": "serve"}, idempotency_key="k")


def test_the_same_key_with_another_request_is_refused(bureau: Program, path: str, world: World) -> None:
    bureau.post(path, {"to": "serve"}, idempotency_key="k")
    for address, body in [(path, {"to": "withdrawn", "reason": "撤"}), ("/firms", {"name": "甲"})]:
        error = bureau.post(address, body, status=422, idempotency_key="k")["error"]
        assert (error["code"], error["field"]) == ("idempotency-key-reused", "Idempotency-Key")
    assert moves(world) == 2


def test_a_refusal_frees_the_key(bureau: Program, path: str, world: World) -> None:
    bureau.post(path, {"to": "recommend"}, status=422, idempotency_key="k")
    assert rows(world, IdempotencyKey) == 0
    bureau.post(path, {"to": "serve"}, idempotency_key="k")


def test_keys_are_a_persons_own(bureau: Program, caseworker: Program, path: str, world: World) -> None:
    bureau.post(path, {"to": "serve"}, idempotency_key="k")
    error = caseworker.post(path, {"to": "serve"}, status=422, idempotency_key="k")["error"]
    assert error["code"] == "already-there"
    assert moves(world) == 2


@pytest.mark.parametrize("key", [" ", "k" * 129])
def test_keys_that_are_none(bureau: Program, path: str, key: str) -> None:
    error = bureau.post(path, {"to": "serve"}, status=422, idempotency_key=key)["error"]
    assert error["field"] == "Idempotency-Key"


def test_every_post_takes_a_key(bureau: Program, world: World) -> None:
    body = {"name": "杭州甲科技有限公司", "street": MISHIXIANG}
    made = [bureau.post("/firms", body, idempotency_key="k")["id"] for _ in range(2)]
    assert made[0] == made[1]
    assert rows(world, Firm) == 1


def test_two_at_once_act_once(
    app: Flask, bureau: Program, program_as: Programs, path: str, world: World
) -> None:
    answers = []
    barrier = threading.Barrier(2)

    def send() -> None:
        program = Program(app.test_client(), bureau.token)
        barrier.wait()
        answers.append(program("POST", path, {"to": "serve"}, Idempotency_Key="k"))

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json == answers[1].json
    assert moves(world) == 2
    replayed = ["Idempotent-Replayed" in answer.headers for answer in answers]
    assert sorted(replayed) == [False, True]
