"""The screening: classes, order, scope, tiles that equal their lists, runs that pass over who has not changed."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain.policy.readiness import CLASSES
from cultivate.errors import Conflict, Forbidden
from cultivate.models import AuditEvent, Firm, FirmFact, FirmFigure, JobRun, Screening, ScreeningRun
from cultivate.packs.policies import policy
from cultivate.queries import screening as rows
from cultivate.queries.screening import Asked
from cultivate.services import policies, screening, screening_crew
from cultivate.services.screening_look import Looker, Portion
from jobs.runner import run_once
from tests.fixtures import HUSHU, World
from tests.pages import send
from tests.query_count import counting

ClientAs = Callable[[str | None], FlaskClient]
YEAR = clock.today().year
FIELD = "电子信息"


def equip(world: World, firm_id: int, *, rd: str = "60", staff: int = 100, **firm: object) -> int:
    """Three years of 1,000 of sales and all that the register holds: ready but for statements and experts."""
    session = world.session
    row = session.get_one(Firm, firm_id)
    row.established_on, row.field, row.staff, row.rd_staff = date(2015, 5, 5), FIELD, staff, 20
    row.class1_ip, row.class2_ip = 1, 6
    for name, value in firm.items():
        setattr(row, name, value)
    figures = {
        "sales": Decimal(1000),
        "total_income": Decimal(1000),
        "hitech_income": Decimal(700),
        "rd": Decimal(rd),
        "rd_domestic": Decimal(rd),
        "net_assets": Decimal(500),
    }
    for year in (YEAR - 3, YEAR - 2, YEAR - 1):
        for figure, value in figures.items():
            session.add(
                FirmFigure(
                    firm_id=firm_id,
                    year=year,
                    figure=figure,
                    calibre="hnte",
                    value=value,
                    recorded_at=clock.now(),
                )
            )
    session.flush()
    return firm_id


@pytest.fixture
def firms(world: World) -> dict[str, int]:
    """One of each class; ``near`` lacks less than ``short``."""
    made = {
        "ready": equip(world, world.firm()),
        "short": equip(world, world.firm(), rd="40"),
        "near": equip(world, world.firm(), rd="49"),
        "young": equip(world, world.firm(), established_on=date(YEAR, 6, 1)),
        "blank": world.firm(),
        "far": equip(world, world.firm(street=HUSHU), rd="10", rd_staff=2),
    }
    world.session.commit()
    return made


def screen(app: Flask, world: World, track: str = "hnte") -> screening.Screened:
    world.session.commit()
    work = app.extensions["database"].unit_of_work
    return screening.run(work, world.bureau, track, YEAR)


def classes(session: Session) -> dict[int, str]:
    found = session.execute(select(Screening.firm_id, Screening.readiness).order_by(Screening.firm_id))
    return {row[0]: row[1] for row in found}


def test_each_firm_stands_in_its_class(app: Flask, world: World, firms: dict[str, int]) -> None:
    screen(app, world)
    found = classes(world.session)
    assert {name: found[firm_id] for name, firm_id in firms.items()} == {
        "ready": "ready",
        "short": "one",
        "near": "one",
        "young": "next",
        "blank": "unknown",
        "far": "far",
    }


def test_the_cheapest_to_close_comes_first(app: Flask, world: World, firms: dict[str, int]) -> None:
    screen(app, world)
    page = rows.list_firms(world.session, world.bureau.scope, Asked(track="hnte", year=YEAR))
    order = [row.firm_id for row in page.items]
    assert order[0] == firms["ready"]
    assert order.index(firms["near"]) < order.index(firms["short"]) < order.index(firms["far"])
    assert page.items[0].growth == 0
    assert page.items[0].rd_ratio == Decimal("0.06")


def test_every_figure_is_the_length_of_its_list(app: Flask, world: World, firms: dict[str, int]) -> None:
    """Within a scope too, by street too, and after a firm has gone since the run."""
    screen(app, world)
    world.session.get_one(Firm, firms["short"]).deleted_at = clock.now()
    world.session.flush()
    for actor in (world.bureau, world.caseworker, world.actor("neighbour")):
        asked = Asked(track="hnte", year=YEAR)
        counts = rows.counts(world.session, actor.scope, asked)
        for code in ("", *CLASSES):
            listed = rows.list_firms(
                world.session, actor.scope, Asked(track="hnte", year=YEAR, readiness=code)
            )
            assert counts[code] == listed.total == len(listed.items)
        streets = rows.by_street(world.session, actor.scope, asked)
        assert sum(sum(each.values()) for each in streets.values()) == counts[""]
    assert rows.counts(world.session, world.actor("neighbour").scope, asked)[""] == 1


def test_a_certified_firm_is_looked_at_when_its_certificate_ends(app: Flask, world: World) -> None:
    lasting, ending = world.firm(), world.firm()
    world.at_stage("certify", lasting, on=date(YEAR - 1, 3, 3))
    world.at_stage("certify", ending, on=date(YEAR - 3, 12, 20))
    screen(app, world)
    assert set(classes(world.session)) == {ending}


def test_who_has_not_changed_is_passed_over(app: Flask, world: World, firms: dict[str, int]) -> None:
    assert screen(app, world).assessed == len(firms)
    assert screen(app, world).assessed == 0
    figure = world.session.scalars(
        select(FirmFigure).where(FirmFigure.firm_id == firms["near"], FirmFigure.figure == "rd")
    ).first()
    assert figure is not None
    figure.value = Decimal(60)
    done = screen(app, world)
    assert (done.assessed, done.gained, done.lost) == (1, 1, 0)
    run = rows.last_change(world.session, "hnte", YEAR)
    assert run is not None
    (change,) = rows.changes_of(world.session, world.bureau.scope, run.id)
    assert (change.firm_id, change.before, change.after, change.by_rules) == (
        firms["near"],
        "one",
        "ready",
        False,
    )
    assert rows.changes_of(world.session, world.actor("neighbour").scope, run.id) == []


LOCAL = f"""
[local]
name = "own-line"
base = "hnte-2016"
title_zh = "内控线"
title_en = "Own line"
from = {YEAR}-01-01

[[documents]]
id = "minutes"
title_zh = "会议纪要"
title_en = "Minutes"
certainty = "verified"

[[conditions]]
id = "rd_staff_ratio"
threshold = 0.30
document = "minutes"
article_zh = "二"
article_en = "2"
certainty = "verified"
"""


def test_a_change_of_the_rules_shows_who_lost(
    app: Flask, world: World, firms: dict[str, int], client_as: ClientAs
) -> None:
    """The job of the minute finds that the rules are others; the page names the firm and the reason."""
    screen(app, world)
    assert run_once(app.extensions["database"], "policy-screening").message == ""
    policies.save(world.session, world.actor("admin"), LOCAL)
    world.session.commit()
    page = client_as("bureau").get(f"/screening?year={YEAR}").text
    assert "此后规则有变" in page
    with app.extensions["database"].unit_of_work() as session:
        session.execute(delete(JobRun))  # as if the minute were another
    outcome = run_once(app.extensions["database"], "policy-screening")
    assert not outcome.failed, outcome.message
    assert classes(world.session)[firms["ready"]] == "one"
    page = client_as("bureau").get(f"/screening?year={YEAR}").text
    assert "此后规则有变" not in page
    assert "规则变更后" in page
    assert "谁近了、谁远了" in page


def test_the_nightly_job_does_nothing_the_second_time(
    app: Flask, world: World, firms: dict[str, int]
) -> None:
    world.session.commit()
    database = app.extensions["database"]
    first = run_once(database, "screening")
    assert first.status == "done", first.message
    before = list(
        world.session.scalars(select(Screening.assessed_at).order_by(Screening.firm_id, Screening.track))
    )
    world.session.commit()
    run_once(database, "screening")
    after = list(
        world.session.scalars(select(Screening.assessed_at).order_by(Screening.firm_id, Screening.track))
    )
    assert before == after
    assert {row.track for row in world.session.scalars(select(Screening).order_by(Screening.firm_id))} == {
        "hnte",
        "ptsme",
    }


def test_a_run_that_broke_off_is_taken_up_again(app: Flask, world: World, firms: dict[str, int]) -> None:
    work = app.extensions["database"].unit_of_work
    with work() as session:
        plan = screening.begin(session, world.bureau, "hnte", YEAR, "asked")
    with work() as session, pytest.raises(Conflict):
        screening.begin(session, world.bureau, "hnte", YEAR, "asked")
    with work() as session:
        looker = Looker(plan.filing)
        first = Portion(looker.marks(session, plan.ids[:2]))
        screening.keep(session, plan, looker.look(session, first))
    screening.long_work.give_up(screening.key_of("hnte", YEAR))
    done = screen(app, world)
    assert (done.run_id, done.assessed, done.firms) == (plan.run_id, len(firms) - 2, len(firms))
    assert len(list(world.session.scalars(select(ScreeningRun)))) == 1


def test_several_processes_find_what_one_finds(
    app: Flask, world: World, firms: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    screen(app, world)
    alone = classes(world.session)
    world.session.execute(delete(Screening))
    monkeypatch.setattr(screening_crew, "WORTH_A_CREW", 1)
    monkeypatch.setattr(screening_crew.os, "cpu_count", lambda: 2)
    monkeypatch.setattr(screening, "PORTION", 2)
    assert screen(app, world).assessed == len(firms)
    assert classes(world.session) == alone


def test_a_leader_reads_and_does_not_run(app: Flask, world: World, client_as: ClientAs) -> None:
    with app.extensions["database"].unit_of_work() as session, pytest.raises(Forbidden):
        screening.begin(session, world.actor("leader"), "hnte", YEAR, "asked")
    page = client_as("leader").get("/screening").text
    assert "还没有筛查过" in page
    assert "现在筛查" not in page


def test_the_page_says_what_is_missing(
    app: Flask, world: World, firms: dict[str, int], client_as: ClientAs
) -> None:
    client = client_as("bureau")
    answer = send(client, f"/screening/run?track=hnte&year={YEAR}", "/screening")
    assert answer.status_code == 302
    page = client.get(f"/screening?year={YEAR}&class=one").text
    assert "差 30 万元：研发费用" in page
    assert "专家评分" in page
    assert client.get("/screening?class=none").status_code == 404
    assert client.get("/screening?track=none").status_code == 404
    assert client.get("/screening?year=1999").status_code == 404
    assert client.get("/screening?unit=330105002").status_code == 200
    assert client_as("caseworker").get("/screening?unit=330105002").status_code == 404


def test_statements_of_a_firm_are_asked_for(app: Flask, world: World, firms: dict[str, int]) -> None:
    """A statement that speaks against the firm is a condition unmet; one not given holds nobody back."""
    world.session.add(
        FirmFact(
            firm_id=firms["ready"],
            fact="major_violation",
            year=0,
            value=True,
            source="t",
            recorded_at=clock.now(),
        )
    )
    screen(app, world)
    assert classes(world.session)[firms["ready"]] == "one"


def test_a_visit_list_masks_contacts_by_role_and_is_noted(
    app: Flask, world: World, firms: dict[str, int], client_as: ClientAs
) -> None:
    row = world.session.get_one(Firm, firms["ready"])
    row.contact_name, row.contact_phone = "王小明", "13800001234"
    row.name = "=HYPERLINK(1)"
    screen(app, world)
    for who, phone in (("caseworker", "13800001234"), ("leader", "138****1234")):
        answer = send(client_as(who), f"/screening/visit-list?year={YEAR}&class=ready", "/screening")
        assert answer.status_code == 200, who
        sheet = openpyxl.load_workbook(BytesIO(answer.data)).active
        (line,) = list(sheet.iter_rows(min_row=2, values_only=True))
        assert line[0] == "=HYPERLINK(1)"
        assert sheet["A2"].data_type != "f"
        assert phone in line
    noted = world.session.scalars(select(AuditEvent).where(AuditEvent.subject == "visit_list")).all()
    assert [event.details["rows"] for event in noted] == [1, 1]
    world.session.commit()
    empty = send(client_as("neighbour"), f"/screening/visit-list?year={YEAR}&class=ready", "/screening")
    assert empty.status_code == 302


def test_the_page_asks_no_more_of_many_firms(app: Flask, world: World, client_as: ClientAs) -> None:
    for _each in range(3):
        equip(world, world.firm())
    screen(app, world)
    client = client_as("bureau")
    client.get("/screening")
    with counting(world.session) as few:
        client.get("/screening")
    for _each in range(20):
        equip(world, world.firm())
    screen(app, world)
    client.get("/screening")
    with counting(world.session) as many:
        client.get("/screening")
    assert len(many) <= len(few)


def test_the_day_of_filing_is_fixed() -> None:
    """Else every firm would be looked at anew every night."""
    pack = policy("hnte-2016")
    assert rows.filing_day(pack, 2026, date(2026, 3, 1)) == date(2026, 7, 31)
    assert rows.filing_day(pack, 2026, date(2026, 11, 24)) == date(2026, 12, 31)
    assert rows.filing_years(pack, date(2026, 3, 1)) == (2026,)
    assert rows.filing_years(pack, date(2026, 11, 24)) == (2026, 2027)


def test_the_api_lists_what_the_page_lists(
    app: Flask, world: World, firms: dict[str, int], client_as: ClientAs
) -> None:
    screen(app, world)
    found = client_as("bureau").get("/api/v1/screening?class=one&limit=1").json
    assert (found["total"], found["counts"]["one"]) == (2, 2)
    assert found["items"][0]["firm_id"] == firms["near"]
    (gap,) = [row for row in found["items"][0]["missing"] if row["result"] == "not_met"]
    assert (gap["id"], gap["shortfall"], gap["unit"]) == ("rd_ratio", 3.0, "万元")
    following = client_as("bureau").get(f"/api/v1/screening?class=one&limit=1&cursor={found['next']}").json
    assert following["items"][0]["firm_id"] == firms["short"]
    assert following["next"] is None
    assert client_as("neighbour").get("/api/v1/screening").json["total"] == 1
    assert client_as("neighbour").get("/api/v1/screening?unit=330105001").status_code == 404


def test_the_pipeline_says_how_ready_each_is(app: Flask, world: World, client_as: ClientAs) -> None:
    firm = equip(world, world.firm(), rd="40")
    world.candidacy(firm, on=date(YEAR, 1, 5))
    screen(app, world)
    assert "差 1 项" in client_as("bureau").get("/pipeline/hnte").text
