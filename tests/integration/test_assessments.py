"""Assessments: kept with what they saw, formed again, compared; what they refuse; scenarios."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from flask.testing import FlaskClient

from cultivate import clock
from cultivate.errors import Forbidden, Invalid, NotFound, Refused
from cultivate.models import Assessment, Firm
from cultivate.queries import assessments as queries
from cultivate.queries import candidacies, readiness
from cultivate.queries.picked import Item
from cultivate.services import (
    assessments,
    bulk,
    firm_figures,
    policies,
    proposals,
    service_records,
    stages,
    stated_facts,
)
from cultivate.services.bulk import BulkAct
from cultivate.services.stages import MoveRequest
from tests.api_client import Program
from tests.fixtures import HUSHU, World
from tests.query_count import counting

ON = date(2026, 6, 30)
LOCAL = """
[local]
name = "gongshu-people"
base = "hnte-2016"
title_zh = "拱墅试行"
title_en = "Gongshu trial"
from = 2026-01-01

[[documents]]
id = "gs"
title_zh = "拱墅区科技局通知"
title_en = "Notice of the bureau"
certainty = "to be confirmed"

[[conditions]]
id = "rd_staff_ratio"
threshold = 0.12
document = "gs"
article_zh = "一"
article_en = "1"
certainty = "to be confirmed"
"""


def short_firm(world: World, **people: int) -> int:
    """A firm with 50 staff, 3 of them in R&D (10 % are asked for)."""
    firm = world.firm()
    row = world.session.get_one(Firm, firm)
    row.staff, row.rd_staff = people.get("staff", 50), people.get("rd_staff", 3)
    row.established_on = date(2015, 3, 1)
    world.session.flush()
    return firm


def served(world: World, firm: int) -> int:
    way = world.at_stage("serve", firm)
    service_records.record(world.session, world.bureau, way, "visit", date(2025, 3, 4), "")
    return way


def test_the_same_question_is_kept_once_and_another_anew(world: World) -> None:
    session, firm = world.session, short_firm(world)
    first, new = assessments.assess_firm(session, world.caseworker, firm, "hnte", ON)
    assert new
    assert assessments.assess_firm(session, world.caseworker, firm, "hnte", ON) == (first, False)
    session.get_one(Firm, firm).rd_staff = 5
    session.flush()
    second, new = assessments.assess_firm(session, world.bureau, firm, "hnte", ON)
    assert new
    rows = queries.list_of_firm(session, world.bureau.scope, firm, "hnte")
    assert [row.id for row in rows] == [second, first]
    assert [row.verdict for row in rows] == ["unknown", "not_met"]
    assert rows[0].by == "测试bureau"
    newest, oldest = queries.compared(rows)
    assert newest.turned == (("rd_staff_ratio", "not_met", "met"),)
    assert oldest.turned == ()


def test_it_is_formed_again_from_what_it_saw(world: World) -> None:
    session, firm = world.session, short_firm(world)
    years = {year: {"rd": Decimal("33.3333"), "sales@tax": Decimal("1000.01")} for year in (2023, 2024, 2025)}
    firm_figures.record(session, world.bureau, firm, years)
    made, _ = assessments.assess_firm(session, world.bureau, firm, "hnte", ON)
    firm_figures.record(session, world.bureau, firm, {2025: {"rd": Decimal(900)}})
    session.get_one(Firm, firm).rd_staff = 50
    session.commit()
    row = queries.get_assessment(session, world.bureau.scope, made)
    again = queries.reproduce(session, row)
    assert (again.same, again.pack_changed) == (True, False)
    assert again.found.fingerprint == row.fingerprint
    assert again.found.condition("rd_ratio").result == "not_met"
    assert {each["code"] for each in row.result["warnings"]} == {"calibre"}


def test_local_versions_are_found_again_after_they_were_withdrawn(world: World) -> None:
    session, firm = world.session, short_firm(world, rd_staff=5)
    plain, _ = assessments.assess_firm(session, world.bureau, firm, "hnte", ON)
    policies.save(session, world.actor("admin"), LOCAL)
    local, new = assessments.assess_firm(session, world.bureau, firm, "hnte", ON)
    assert new
    row = queries.get_assessment(session, world.bureau.scope, local)
    assert row.answers["rd_staff_ratio"] == "not_met"
    version = row.local_versions[0]
    policies.withdraw(session, world.actor("admin"), version, "试行结束")
    for made, answer in ((plain, "met"), (local, "not_met")):
        again = queries.reproduce(session, queries.get_assessment(session, world.bureau.scope, made))
        assert again.same
        assert again.found.condition("rd_staff_ratio").result == answer


def test_a_changed_pack_is_said(world: World) -> None:
    session, firm = world.session, short_firm(world)
    made, _ = assessments.assess_firm(session, world.bureau, firm, "hnte", ON)
    session.get_one(Assessment, made).digest = "0" * 64
    session.flush()
    again = queries.reproduce(session, queries.get_assessment(session, world.bureau.scope, made))
    assert (again.same, again.pack_changed) == (False, True)


def test_who_may_not_and_what_is_not_there(world: World) -> None:
    session, firm = world.session, world.firm(street=HUSHU)
    with pytest.raises(NotFound):
        assessments.assess_firm(session, world.caseworker, firm, "hnte", ON)
    with pytest.raises(Forbidden):
        assessments.assess_firm(session, world.actor("leader"), firm, "hnte", ON)
    made, _ = assessments.assess_firm(session, world.bureau, firm, "ptsme", ON)
    with pytest.raises(NotFound):
        queries.get_assessment(session, world.caseworker.scope, made)
    assert queries.list_of_firm(session, world.caseworker.scope, firm) == []


def test_what_is_not_met_stands_in_the_way_and_says_what_is_short(world: World) -> None:
    session = world.session
    way = served(world, short_firm(world))
    with pytest.raises(Refused) as refused:
        stages.move(session, world.bureau, way, MoveRequest("recommend"))
    (reason,) = refused.value.reasons
    assert reason.problem == "assessment-not-met"
    assert "2" in reason.params["conditions"]
    assert [each.problem for each in stages.refusals(session, world.bureau, way, "recommend")] == [
        "assessment-not-met"
    ]


def test_the_bureau_waives_it_with_a_reason_and_the_answer_is_kept(world: World) -> None:
    session = world.session
    firm = short_firm(world)
    way = served(world, firm)
    stages.move(session, world.bureau, way, MoveRequest("recommend", override_reason="年底前补足科技人员"))
    (row,) = queries.list_of_firm(session, world.bureau.scope, firm)
    assert (row.verdict, row.occasion, row.applied_on) == ("not_met", "recommended", clock.today())
    assert candidacies.get_candidacy(session, world.bureau.scope, way).stage == "recommend"


def test_what_is_not_known_does_not_stand_in_the_way(world: World) -> None:
    session, firm = world.session, world.firm()
    way = served(world, firm)
    stages.move(session, world.bureau, way, MoveRequest("recommend"))
    (row,) = queries.list_of_firm(session, world.bureau.scope, firm)
    assert row.verdict == "unknown"


def test_the_facts_of_the_day_of_the_move_count(world: World) -> None:
    """A firm that is a year old today was not on the day for which the move is booked."""
    session = world.session
    firm = world.firm()
    session.get_one(Firm, firm).established_on = date(2024, 6, 1)
    way = served(world, firm)
    with pytest.raises(Refused):
        stages.move(session, world.bureau, way, MoveRequest("recommend", date(2025, 3, 10)))
    stages.move(session, world.bureau, way, MoveRequest("recommend", date(2025, 6, 1)))


def test_a_proposal_keeps_what_was_known(world: World) -> None:
    session, firm = world.session, short_firm(world)
    way = served(world, firm)
    proposal = proposals.propose(session, world.caseworker, way, "recommend", "条件基本具备")
    (row,) = queries.list_of_firm(session, world.caseworker.scope, firm)
    assert (row.occasion, row.verdict) == ("proposed", "not_met")
    with pytest.raises(Refused):
        proposals.decide(session, world.bureau, proposal, accept=True)
    proposals.decide(session, world.bureau, proposal, accept=True, override_reason="下月到岗 2 人")


def test_many_at_once_ask_for_the_facts_as_a_set(world: World) -> None:
    session = world.session
    good = [served(world, short_firm(world, rd_staff=5)) for _ in range(12)]
    bad = served(world, short_firm(world))
    session.commit()
    with counting(session) as seen:
        outcome = bulk.run(
            session,
            world.bureau,
            BulkAct(kind="move", to="recommend"),
            [Item(0, way) for way in [*good, bad]],
        )
    assert [row.item.candidacy_id for row in outcome.done] == good
    assert [reason.problem for reason in outcome.refused[0].reasons] == ["assessment-not-met"]
    assert sum("FROM firm_figure" in statement for statement in seen) <= 1
    assert sum("FROM policy_pack" in statement for statement in seen) <= 1


def test_scenarios_are_kept_and_thrown_away(world: World) -> None:
    session, firm = world.session, short_firm(world)

    def keep(name: str, changes: dict[str, object], who: str = "caseworker") -> int:
        return assessments.keep_scenario(
            session, world.actor(who), firm, "hnte", name=name, applied_on=ON, changes=changes
        )

    made = keep("再招两人", {"rd_staff": Decimal(5), "years.2025.rd": None})
    (row,) = queries.list_scenarios(session, world.caseworker.scope, firm, "hnte")
    assert (row.name, row.changes, row.by) == (
        "再招两人",
        {"rd_staff": 5, "years.2025.rd": None},
        "测试caseworker",
    )
    for name, changes in (("", {"staff": 5}), ("x" * 81, {"staff": 5}), ("空", {})):
        with pytest.raises(Invalid):
            keep(name, changes)
    with pytest.raises(NotFound):
        keep("别街", {"staff": 1}, "neighbour")
    with pytest.raises(NotFound):
        assessments.remove_scenario(session, world.actor("neighbour"), made)
    with pytest.raises(Forbidden):
        assessments.remove_scenario(session, world.actor("leader"), made)
    assessments.remove_scenario(session, world.bureau, made)
    assert queries.list_scenarios(session, world.caseworker.scope, firm, "hnte") == []
    ready = readiness.of_firm(session, firm, "hnte", ON)
    assert ready is not None
    assert ready.known.raw["rd_staff"] == 3


def test_facts_that_are_stated_decide(world: World) -> None:
    session, firm = world.session, short_firm(world, rd_staff=5)
    said = {"own_ip_or_knowhow": True, "innovation_spending": True, "sme": True}
    stated_facts.state(session, world.bureau, firm, said, source="走访")
    made, _ = assessments.assess_firm(session, world.bureau, firm, "ptsme", ON)
    assert queries.get_assessment(session, world.bureau.scope, made).verdict == "met"


def test_programs_ask_and_read(bureau: Program, world: World) -> None:
    firm = short_firm(world)
    world.session.commit()
    path = f"/firms/{firm}/assessments"
    made = bureau.post(path, {"track": "hnte", "applied_on": "2026-06-30"})
    assert (made["verdict"], made["policy"], made["facts"]["staff"]) == ("not_met", "hnte-2016", 50)
    assert bureau.post(path, {"track": "hnte", "applied_on": "2026-06-30"})["id"] == made["id"]
    page = bureau.get(f"{path}?track=hnte")
    assert (page["total"], page["items"][0]) == (1, made)
    assert bureau.get(f"{path}?track=ptsme")["items"] == []


def test_the_page_tells_what_is_missing_and_tries_figures_without_writing(
    client_as: Callable[[str], FlaskClient], world: World
) -> None:
    firm = short_firm(world)
    world.session.commit()
    client = client_as("caseworker")
    page = client.get(f"/firms/{firm}").get_data(as_text=True)
    assert "还差 1 项" in page
    assert "差 2 人科技人员" in page
    here = f"/firms/{firm}/readiness/hnte"
    tried = client.get(f"{here}?rd_staff=5&years.2025.rd=1,000.5").get_data(as_text=True)
    assert "结论有变" in tried
    assert "差 2 人科技人员" not in tried
    for odd in (
        "rd_staff=abc",
        "rd_staff=-1",
        "rd_staff=1e999999",
        "established_on=x",
        "on=x",
        "expert.conversion=99",
    ):
        answer = client.get(f"{here}?{odd}")
        assert answer.status_code == 200, odd
    assert client.get(f"/firms/{firm}/readiness/nothing").status_code == 404
    known = readiness.of_firm(world.session, firm, "hnte", ON)
    assert known is not None
    assert known.known.raw["rd_staff"] == 3
    assert client_as("neighbour").get(here).status_code == 404


def test_the_leader_looks_and_changes_nothing(client_as: Callable[[str], FlaskClient], world: World) -> None:
    firm = short_firm(world)
    world.session.commit()
    client = client_as("leader")
    page = client.get(f"/firms/{firm}/readiness/hnte?rd_staff=9").get_data(as_text=True)
    assert "按改动后的数据" in page
    assert "存为方案" not in page
    assert "保存评估" not in page
    assert client.get(f"/firms/{firm}/facts").status_code == 200
