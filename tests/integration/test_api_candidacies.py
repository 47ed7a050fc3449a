"""Candidacies, moves and services over HTTP."""

from datetime import date, timedelta

from cultivate import clock
from tests.api_client import Program
from tests.fixtures import MISHIXIANG, World

DAY = date(2026, 3, 2)


def test_the_whole_way(bureau: Program, world: World) -> None:
    firm = world.firm()
    world.session.commit()
    opened = bureau("POST", f"/firms/{firm}/candidacies", {"track": "hnte", "effective_on": "2026-03-02"})
    candidacy = opened.json
    path = f"/candidacies/{candidacy['id']}"
    assert (opened.status_code, opened.headers["Location"]) == (201, f"/api/v1{path}")
    assert bureau.get(path) == candidacy
    assert candidacy["firm_id"] == firm
    assert (candidacy["stage"], candidacy["stage_since"], candidacy["in_charge"]) == (
        "discover",
        "2026-03-02",
        "测试bureau",
    )
    served = bureau.post(
        f"{path}/moves", {"to": "serve", "effective_on": "2026-03-03", "version": candidacy["version"]}
    )
    assert {
        key: served[key] for key in ("candidacy_id", "from", "to", "effective_on", "actor", "source")
    } == {
        "candidacy_id": candidacy["id"],
        "from": "discover",
        "to": "serve",
        "effective_on": "2026-03-03",
        "actor": "测试bureau",
        "source": "api",
    }
    assert (served["reverses"], served["reversed_by"], served["reason"]) == (None, None, None)
    assert served["candidacy"] == bureau.get(path)
    assert served["candidacy"]["version"] > candidacy["version"]
    assert bureau.get(f"/moves/{served['id']}") == served

    refused = bureau.post(f"{path}/moves", {"to": "recommend"}, status=422)["error"]
    assert (refused["code"], refused["field"]) == ("no-service-record", "services")
    assert [reason["code"] for reason in refused["reasons"]] == ["no-service-record"]
    service = {"kind": "visit", "on": "2026-03-04", "note": "上门", "follow_up_on": "2026-04-01"}
    recorded = bureau("POST", f"{path}/services", service)
    assert recorded.status_code == 201
    assert {key: recorded.json[key] for key in service} == service
    assert bureau.get(f"{path}/services")["items"] == [recorded.json]

    bureau.post(f"{path}/moves", {"to": "recommend", "effective_on": "2026-06-30"})
    missing = bureau.post(f"{path}/moves", {"to": "certify"}, status=422)["error"]
    assert missing["field"] == "certificate"
    certificate = {"number": "GR202633000001", "issued_on": "2026-11-20"}
    certified = bureau.post(f"{path}/moves", {"to": "certify", "certificate": certificate})
    assert (certified["effective_on"], certified["candidacy"]["stage"]) == ("2026-11-20", "certify")

    history = bureau.get(f"{path}/moves")
    assert [move["to"] for move in history["items"]] == ["discover", "serve", "recommend", "certify"]
    assert (history["total"], history["next"]) == (4, None)
    part = bureau.get(f"{path}/moves?limit=3")
    rest = bureau.get(f"{path}/moves?limit=3&cursor={part['next']}")
    assert part["items"] + rest["items"] == history["items"]


def test_back_with_the_year_of_the_next_try(bureau: Program, world: World) -> None:
    said, unsaid = world.at_stage("recommend", on=DAY), world.at_stage("recommend", on=DAY)
    world.session.commit()
    back = {"to": "serve", "effective_on": "2026-10-01", "reason": "未通过"}
    assert (
        bureau.post(f"/candidacies/{said}/moves", back | {"retry_year": 2028})["candidacy"]["retry_year"]
        == 2028
    )
    assert bureau.post(f"/candidacies/{unsaid}/moves", back)["candidacy"]["retry_year"] == 2027
    no_reason = bureau.post(f"/candidacies/{said}/moves", {"to": "withdrawn"}, status=422)["error"]
    assert no_reason["field"] == "reason"


def test_an_override_is_the_bureaus(bureau: Program, caseworker: Program, world: World) -> None:
    candidacy = world.at_stage("serve", on=DAY)
    world.session.commit()
    body = {"to": "recommend", "override_reason": "专班会议决定"}
    assert (
        caseworker.post(f"/candidacies/{candidacy}/moves", body, status=403)["error"]["code"]
        == "propose-instead"
    )
    assert bureau.post(f"/candidacies/{candidacy}/moves", body)["override_reason"] == "专班会议决定"


def test_a_caseworker_goes_on_within_their_days(caseworker: Program, world: World) -> None:
    candidacy = world.candidacy(world.firm(), on=DAY)
    world.session.commit()
    path = f"/candidacies/{candidacy}/moves"
    early = (clock.today() - timedelta(days=91)).isoformat()
    error = caseworker.post(path, {"to": "serve", "effective_on": early}, status=422)["error"]
    assert (error["field"], error["code"]) == ("effective_on", "backdated-too-far")
    assert caseworker.post(path, {"to": "serve"})["effective_on"] == clock.today().isoformat()


def test_a_stale_version_is_told_what_stands(bureau: Program, world: World) -> None:
    candidacy = world.candidacy(world.firm(), on=DAY)
    world.session.commit()
    path = f"/candidacies/{candidacy}"
    version = bureau.get(path)["version"]
    bureau.post(f"{path}/moves", {"to": "serve", "version": version})
    lost = bureau.post(f"{path}/moves", {"to": "withdrawn", "reason": "撤", "version": version}, status=409)
    assert lost["current"] == bureau.get(path)


def test_what_cannot_be_moved(bureau: Program, world: World) -> None:
    candidacy = world.at_stage("serve", on=DAY)
    world.session.commit()
    path = f"/candidacies/{candidacy}/moves"
    for body, field in [
        ({}, "to"),
        ({"to": "nowhere"}, "to"),
        ({"to": "expired"}, "to"),
        ({"to": "discover"}, "to"),
        ({"to": "serve"}, "to"),
        ({"to": "certify", "certificate": {"number": "GR1"}}, "certificate.issued_on"),
        ({"to": "withdrawn", "reason": "撤", "effective_on": "2999-01-01"}, "effective_on"),
        ({"to": "withdrawn", "reason": "撤", "effective_on": "2026-01-01"}, "effective_on"),
    ]:
        assert bureau.post(path, body, status=422)["error"]["field"] == field, body
    assert bureau.get(path)["total"] == 2


def test_a_second_candidacy_is_refused(bureau: Program, world: World) -> None:
    firm = world.firm()
    world.candidacy(firm, on=DAY)
    world.session.commit()
    path = f"/firms/{firm}/candidacies"
    assert bureau.post(path, {"track": "hnte"}, status=422)["error"]["code"] == "candidacy-open"
    assert bureau.post(path, {"track": "none"}, status=422)["error"]["field"] == "track"
    assert bureau.post(path, {"track": "ptsme"})["stage"] == "discover"


def test_take_a_move_back(bureau: Program, caseworker: Program, world: World) -> None:
    candidacy = world.at_stage("serve", on=DAY)
    world.session.commit()
    first, last = bureau.get(f"/candidacies/{candidacy}/moves")["items"]
    assert bureau.post(f"/moves/{last['id']}/reverse", status=422)["error"]["field"] == "reason"
    assert (
        bureau.post(f"/moves/{first['id']}/reverse", {"reason": "误"}, status=422)["error"]["code"]
        == "not-reversible"
    )
    caseworker.post(f"/moves/{last['id']}/reverse", {"reason": "误"}, status=403)
    counter = bureau.post(f"/moves/{last['id']}/reverse", {"reason": "误点"})
    assert (counter["reverses"], counter["kind"], counter["effective_on"]) == (
        last["id"],
        "reversal",
        "2026-03-02",
    )
    assert counter["candidacy"]["stage"] == "discover"
    assert bureau.get(f"/moves/{last['id']}")["reversed_by"] == counter["id"]
    bureau.post("/moves/999999/reverse", {"reason": "误"}, status=404)


def test_services_that_cannot_be(bureau: Program, world: World) -> None:
    candidacy = world.at_stage("serve", on=DAY)
    world.session.commit()
    path = f"/candidacies/{candidacy}/services"
    for body, field in [
        ({}, "kind"),
        ({"kind": "party"}, "kind"),
        ({"kind": "visit", "on": "2999-01-01"}, "on"),
        ({"kind": "visit", "on": "2026-03-03", "follow_up_on": "2026-03-02"}, "follow_up_on"),
    ]:
        assert bureau.post(path, body, status=422)["error"]["field"] == field
    bureau.post(path, {"kind": "visit"})
    assert [row["on"] for row in bureau.get(path)["items"]] == [clock.today().isoformat()]


def test_a_track_and_its_firm_agree(bureau: Program, world: World) -> None:
    candidacy = world.at_stage("serve", on=DAY)
    world.session.commit()
    alone = bureau.get(f"/candidacies/{candidacy}")
    firm = bureau.get(f"/firms/{alone['firm_id']}")
    assert firm["street"] == MISHIXIANG
    assert firm["candidacies"] == [{key: alone[key] for key in firm["candidacies"][0]}]
