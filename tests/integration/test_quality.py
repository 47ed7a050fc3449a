"""The data quality board: each figure is the length of its list, and faults are handed out and mended."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from cultivate import clock
from cultivate.domain.quality import RULES
from cultivate.errors import Conflict, Forbidden, Invalid, NotFound
from cultivate.models import Firm, FirmFigure, QualityTask
from cultivate.queries import quality as queries
from cultivate.queries.quality import QualityFilter
from cultivate.services import quality, stages
from tests.fixtures import HUSHU, MISHIXIANG, World
from tests.pages import send

TODAY = clock.today()
YEAR = TODAY.year - 1


def figure(world: World, firm_id: int, name: str, value: int, year: int = YEAR, calibre: str = "") -> None:
    world.session.add(
        FirmFigure(
            firm_id=firm_id, year=year, figure=name, calibre=calibre, value=value, recorded_at=clock.now()
        )
    )
    world.session.flush()


def faulty(world: World, rule: str, **more: object) -> set[int]:
    page = queries.list_faulty(world.session, world.bureau.scope, QualityFilter(rule, **more), TODAY)
    assert page.total == len(page.items)
    return {row.firm_id for row in page.items}


@pytest.fixture
def serving(world: World) -> int:
    """A firm in ``serve`` since yesterday, of which nothing is known but its code."""
    firm_id = world.firm()
    world.at_stage("serve", firm_id, on=TODAY - timedelta(days=1))
    return firm_id


def test_each_figure_is_the_length_of_its_list(world: World, serving: int) -> None:
    world.at_stage("recommend", world.firm(street=HUSHU), on=date(2025, 3, 3))
    world.at_stage("discover", world.firm(uscc=""), on=date(2025, 3, 3), track="ptsme")
    board = queries.board(world.session, world.bureau.scope, TODAY)
    assert {fault.rule.code for fault in board} >= {"no-code", "no-rd", "no-phone", "unvisited"}
    for fault in board:
        wanted = QualityFilter(fault.rule.code, fault.track, fault.stage)
        assert queries.list_faulty(world.session, world.bureau.scope, wanted, TODAY).total == fault.firms
    assert [fault.cost for fault in board] == sorted((fault.cost for fault in board), reverse=True)


def test_what_is_known_is_no_fault(world: World, serving: int) -> None:
    assert serving in faulty(world, "no-rd")
    figure(world, serving, "rd", 120, calibre="tax")
    assert serving not in faulty(world, "no-rd")
    assert serving in faulty(world, "no-sales")
    firm = world.session.get_one(Firm, serving)
    firm.class1_ip = 0  # "none" is an answer
    world.session.flush()
    assert serving not in faulty(world, "no-property")
    assert serving not in faulty(world, "unvisited")  # came yesterday


@pytest.mark.parametrize(
    ("rule", "figures"),
    [
        ("rd-over-sales", [("rd", 120, YEAR, ""), ("sales", 100, YEAR, "")]),
        ("part-over-whole", [("rd_domestic", 12, YEAR, "tax"), ("rd", 11, YEAR, "tax")]),
        ("part-over-whole", [("hitech_income", 12, YEAR, ""), ("total_income", 11, YEAR, "")]),
        ("calibres-apart", [("rd", 100, YEAR, "tax"), ("rd", 121, YEAR, "accounting")]),
        ("figures-before-birth", [("sales", 1, 2018, "")]),
    ],
)
def test_contradictions(world: World, serving: int, rule: str, figures: list) -> None:
    world.session.get_one(Firm, serving).established_on = date(2019, 3, 1)
    assert serving not in faulty(world, rule)
    for name, value, year, calibre in figures:
        figure(world, serving, name, value, year, calibre)
    assert serving in faulty(world, rule)
    world.session.execute(FirmFigure.__table__.update().values(replaced_at=clock.now()))
    assert serving not in faulty(world, rule)


@pytest.mark.parametrize(
    ("rule", "figures"),
    [
        ("rd-over-sales", [("rd", 100, YEAR, ""), ("sales", 100, YEAR, "")]),
        ("rd-over-sales", [("rd", 120, YEAR, ""), ("sales", 100, YEAR - 1, "")]),
        ("calibres-apart", [("rd", 100, YEAR, "tax"), ("rd", 120, YEAR, "accounting")]),
        ("calibres-apart", [("rd", 100, YEAR, ""), ("rd", 999, YEAR, "accounting")]),
        ("figures-before-birth", [("sales", 0, 2018, ""), ("sales", 9, 2019, "")]),
    ],
)
def test_no_contradictions(world: World, serving: int, rule: str, figures: list) -> None:
    world.session.get_one(Firm, serving).established_on = date(2019, 3, 1)
    for name, value, year, calibre in figures:
        figure(world, serving, name, value, year, calibre)
    assert serving not in faulty(world, rule)


def test_a_street_sees_its_own(world: World, serving: int) -> None:
    other = world.firm(street=HUSHU)
    world.at_stage("serve", other, on=TODAY - timedelta(days=1))
    own = queries.list_faulty(world.session, world.caseworker.scope, QualityFilter("no-rd"), TODAY)
    assert [row.firm_id for row in own.items] == [serving]
    with pytest.raises(NotFound):
        quality.take_up(
            world.session, world.caseworker, "no-rd", [serving, other], world.caseworker.user_id, TODAY
        )
    assert world.session.scalars(select(QualityTask)).all() == []


def test_faults_are_handed_out_and_leave_when_mended(world: World, serving: int) -> None:
    candidacy = queries.list_faulty(world.session, world.bureau.scope, QualityFilter("no-rd"), TODAY).items[0]
    stages.assign(world.session, world.bureau, candidacy.candidacy_id, world.caseworker.user_id)
    assert quality.settle(world.session, TODAY).opened > 0
    assert quality.settle(world.session, TODAY) == quality.Settled(0, 0)
    me = world.caseworker
    before = queries.list_own(world.session, me.scope, me.user_id, TODAY)
    assert before.total == len(before.items) == len({task.id for task in before.items})
    assert {"no-rd", "no-sales"} <= {task.rule.code for task in before.items}
    assert {task.due_on for task in before.items} == {TODAY + timedelta(days=30)}
    figure(world, serving, "rd", 120)
    after = queries.list_own(world.session, me.scope, me.user_id, TODAY)
    assert after.total == before.total - 1  # gone at once, before any job ran
    assert quality.settle(world.session, TODAY) == quality.Settled(0, 1)
    mended = world.session.scalars(select(QualityTask).where(QualityTask.closed_at.is_not(None))).one()
    assert (mended.rule, mended.outcome) == ("no-rd", "mended")


def test_what_stays_rests_for_a_year(world: World, serving: int) -> None:
    me = world.caseworker
    quality.take_up(world.session, me, "no-phone", [serving], me.user_id, TODAY + timedelta(days=3))
    task = world.session.scalars(select(QualityTask)).one()
    with pytest.raises(Conflict):
        quality.give_up(world.session, me, task.id, task.version + 1, "企业不愿留电话")
    with pytest.raises(Invalid):
        quality.give_up(world.session, me, task.id, task.version, " ")
    quality.give_up(world.session, me, task.id, task.version, "企业不愿留电话")
    rule = RULES["no-phone"]
    assert queries.untaken(world.session, rule, TODAY, 10) == []
    assert queries.untaken(world.session, rule, TODAY + timedelta(days=367), 10) != []


def test_who_may_be_given_a_fault(world: World, serving: int) -> None:
    due = TODAY + timedelta(days=3)
    for username in ("leader", "neighbour", "admin"):
        with pytest.raises(Invalid):
            quality.take_up(world.session, world.bureau, "no-rd", [serving], world.users[username].id, due)
    with pytest.raises(Forbidden):
        quality.take_up(
            world.session, world.actor("leader"), "no-rd", [serving], world.users["bureau"].id, due
        )
    with pytest.raises(Invalid):
        quality.take_up(
            world.session,
            world.bureau,
            "no-rd",
            [serving],
            world.users["bureau"].id,
            TODAY - timedelta(days=1),
        )
    assert (
        quality.take_up(world.session, world.bureau, "no-rd", [serving], world.users["bureau"].id, due) == 1
    )
    assert (
        quality.take_up(world.session, world.bureau, "no-rd", [serving], world.users["caseworker"].id, due)
        == 1
    )
    assert world.session.scalars(select(QualityTask.owner_id)).all() == [world.users["caseworker"].id]


def test_the_pages(world: World, serving: int, client_as) -> None:
    world.session.commit()
    client = client_as("caseworker")
    board = client.get("/quality").get_data(as_text=True)
    assert f"缺 {YEAR} 年研发费用" in board
    page = f"/quality/no-rd?track=hnte&stage=serve&unit={MISHIXIANG}"
    assert client.get(page).status_code == 200
    due = (TODAY + timedelta(days=5)).isoformat()
    me = world.users["caseworker"].id
    refused = send(client, page, owner=me, due_on=due)
    assert refused.status_code == 422
    assert "请至少选择一家企业" in refused.get_data(as_text=True)
    done = send(client, page, owner=me, due_on=due, firm=serving)
    assert done.status_code == 302
    assert due in client.get(page).get_data(as_text=True)
    assert f"缺 {YEAR} 年研发费用" in client.get("/work").get_data(as_text=True)
    assert client.get("/quality/no-such-rule").status_code == 404
