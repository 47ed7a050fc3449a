"""What a screening takes for a change, what it passes over, and by which day it judges."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cultivate import clock
from cultivate.domain.policy.facts import read_facts
from cultivate.models import Firm, IntellectualProperty
from cultivate.packs.policies import policy
from cultivate.queries import facts
from cultivate.queries import screening as rows
from cultivate.services import firm_figures, merges, policies, properties, screening, stages, stated_facts
from cultivate.services.properties import PropertyData
from cultivate.services.screening_look import Filing, Looker
from cultivate.services.stages import MoveRequest
from tests.fixtures import HUSHU, World
from tests.query_count import counting

YEAR = clock.today().year
DAY = date(YEAR, 12, 31)
Change = Callable[[World, int], object]


def marks(world: World, *firms: int, day: date = DAY) -> list[str]:
    world.session.flush()
    found = Looker(Filing("hnte", day.year, day, "hnte-2016")).marks(world.session, firms)
    return [found[firm] for firm in firms]


def _column(name: str, value: object) -> Change:
    def change(world: World, firm: int) -> None:
        setattr(world.session.get_one(Firm, firm), name, value)

    return change


def _figure(value: object, year: int = YEAR - 1, key: str = "rd") -> Change:
    def change(world: World, firm: int) -> None:
        firm_figures.record(world.session, world.bureau, firm, {year: {key: value}})  # type: ignore[dict-item]

    return change


def _right(**more: object) -> PropertyData:
    values = {"kind": "software", "number": "2023SR1", "granted_on": date(2023, 1, 1)} | more
    return PropertyData(**values)  # type: ignore[arg-type]


def _changed_right(**more: object) -> Change:
    def change(world: World, firm: int) -> None:
        row = world.session.query(IntellectualProperty).filter_by(firm_id=firm).one()
        properties.change(world.session, world.bureau, row.id, row.version, _right(**more))

    return change


def _recognised_with_it(world: World, firm: int) -> None:
    """A right of class Ⅱ that a certificate has used no longer counts, though its own row stays as it was."""
    row = world.session.query(IntellectualProperty).filter_by(firm_id=firm).one()
    way = world.at_stage("recommend", firm, on=date(YEAR - 1, 3, 3))
    properties.change(world.session, world.bureau, row.id, row.version, _right(used_for_id=way))
    before = marks(world, firm)
    request = MoveRequest(
        "certify",
        date(YEAR - 1, 12, 1),
        certificate=stages.CertificateData("GR202433000001", date(YEAR - 1, 12, 1)),
    )
    stages.move(world.session, world.bureau, way, request)
    assert marks(world, firm) != before


@pytest.mark.parametrize(
    "change",
    [
        _column("established_on", date(2018, 1, 1)),
        _column("field", "新材料"),
        _column("staff", 31),
        _column("rd_staff", 31),
        _column("class1_ip", 31),
        _column("class2_ip", 31),
        _figure(Decimal("50.0001")),
        _figure(None),
        _figure(Decimal(50), key="rd@tax"),
        _figure(Decimal(50), year=YEAR),
        _figure(Decimal(50), year=YEAR - 3),
        _figure(Decimal(3), key="staff"),
        lambda world, firm: stated_facts.state(world.session, world.bureau, firm, {"major_violation": True}),
        lambda world, firm: stated_facts.state(world.session, world.bureau, firm, {"conversions_3y": None}),
        lambda world, firm: stated_facts.state(world.session, world.bureau, firm, {"expert.conversion": 9}),
        lambda world, firm: properties.add(world.session, world.bureau, firm, _right(number="2024SR2")),
        _changed_right(granted_on=None),
        _changed_right(kind="invention"),
        _changed_right(ends_on=date(2023, 6, 1)),
        _changed_right(obtained="transfer"),
        _recognised_with_it,
    ],
)
def test_whatever_is_judged_by_is_seen_to_change(world: World, change: Change) -> None:
    firm, other = world.firm(), world.firm()
    for each in (firm, other):
        firm_figures.record(world.session, world.bureau, each, {YEAR - 1: {"rd": Decimal(50)}})
        stated_facts.state(world.session, world.bureau, each, {"major_violation": False, "conversions_3y": 5})
        properties.add(world.session, world.bureau, each, _right(number=f"2023SR1{each}"[:7]))
    row = world.session.query(IntellectualProperty).filter_by(firm_id=firm).one()
    row.number = row.number_key = "2023SR1"
    before = marks(world, firm, other)
    change(world, firm)
    after = marks(world, firm, other)
    assert after[0] != before[0]
    assert after[1] == before[1]
    assert marks(world, firm, other) == after


@pytest.mark.parametrize(
    "change",
    [_column("name", "杭州改名有限公司"), _column("note", "n"), _figure(Decimal(50), year=YEAR - 4)],
)
def test_what_is_not_judged_by_is_passed_over(world: World, change: Change) -> None:
    firm = world.firm()
    before = marks(world, firm)
    change(world, firm)
    assert marks(world, firm) == before


def test_a_merge_and_the_turn_of_the_year_are_seen(world: World) -> None:
    kept, gone = world.firm(), world.firm()
    firm_figures.record(world.session, world.bureau, gone, {YEAR - 1: {"rd": Decimal(50)}})
    before = marks(world, kept)
    merge_id = merges.merge(
        world.session, world.bureau, kept, gone, {"uscc": "kept", "name": "kept"}, "同一家"
    )
    assert marks(world, kept) != before
    merges.undo_merge(world.session, world.bureau, merge_id)
    assert marks(world, kept) == before
    assert marks(world, kept, day=date(YEAR + 1, 12, 31)) != before


LOCAL = f"""
[local]
name = "NAME"
base = "hnte-2016"
title_zh = "本地"
title_en = "Local"
from = {YEAR}-01-01

[[documents]]
id = "notice"
title_zh = "通知"
title_en = "Notice"
certainty = "verified"
"""
STRICTER = """
[[conditions]]
id = "rd_staff_ratio"
threshold = 0.30
document = "notice"
article_zh = "二"
article_en = "2"
certainty = "verified"
"""


def test_a_streets_own_rules_and_a_move_into_it_are_seen(world: World) -> None:
    here, there = world.firm(), world.firm(street=HUSHU)
    before = marks(world, here, there)
    unit = world.units[HUSHU].id
    policies.save(world.session, world.actor("admin"), LOCAL.replace("NAME", "theirs") + STRICTER, unit)
    after = marks(world, here, there)
    assert (after[0] == before[0], after[1] == before[1]) == (True, False)
    world.session.get_one(Firm, here).street_id = unit
    assert marks(world, here)[0] != before[0]


def test_a_run_that_finds_nothing_reads_no_facts(app: Flask, world: World) -> None:
    """A few statements for a thousand firms, and none of the assessment's."""
    for _each in range(3):
        firm_figures.record(world.session, world.bureau, world.firm(), {YEAR - 1: {"rd": Decimal(50)}})
    world.session.commit()
    work = app.extensions["database"].unit_of_work
    assert screening.run(work, world.bureau, "hnte", YEAR).assessed == 3
    with counting(world.session) as counted:
        assert screening.run(work, world.bureau, "hnte", YEAR).assessed == 0
    assert not [said for said in counted if "firm_figure.calibre" in said]


def test_facts_of_the_register_are_what_the_reader_makes_of_them(world: World) -> None:
    firm, blank = world.firm(), world.firm()
    row = world.session.get_one(Firm, firm)
    row.established_on, row.field, row.staff, row.class1_ip = date(2019, 5, 5), " 新材料 ", 50, 2
    said = {
        YEAR - 3: {"rd": Decimal("10.1234"), "rd@tax": Decimal(8), "net_assets": Decimal("-3.5")},
        YEAR - 1: {"sales@statistics": Decimal(100), "staff": Decimal("61.5"), "rd_staff": Decimal(7)},
        YEAR: {"sales": Decimal(0)},
    }
    firm_figures.record(world.session, world.bureau, firm, said)
    stated_facts.state(
        world.session,
        world.bureau,
        firm,
        {"major_violation": True, "conversions_3y": 4, "expert.conversion": 9},
    )
    for each in (firm, blank):
        known = facts.of_firm(world.session, each, DAY, policy("hnte-2016").calibres)
        assert known.facts == read_facts(known.raw)
        assert known.facts.digest() == read_facts(known.raw).digest()


def test_a_filing_window_of_the_bureau_decides_the_day(
    app: Flask, world: World, client_as: Callable[[str | None], FlaskClient]
) -> None:
    """The notice of the year is a local version: until its last day the year is not over, nor the day 31 December."""
    world.firm()
    today = clock.today()
    closes = min(today + timedelta(days=20), date(YEAR, 12, 30))
    window = f"""
[[windows]]
id = "{YEAR}"
title_zh = "本年"
title_en = "This year"
year = {YEAR}
opens_on = {YEAR}-01-01
closes_on = {closes}
document = "notice"
article_zh = "一"
article_en = "1"
certainty = "verified"
"""
    policies.save(world.session, world.actor("admin"), LOCAL.replace("NAME", "notice") + window)
    world.session.commit()
    screening.run(app.extensions["database"].unit_of_work, world.bureau, "hnte", YEAR)
    run = rows.last_run(world.session, "hnte", YEAR)
    assert run is not None
    assert run.applied_on == closes
    client = client_as("bureau")
    assert client.get(f"/screening?year={YEAR}").status_code == 200
    assert client.get(f"/screening?year={YEAR + 1}").status_code == 404
