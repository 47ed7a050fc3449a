"""Certificates over HTTP."""

from datetime import date

from cultivate import clock
from tests.api_client import Program
from tests.fixtures import World


def test_the_list_agrees_with_the_funnel(bureau: Program, world: World) -> None:
    lapsed = world.at_stage("certify", on=date(2020, 12, 1))
    ending = world.at_stage("certify", on=date(2023, 12, 8))
    running = world.at_stage("certify", on=date(2025, 12, 1))
    for_ever = world.at_stage("certify", track="ptsme", on=date(2021, 5, 6))
    world.session.commit()

    def candidacies(query: str) -> set[int]:
        page = bureau.get(f"/certificates?{query}")
        assert page["total"] == len(page["items"])
        return {row["candidacy_id"] for row in page["items"]}

    day = "as_of=2026-11-23"
    assert candidacies(f"track=hnte&status=in_force&{day}") == {ending, running}
    assert candidacies(f"track=hnte&status=valid&{day}") == {ending, running}
    assert candidacies(f"status=ending&{day}") == {ending}
    assert candidacies(f"status=expired&{day}") == {lapsed}
    assert candidacies("track=hnte&status=in_force&as_of=2023-12-01") == {lapsed}
    assert candidacies(f"track=ptsme&{day}") == {for_ever}
    assert bureau.get(f"/funnel?track=hnte&{day}")["in_force"] == 2
    statuses = {row["candidacy_id"]: row["status"] for row in bureau.get(f"/certificates?{day}")["items"]}
    assert statuses == {lapsed: "expired", ending: "in_force", running: "in_force", for_ever: "in_force"}


def test_pages(bureau: Program, world: World) -> None:
    for _ in range(5):
        world.at_stage("certify", on=date(2025, 12, 1))
    world.session.commit()
    whole = bureau.get("/certificates")["items"]
    found, cursor = [], ""
    while True:
        page = bureau.get(f"/certificates?limit=2&cursor={cursor}")
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    assert found == whole
    assert bureau.get("/certificates?limit=3&cursor=djE6Mg", status=422)["error"]["field"] == "cursor"


def test_revoke(bureau: Program, world: World) -> None:
    candidacy = world.at_stage("certify", on=date(2025, 12, 1))
    world.session.commit()
    (row,) = bureau.get("/certificates")["items"]
    path = f"/certificates/{row['id']}/revoke"
    assert bureau.post(path, {"on": "2026-05-01"}, status=422)["error"]["field"] == "reason"
    assert bureau.post(path, {"on": "2999-01-01", "reason": "撤"}, status=422)["error"]["field"] == "on"
    revoked = bureau.post(path, {"on": "2026-05-01", "reason": "复核不合格"}, status=200)
    assert revoked["certificate"]["status"] == "revoked"
    assert revoked["certificate"]["revoked_on"] == "2026-05-01"
    assert revoked["certificate"]["version"] > row["version"]
    assert (revoked["move"]["to"], revoked["move"]["candidacy"]["stage"]) == ("revoked", "revoked")
    assert bureau.get(f"/candidacies/{candidacy}")["stage"] == "revoked"
    assert (
        bureau.post(path, {"on": "2026-05-01", "reason": "再"}, status=422)["error"]["code"] == "not-in-force"
    )
    bureau.post("/certificates/999/revoke", {"reason": "撤"}, status=404)


def test_one_with_its_reports_is_corrected_and_noted(bureau: Program, world: World) -> None:
    with clock.standing_at(clock.at(date(2024, 12, 6))):
        world.at_stage("certify", on=date(2024, 12, 6))
        world.session.commit()
    with clock.standing_at(clock.at(date(2026, 6, 1))):
        (row,) = bureau.get("/certificates")["items"]
        path = f"/certificates/{row['id']}"
        shown = bureau.get(path)
        assert (shown["number_warning"], shown["renews_id"], shown["at_risk"]) == (None, None, True)
        assert [
            (each["year"], each["state"], each["noted"], each["version"]) for each in shown["reports"]
        ] == [
            (2024, "missed", False, 0),
            (2025, "missed", False, 0),
        ]
        said = {"year": 2025, "filed_on": "2026-05-30", "version": 0}
        assert bureau.post(f"{path}/reports", {**said, "year": 2019}, status=422)["error"]["field"] == "year"
        noted = bureau.post(f"{path}/reports", said, status=200)
        assert noted["at_risk"] is False
        assert noted["reports"][1]["state"] == "filed"
        lost = bureau.post(f"{path}/reports", {**said, "state": "missed"}, status=409)
        assert lost["error"]["code"] == "conflict"
        right = {"number": "GR202444000009", "reason": "录错", "version": shown["version"]}
        assert bureau("PATCH", path, {**right, "reason": ""}).status_code == 422
        corrected = bureau("PATCH", path, right).json
        assert corrected["number"] == "GR202444000009"
        assert corrected["number_warning"]
        late = bureau("PATCH", path, {**right, "number": "GR202433000001"})
        assert (late.status_code, late.json["current"]["number"]) == (409, "GR202444000009")
