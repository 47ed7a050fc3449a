"""Funnel and progress over HTTP."""

from datetime import date

from cultivate import clock
from tests.api_client import Program
from tests.fixtures import HUSHU, MISHIXIANG, World


def test_funnel_as_the_command(bureau: Program, caseworker: Program, world: World) -> None:
    world.at_stage("certify", on=date(2025, 12, 1))
    world.at_stage("serve", world.firm(street=HUSHU), on=date(2026, 3, 2))
    world.session.commit()
    whole = bureau.get("/funnel?track=hnte&by=unit")
    assert list(whole["stages"]) == ["discover", "serve", "recommend", "certify"]
    assert whole["stages"] == {"discover": 0, "serve": 1, "recommend": 0, "certify": 1}
    assert set(whole["exits"]) == {"withdrawn", "moved_out", "closed", "expired", "revoked", "superseded"}
    assert (whole["in_force"], whole["as_of"]) == (1, clock.today().isoformat())
    by = {line["code"]: line["stages"] for line in whole["by"]}
    assert (by[MISHIXIANG]["certify"], by[HUSHU]["serve"]) == (1, 1)
    assert bureau.get("/funnel?track=hnte&as_of=2026-01-01")["stages"]["serve"] == 0
    for moment in ("2025-01-01T00:00:00%2B08:00", "2025-01-01T00:00:00+08:00", "2025-01-01T00:00:00"):
        then = bureau.get(f"/funnel?track=hnte&known_at={moment}")
        assert (then["in_force"], then["known_at"]) == (0, "2025-01-01T00:00:00+08:00")
    own = caseworker.get("/funnel?track=hnte&by=unit")
    assert own["stages"]["serve"] == 0
    assert HUSHU not in {line["code"] for line in own["by"]}


def test_progress_as_the_command(bureau: Program, world: World) -> None:
    world.at_stage("certify", on=date(2025, 12, 1))
    world.session.commit()
    answer = bureau.get("/progress?as_of=2025-12-31")
    assert answer["as_of"] == "2025-12-31"
    tracks = {row["track"]: row for row in answer["tracks"]}
    assert set(tracks["hnte"]) == {
        "track",
        "baseline",
        "target",
        "target_on",
        "in_force",
        "pace",
        "gap",
        "newly_certified_this_year",
        "forecast",
    }
    assert (tracks["hnte"]["target"], tracks["hnte"]["in_force"], tracks["hnte"]["gap"]) == (1000, 1, -999)
    assert set(tracks["hnte"]["forecast"]) == {"on", "low", "mid", "high"}


def test_what_cannot_be_counted(bureau: Program) -> None:
    for path, field in [
        ("/funnel", "track"),
        ("/funnel?track=none", "track"),
        ("/funnel?track=hnte&by=person", "by"),
        ("/funnel?track=hnte&as_of=yesterday", "as_of"),
        ("/funnel?track=hnte&known_at=now", "known_at"),
        ("/progress?as_of=0001-01-01", "as_of"),
        ("/progress?asof=2025-01-01", "asof"),
    ]:
        assert bureau.get(path, status=422)["error"]["field"] == field
    for day in ("1900-01-01", "2199-12-31"):
        bureau.get(f"/funnel?track=hnte&as_of={day}")
        bureau.get(f"/progress?as_of={day}")
