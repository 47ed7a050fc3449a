"""Figures by year on the page of a firm and over the API: who said what, out of which paper, and what before."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from cultivate.errors import Conflict, Forbidden, NotFound
from cultivate.models import AuditEvent
from cultivate.queries import figures, firms
from cultivate.services import firm_figures
from cultivate.services.firm_rules import InvalidFirm
from tests.api_client import Program
from tests.fixtures import HUSHU, World
from tests.pages import send

Client = Callable[[str | None], FlaskClient]


def version(world: World, firm_id: int) -> int:
    found = firms.get_firm(world.session, world.bureau.scope, firm_id).version
    world.session.commit()  # reading took SQLite's write lock anew
    return found


def current(world: World, firm_id: int) -> dict[tuple[int, str], Decimal]:
    world.session.expire_all()
    found = {(row.year, row.key): row.value for row in figures.of_firm(world.session, firm_id)}
    world.session.commit()
    return found


def record(world: World, firm_id: int, year: int = 2024, **values: int | None) -> bool:
    said = {key: None if value is None else Decimal(value) for key, value in values.items()}
    return firm_figures.record(world.session, world.bureau, firm_id, {year: said}, source="审计报告")


def test_a_correction_stands_beside_what_was_said_before(world: World) -> None:
    firm = world.firm()
    before = version(world, firm)
    assert record(world, firm, sales=100, rd=5)
    assert not record(world, firm, sales=100)
    assert record(world, firm, sales=110)
    assert current(world, firm) == {(2024, "sales"): 110, (2024, "rd"): 5}
    told = [
        (row.value, row.source, row.replaced_at is None)
        for row in figures.of_firm(world.session, firm, history=True)
    ]
    assert told == [(5, "审计报告", True), (110, "审计报告", True), (100, "审计报告", False)]
    assert version(world, firm) == before + 2
    trail = world.session.scalars(
        select(AuditEvent.details).where(AuditEvent.subject_id == firm, AuditEvent.verb == "edit")
    )
    assert [each["changes"] for each in trail] == [
        {"sales_2024": [None, "100"], "rd_2024": [None, "5"]},
        {"sales_2024": ["100", "110"]},
    ]


@pytest.mark.parametrize(
    ("year", "values", "code"),
    [
        (1999, {"sales": 1}, "year-invalid"),
        (2098, {"sales": 1}, "year-invalid"),
        (2024, {"sales": -1}, "number-invalid"),
        (2024, {"rd_domestic": 11}, "row-inconsistent"),
        (2024, {"rd_staff@tax": 3, "staff@tax": 2}, "row-inconsistent"),
    ],
)
def test_figures_that_cannot_be(world: World, year: int, values: dict[str, int], code: str) -> None:
    firm = world.firm()
    record(world, firm, rd=10)
    with pytest.raises(InvalidFirm) as refused:
        record(world, firm, year, **values)
    assert refused.value.problem == code
    assert current(world, firm) == {(2024, "rd"): 10}


def test_net_assets_may_be_negative_and_calibres_are_not_compared(world: World) -> None:
    firm = world.firm()
    assert record(world, firm, net_assets=-7, **{"rd@tax": 5, "rd_domestic@hnte": 9})
    assert current(world, firm)[2024, "net_assets"] == -7


def test_who_may_not(world: World) -> None:
    firm = world.firm(street=HUSHU)
    years = {2024: {"sales": Decimal(1)}}
    with pytest.raises(Forbidden):
        firm_figures.record(world.session, world.actor("leader"), firm, years)
    with pytest.raises(NotFound):
        firm_figures.record(world.session, world.caseworker, firm, years)
    with pytest.raises(Conflict):
        firm_figures.record(world.session, world.bureau, firm, years, version(world, firm) + 1)


def test_the_page_shows_and_takes_figures(world: World, client_as: Client) -> None:
    firm = world.firm()
    record(world, firm, sales=1234)
    world.session.commit()
    client = client_as("caseworker")
    page = client.get(f"/firms/{firm}").get_data(as_text=True)
    assert "1,234" in page
    address = f"/firms/{firm}/figures?year=2024&calibre=hnte"
    assert client.get(address).status_code == 200
    said = {"rd": "88.5", "source": "专项审计", "version": str(version(world, firm))}
    assert send(client, address, **said).status_code == 302
    assert current(world, firm) == {(2024, "sales"): 1234, (2024, "rd@hnte"): Decimal("88.5")}
    page = client.get(f"/firms/{firm}").get_data(as_text=True)
    assert "88.5" in page
    story = client.get(f"/firms/{firm}/figures/history?year=2024&figure=rd&calibre=hnte").get_data(
        as_text=True
    )
    assert "专项审计" in story
    assert "测试caseworker" in story


def test_an_emptied_field_takes_the_figure_away_but_not_its_history(world: World, client_as: Client) -> None:
    firm = world.firm()
    record(world, firm, sales=1234, rd=9)
    world.session.commit()
    client = client_as("bureau")
    said = {"sales": "", "rd": "9", "version": str(version(world, firm))}
    assert send(client, f"/firms/{firm}/figures?year=2024", **said).status_code == 302
    assert current(world, firm) == {(2024, "rd"): 9}
    story = client.get(f"/firms/{firm}/figures/history?year=2024&figure=sales")
    assert "1,234" in story.get_data(as_text=True)


def test_staff_by_months(world: World, client_as: Client) -> None:
    firm = world.firm()
    world.session.commit()
    client = client_as("bureau")
    address = f"/firms/{firm}/figures?year=2024"
    months = {f"month_{number}": str(50 + number) for number in range(13)}
    said = {**months, "version": str(version(world, firm))}
    assert send(client, address, **said).status_code == 302
    assert current(world, firm) == {(2024, "staff"): 56}
    said |= {"month_3": "", "version": str(version(world, firm))}
    assert send(client, address, **said).status_code == 422


def test_two_people_at_once(world: World, client_as: Client) -> None:
    firm = world.firm()
    world.session.commit()
    seen = str(version(world, firm))
    address = f"/firms/{firm}/figures?year=2024"
    assert send(client_as("bureau"), address, sales="1", version=seen).status_code == 302
    late = send(client_as("caseworker"), address, sales="2", version=seen)
    assert late.status_code == 409
    assert current(world, firm) == {(2024, "sales"): 1}


def test_addresses_that_lead_nowhere(world: World, client_as: Client) -> None:
    firm = world.firm()
    world.session.commit()
    client = client_as("bureau")
    for query in ("year=1200", "year=2024&calibre=none", "year=99999999999999999999"):
        assert client.get(f"/firms/{firm}/figures?{query}").status_code in {200, 404}
    for query in ("", "figure=<b>&year=2024", "figure=sales&year=2024"):
        assert client.get(f"/firms/{firm}/figures/history?{query}").status_code == 404


def test_a_program_records_and_reads_figures(world: World, bureau: Program) -> None:
    firm = world.firm()
    world.session.commit()
    body = {"year": 2024, "calibre": "tax", "source": "汇算清缴", "values": {"rd": 150.5, "sales": 2000}}
    answer = bureau.post(f"/firms/{firm}/figures", body, status=200)
    assert answer["years"] == {"2024": {"rd@tax": 150.5, "sales@tax": 2000.0}}
    assert {
        (each["figure"], each["calibre"], each["value"], each["source"]) for each in answer["figures"]
    } == {
        ("rd", "tax", 150.5, "汇算清缴"),
        ("sales", "tax", 2000.0, "汇算清缴"),
    }
    bureau.post(
        f"/firms/{firm}/figures", {"year": 2024, "calibre": "tax", "values": {"rd": None}}, status=200
    )
    listed = bureau.get(f"/firms/{firm}/figures?history=true")["items"]
    assert [(each["figure"], each["until"] is None) for each in listed] == [("rd", False), ("sales", True)]
    change = {"version": answer["version"] + 1, "years": {"2023": {"rd@hnte": 7}}}
    patched = bureau("PATCH", f"/firms/{firm}", change)
    assert patched.json["years"]["2023"] == {"rd@hnte": 7.0}
    bureau.post(f"/firms/{firm}/figures", {"year": 2024, "values": {"profit": 1}}, status=422)
