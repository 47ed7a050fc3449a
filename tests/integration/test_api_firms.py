"""``/firms`` over HTTP."""

import threading
from datetime import date

from flask import Flask
from sqlalchemy import event, select

from cultivate.models import Firm
from tests.api_client import Program, Programs
from tests.fixtures import BANSHAN, HUSHU, MISHIXIANG, PARK, World, credit_code

BODY = {
    "name": "杭州云创科技有限公司",
    "uscc": credit_code(77),
    "street": MISHIXIANG,
    "park": PARK,
    "established_on": "2019-03-01",
    "registered_capital": 1000.5,
    "field": "电子信息",
    "contact_name": "王小明",
    "contact_phone": "13812345678",
    "staff": 50,
    "former_names": ["杭州云端科技有限公司"],
    "years": {"2024": {"sales": 3000, "rd": 180.25}},
}


def test_register_and_read_back(bureau: Program) -> None:
    answer = bureau("POST", "/firms", BODY | {"tracks": ["hnte"]})
    assert answer.status_code == 201
    made = answer.json
    assert answer.headers["Location"] == f"/api/v1/firms/{made['id']}"
    assert bureau("GET", answer.headers["Location"].removeprefix("/api/v1")).json == made
    assert {name: made[name] for name in BODY} == BODY
    assert made["version"] >= 1
    (candidacy,) = made["candidacies"]
    assert set(candidacy) >= {"id", "track", "cycle", "stage", "version"}
    assert (candidacy["track"], candidacy["cycle"], candidacy["stage"]) == ("hnte", 1, "discover")
    assert "云创".encode() in answer.data


def test_every_problem_of_a_firm_is_named(bureau: Program) -> None:
    error = bureau.post("/firms", {"name": " ", "uscc": "91330105FAKE00010O"}, status=422)["error"]
    assert {"name", "uscc", "street"} <= {reason["field"] for reason in error["reasons"]}
    assert error["field"] == error["reasons"][0]["field"]


def test_a_code_that_is_known_is_refused(bureau: Program, caseworker: Program, world: World) -> None:
    firm = world.firm(street=HUSHU, uscc=credit_code(77))
    world.session.commit()
    seen = bureau.post("/firms", BODY, status=422)["error"]
    assert (seen["code"], seen["field"], seen["firm_id"]) == ("firm-known", "uscc", firm)
    elsewhere = caseworker.post("/firms", BODY, status=422)["error"]
    assert "firm_id" not in elsewhere


def test_a_caseworker_registers_only_in_their_street(caseworker: Program) -> None:
    error = caseworker.post("/firms", BODY | {"street": HUSHU, "park": None}, status=422)["error"]
    assert error["field"] == "street"
    assert caseworker.post("/firms", BODY)["street"] == MISHIXIANG


def test_change_keeps_what_is_not_said(bureau: Program) -> None:
    made = bureau.post("/firms", BODY)
    changed = bureau(
        "PATCH", f"/firms/{made['id']}", {"version": made["version"], "staff": 51, "contact_name": None}
    ).json
    assert (changed["staff"], changed["contact_name"], changed["name"]) == (51, None, BODY["name"])
    assert changed["version"] > made["version"]
    renamed = bureau(
        "PATCH", f"/firms/{made['id']}", {"version": changed["version"], "name": "杭州新名有限公司"}
    )
    assert set(renamed.json["former_names"]) == {"杭州云端科技有限公司", BODY["name"]}


def test_a_stale_version_is_told_what_stands(bureau: Program) -> None:
    made = bureau.post("/firms", BODY)
    first = bureau("PATCH", f"/firms/{made['id']}", {"version": made["version"], "staff": 51})
    lost = bureau("PATCH", f"/firms/{made['id']}", {"version": made["version"], "staff": 52})
    assert (lost.status_code, lost.json["error"]["code"]) == (409, "conflict")
    assert lost.json["current"] == first.json


def test_two_changes_at_once(app: Flask, bureau: Program, program_as: Programs) -> None:
    made = bureau.post("/firms", BODY)
    programs = [bureau, Program(app.test_client(), bureau.token)]
    answers = []
    barrier = threading.Barrier(2)

    def change(program: Program, staff: int) -> None:
        barrier.wait()
        answers.append(program("PATCH", f"/firms/{made['id']}", {"version": made["version"], "staff": staff}))

    threads = [threading.Thread(target=change, args=(each, n)) for n, each in enumerate(programs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    won, lost = sorted(answers, key=lambda answer: answer.status_code)
    assert (won.status_code, lost.status_code) == (200, 409)
    assert lost.json["current"] == won.json


def test_a_change_needs_a_version(bureau: Program, world: World) -> None:
    firm = world.firm()
    world.session.commit()
    answer = bureau("PATCH", f"/firms/{firm}", {"staff": 1})
    assert (answer.status_code, answer.json["error"]["field"]) == (422, "version")


def test_the_list_is_paged_to_its_end(bureau: Program, world: World) -> None:
    made = [world.firm() for _ in range(7)]
    world.at_stage("serve", made[3])
    world.session.commit()
    found, path = [], "/firms?limit=3"
    while path:
        page = bureau.get(path)
        assert page["total"] == 7
        found += page["items"]
        path = f"/firms?limit=3&cursor={page['next']}" if page["next"] else ""
    assert [firm["id"] for firm in found] == made
    alone = bureau.get(f"/firms/{made[3]}")
    assert found[3] == {key: alone[key] for key in found[3]}
    assert found[3]["candidacies"][0]["stage"] == "serve"


def test_the_list_is_narrowed(bureau: Program, world: World) -> None:
    here = world.firm("杭州云创科技有限公司", park=PARK)
    there = world.firm(street=BANSHAN)
    world.at_stage("serve", there)
    world.session.commit()

    def ids(query: str) -> list[int]:
        page = bureau.get(f"/firms?{query}")
        assert page["total"] == len(page["items"])
        return [firm["id"] for firm in page["items"]]

    assert ids("q=云创") == ids("q=hzyc") == ids(f"unit={MISHIXIANG}") == ids(f"unit={PARK}") == [here]
    assert ids("track=hnte") == ids("stage=serve") == ids("track=hnte&stage=serve") == [there]
    assert ids("stage=discover") == ids("track=ptsme&stage=serve") == ids("q=100%25") == []
    assert ids("q=&unit=&track=&stage=&limit=&cursor=") == [here, there]
    bureau.get("/firms?unit=nowhere", status=404)


def test_the_number_of_queries_does_not_grow(app: Flask, bureau: Program, world: World) -> None:
    counted: list[str] = []
    event.listen(
        app.extensions["database"].engine, "before_cursor_execute", lambda *given: counted.append(given[2])
    )
    lengths = []
    for _ in range(2):
        for _ in range(5):
            world.at_stage("serve", world.firm())
        world.session.commit()
        counted.clear()
        bureau.get("/firms")
        lengths.append(len(counted))
    assert lengths[0] == lengths[1] <= 12


def test_contacts_are_masked_for_who_need_not_call(bureau: Program, leader: Program) -> None:
    made = bureau.post("/firms", BODY)
    seen = leader.get(f"/firms/{made['id']}")
    assert (seen["contact_name"], seen["contact_phone"]) == ("王**", "138****5678")


def test_transfer(bureau: Program, world: World) -> None:
    firm = world.firm(park=PARK)
    world.at_stage("serve", firm, on=date(2026, 3, 2))
    world.session.commit()
    where = {"street": HUSHU, "effective_on": "2026-11-02", "reason": "迁址"}
    moved = bureau.post(f"/firms/{firm}/transfer", where, status=200)
    assert (moved["street"], moved["park"]) == (HUSHU, None)
    candidacy = moved["candidacies"][0]["id"]
    last = bureau.get(f"/candidacies/{candidacy}/moves")["items"][-1]
    assert (last["kind"], last["from_street"], last["to_street"]) == ("transfer", MISHIXIANG, HUSHU)
    assert (last["from"], last["to"]) == ("serve", "serve")
    for body, field in [
        (where, "street"),
        ({"street": BANSHAN}, "reason"),
        ({"street": "nowhere", "reason": "迁"}, "street"),
        ({"street": BANSHAN, "reason": "迁", "effective_on": "2999-01-01"}, "effective_on"),
        ({"reason": "迁"}, "street"),
    ]:
        assert bureau.post(f"/firms/{firm}/transfer", body, status=422)["error"]["field"] == field
    assert world.session.scalar(select(Firm.street_id).where(Firm.id == firm)) == world.units[HUSHU].id
