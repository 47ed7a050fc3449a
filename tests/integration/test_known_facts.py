"""What the register knows of firms, as the policy engine reads it."""

from datetime import date
from decimal import Decimal

import pytest

from cultivate.domain.policy.assess import assess
from cultivate.domain.policy.facts import read_facts
from cultivate.errors import Invalid, NotFound
from cultivate.models import Firm
from cultivate.packs.policies import policy
from cultivate.queries import facts, stated_facts
from cultivate.services import firm_figures, properties, stages
from cultivate.services import stated_facts as writing
from cultivate.services.properties import PropertyData
from cultivate.services.stages import MoveRequest
from tests.fixtures import HUSHU, World
from tests.query_count import counting

ON = date(2026, 6, 30)
WANTED = policy("hnte-2016").calibres


def test_a_firm_of_which_nothing_is_known_has_no_facts_but_its_place(world: World) -> None:
    firm = world.firm()
    known = facts.of_firm(world.session, firm, ON)
    assert known.raw == {"applied_on": ON, "registered_in_zhejiang": True, "years": {}, "expert": {}}
    assert known.unit_ids == (world.units["330105001"].id,)
    found = assess(policy("hnte-2016"), read_facts(known.raw))
    assert found.verdict == "unknown"
    assert {row.result for row in found.conditions} == {"unknown"}


def test_the_figure_of_the_wanted_calibre_is_picked_and_says_which(world: World) -> None:
    firm = world.firm()
    said = {
        2025: {"rd": Decimal(10), "rd@tax": Decimal(8), "rd@hnte": Decimal(9), "sales@tax": Decimal(100)},
        2024: {"total_income@accounting": Decimal(7), "total_income@tax": Decimal(6)},
        2022: {"sales": Decimal(5)},
    }
    firm_figures.record(world.session, world.bureau, firm, said)
    years = facts.of_firm(world.session, firm, ON, WANTED).raw["years"]
    assert years == {
        2024: {"total_income": {"value": Decimal(6), "calibre": "tax"}},
        2025: {
            "rd": {"value": Decimal(9), "calibre": "hnte"},
            "sales": {"value": Decimal(100), "calibre": "tax"},
        },
    }
    found = assess(policy("hnte-2016"), read_facts(facts.of_firm(world.session, firm, ON, WANTED).raw))
    assert all("sales" not in row.field for row in found.warnings)  # nothing was formed of it yet
    plain = facts.of_firm(world.session, firm, ON).raw["years"]
    assert plain[2024]["total_income"] == {"value": Decimal(7), "calibre": "accounting"}


def test_people_are_a_pair_of_one_time(world: World) -> None:
    firm = world.firm()
    row = world.session.get_one(Firm, firm)
    row.staff, row.rd_staff = 50, 6
    world.session.flush()

    def people() -> tuple[object, object]:
        raw = facts.of_firm(world.session, firm, ON).raw
        return raw["staff"], raw.get("rd_staff")

    firm_figures.record(world.session, world.bureau, firm, {2025: {"staff": Decimal("61.5")}})
    assert people() == (50, 6)
    firm_figures.record(world.session, world.bureau, firm, {2025: {"rd_staff": Decimal(7)}})
    assert people() == (Decimal("61.5"), Decimal(7))
    assert facts.of_firm(world.session, firm, date(2025, 6, 30)).raw["staff"] == 50
    row.rd_staff = None
    world.session.flush()
    firm_figures.record(world.session, world.bureau, firm, {2025: {"rd_staff": None}})
    assert people() == (Decimal("61.5"), None)


def _right(number: str, kind: str = "software", **more: object) -> PropertyData:
    return PropertyData(kind=kind, number=number, granted_on=date(2024, 1, 1), **more)  # type: ignore[arg-type]


def test_rights_of_class_two_serve_one_recognition_only(world: World) -> None:
    firm = world.firm()
    way = world.at_stage("recommend", firm)
    for number, data in {
        "used": _right("2024SR0000001", used_for_id=way, obtained="transfer"),
        "free": _right("2024SR0000002", obtained="transfer"),
        "first": _right("ZL202310123456.7", "invention", used_for_id=way, obtained="transfer"),
        "mark": _right("M1", "trademark", obtained="self"),
    }.items():
        properties.add(world.session, world.bureau, firm, data)
        assert number
    before = facts.of_firm(world.session, firm, ON)
    assert (before.raw["class1_ip"], before.raw["class2_ip"], before.used_up) == (1, 2, 0)
    assert before.raw["ip_self_developed"] is False
    stages.move(
        world.session,
        world.bureau,
        way,
        MoveRequest(
            "certify",
            date(2025, 3, 3),
            certificate=stages.CertificateData("GR202533000001", date(2025, 3, 3)),
        ),
    )
    after = facts.of_firm(world.session, firm, ON)
    assert (after.raw["class1_ip"], after.raw["class2_ip"], after.used_up) == (1, 1, 1)
    properties.add(world.session, world.bureau, firm, _right("2024SR0000003"))
    assert "ip_self_developed" not in facts.of_firm(world.session, firm, ON).raw


def test_who_has_left_the_district_may_be_anywhere(world: World) -> None:
    firm = world.firm()
    way = world.at_stage("serve", firm)
    stages.move(
        world.session, world.bureau, way, MoveRequest("moved_out", date(2025, 4, 1), reason="迁往外区")
    )
    assert "registered_in_zhejiang" not in facts.of_firm(world.session, firm, ON).raw
    writing.state(world.session, world.bureau, firm, {"registered_in_zhejiang": True})
    assert facts.of_firm(world.session, firm, ON).raw["registered_in_zhejiang"] is True
    other = world.firm()
    world.at_stage("serve", other, "ptsme")
    stages.move(
        world.session,
        world.bureau,
        world.at_stage("serve", other),
        MoveRequest("moved_out", date(2025, 4, 1), reason="迁往外区"),
    )
    assert facts.of_firm(world.session, other, ON).raw["registered_in_zhejiang"] is True


def test_what_is_stated_is_kept_with_its_source_and_what_was_said_before(world: World) -> None:
    firm, session = world.firm(), world.session
    said = {"major_violation": False, "conversions_3y": 4, "expert.rd_management": 12}
    assert len(writing.state(session, world.caseworker, firm, said, source="信用中国查询")) == 3
    assert writing.state(session, world.caseworker, firm, said, source="又一次") == ()
    raw = facts.of_firm(session, firm, ON).raw
    assert (raw["major_violation"], raw["conversions_3y"], raw["expert"]) == (False, 4, {"rd_management": 12})
    writing.state(session, world.bureau, firm, {"major_violation": True, "conversions_3y": None})
    raw = facts.of_firm(session, firm, ON).raw
    assert raw["major_violation"] is True
    assert "conversions_3y" not in raw
    history = stated_facts.of_firm(session, firm, history=True)
    told = [(row.value, row.source, row.by, row.replaced_at is None) for row in history]
    assert (False, "信用中国查询", "测试caseworker", False) in told
    assert (True, "", "测试bureau", True) in told


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("sales", 3),
        ("staff", 3),
        ("no_such", True),
        ("expert.", 3),
        ("expert.DROP TABLE", 3),
        ("major_violation", 1),
        ("conversions_3y", True),
        ("conversions_3y", -1),
        ("expert.conversion", 101),
        ("expert.conversion", "3"),
        ("x" * 400, True),
    ],
)
def test_what_cannot_be_stated_is_refused_and_nothing_is_written(
    world: World, path: str, value: object
) -> None:
    firm = world.firm()
    with pytest.raises(Invalid):
        writing.state(world.session, world.bureau, firm, {"sme": True, path: value})
    assert stated_facts.of_firm(world.session, firm, history=True) == []


def test_facts_of_another_street_are_out_of_reach(world: World) -> None:
    firm = world.firm(street=HUSHU)
    with pytest.raises(NotFound):
        writing.state(world.session, world.caseworker, firm, {"sme": True})


def test_many_firms_take_few_statements(world: World) -> None:
    ids = [world.firm() for _ in range(60)]
    world.session.commit()
    with counting(world.session) as counted:
        many = facts.of_firms(world.session, ids, ON, WANTED)
    assert list(many) == ids
    assert len(counted) <= 6
