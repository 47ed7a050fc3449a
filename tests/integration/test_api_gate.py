"""Who gets in, and how a refusal looks."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cultivate.api.throttle import Throttle
from cultivate.models import ApiToken, Certificate, StageMove
from tests.api_client import Program, Programs
from tests.fixtures import HUSHU, World


def test_without_a_token_nobody_gets_in(program_as: Programs) -> None:
    nobody = program_as(None)
    for method, path in [
        ("GET", "/firms"),
        ("POST", "/firms"),
        ("GET", "/openapi.json"),
        ("GET", "/firms/1"),
    ]:
        answer = nobody(method, path, {} if method == "POST" else None)
        assert answer.status_code == 401
        assert answer.json["error"]["code"] == "unauthenticated"
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer wrong", "Basic dTpw", "token-of-bureau", "Bearer 米"]
)
def test_a_wrong_header_is_nobody(bureau: Program, header: str) -> None:
    assert bureau("GET", "/firms", Authorization=header).status_code == 401


def test_a_revoked_token_is_nobody(bureau: Program, world: World) -> None:
    from cultivate import clock

    assert bureau("GET", "/firms").status_code == 200
    world.session.query(ApiToken).update({"revoked_at": clock.now()})
    world.session.commit()
    assert bureau("GET", "/firms").status_code == 401


def test_a_closed_account_is_nobody(bureau: Program, world: World) -> None:
    world.users["bureau"].active = False
    world.session.commit()
    assert bureau("GET", "/firms").status_code == 401


def test_a_session_reads_and_writes_with_the_pages_token(
    client_as: Callable[[str | None], FlaskClient], app: Flask
) -> None:
    client = client_as("bureau")
    assert client.get("/api/v1/firms").status_code == 200
    refused = client.post("/api/v1/firms", json={"name": "杭州甲"})
    assert (refused.status_code, refused.json["error"]["code"]) == (400, "csrf")
    assert client.post("/api/v1/firms", json={}, headers={"X-CSRFToken": "wrong"}).status_code == 400
    from itsdangerous import URLSafeTimedSerializer

    with client.session_transaction() as cookie:
        cookie["csrf_token"] = "raw"
    token = URLSafeTimedSerializer("test", salt="wtf-csrf-token").dumps("raw")
    accepted = client.post("/api/v1/firms", json={}, headers={"X-CSRFToken": token})
    assert (accepted.status_code, accepted.json["error"]["field"]) == (422, "name")


def test_a_token_counts_even_beside_a_session(client_as: Callable[[str | None], FlaskClient]) -> None:
    answer = client_as("bureau").get("/api/v1/firms", headers={"Authorization": "Bearer wrong"})
    assert answer.status_code == 401


def test_the_role_decides_before_the_body_is_read(leader: Program, caseworker: Program, world: World) -> None:
    firm = world.firm()
    world.session.commit()
    assert leader.post("/firms", status=403)["error"]["code"] == "forbidden"
    caseworker.post(f"/firms/{firm}/transfer", {"street": HUSHU, "reason": "迁"}, status=403)
    caseworker.post("/certificates/1/revoke", {"reason": "撤"}, status=403)


def test_another_streets_records_are_not_there(caseworker: Program, world: World) -> None:
    firm = world.firm(street=HUSHU)
    candidacy = world.at_stage("certify", firm)
    move = world.session.query(StageMove.id).filter_by(candidacy_id=candidacy).first()[0]
    world.session.commit()
    asked = [
        ("GET", f"/firms/{firm}", None),
        ("PATCH", f"/firms/{firm}", {"version": 1, "note": "x"}),
        ("POST", f"/firms/{firm}/candidacies", {"track": "ptsme"}),
        ("GET", f"/candidacies/{candidacy}", None),
        ("GET", f"/candidacies/{candidacy}/moves", None),
        ("POST", f"/candidacies/{candidacy}/moves", {"to": "serve"}),
        ("GET", f"/candidacies/{candidacy}/services", None),
        ("POST", f"/candidacies/{candidacy}/services", {"kind": "visit"}),
        ("GET", f"/moves/{move}", None),
        ("POST", f"/moves/{move}/reverse", {"reason": "误"}),
        ("GET", f"/firms?unit={HUSHU}", None),
        ("GET", f"/certificates?unit={HUSHU}", None),
    ]
    for method, path, body in asked:
        answer = caseworker(method, path, body)
        assert (answer.status_code, answer.json["error"]["code"]) == (404, "not-found"), (method, path)
    assert world.session.query(Certificate).count() == 1
    assert caseworker.get("/firms")["total"] == 0
    assert caseworker.get("/certificates")["total"] == 0
    assert caseworker.get("/funnel?track=hnte")["in_force"] == 0


def test_no_such_address_or_id(bureau: Program) -> None:
    for path in ("/nothing", "/firms/0", "/firms/999", f"/firms/{2**63 - 1}", f"/firms/{2**70}", "/firms/x"):
        assert bureau.get(path, status=404)["error"]["message"]
    answer = bureau("DELETE", "/firms")
    assert (answer.status_code, answer.json["error"]["code"]) == (405, "http-405")


def test_the_message_is_in_the_language_that_is_asked_for(bureau: Program, world: World) -> None:
    def message(**headers: str) -> str:
        return bureau("GET", "/firms?limit=0", **headers).json["error"]["message"]

    chinese = "此项须在 1 至 200 之间。"
    english = "This must lie between 1 and 200."
    assert message(Accept_Language="en") == english
    assert message() == message(Accept_Language="zh-CN,zh;q=0.9") == message(Accept_Language="fr") == chinese
    world.users["bureau"].locale = "en"
    world.session.commit()
    assert message() == english
    assert message(Accept_Language="zh-CN") == chinese


def test_too_many_requests_wait(app: Flask, bureau: Program, leader: Program) -> None:
    app.extensions["api_requests"] = Throttle(burst=2, a_second=0.1)
    bureau.get("/firms")
    bureau.get("/firms")
    answer = bureau("GET", "/firms")
    assert (answer.status_code, answer.json["error"]["code"]) == (429, "too-many")
    assert 1 <= int(answer.headers["Retry-After"]) <= 10
    leader.get("/firms")


def test_who_guesses_tokens_waits(app: Flask, bureau: Program) -> None:
    app.extensions["api_guesses"] = Throttle(burst=2, a_second=0.1)
    statuses = [bureau("GET", "/firms", Authorization=f"Bearer {n}").status_code for n in range(3)]
    assert statuses == [401, 401, 429]
    bureau.get("/firms")


def test_a_bucket_fills_again_and_forgets() -> None:
    throttle = Throttle(burst=1, a_second=1000)
    throttle.take("a")
    import time

    time.sleep(0.005)
    throttle.take("a")
