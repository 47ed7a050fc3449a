"""Export, edit, import: lines are known again, blanks keep, a mark clears, and older lines overwrite nothing."""

import csv
import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook

from cultivate.domain.firm_data import FirmData
from cultivate.errors import Invalid
from cultivate.models import Firm
from cultivate.queries import firms as queries
from cultivate.queries import properties as property_queries
from cultivate.queries.firms import FirmFilter
from cultivate.services import exports, firms, imports, properties
from cultivate.services.imports import ImportOptions
from cultivate.services.properties import PropertyData
from tests.fixtures import MISHIXIANG, World, credit_code
from tests.pages import send


@pytest.fixture
def firm_id(session, world: World) -> int:
    return firms.register(
        session,
        world.bureau,
        FirmData(
            name="杭州来回科技有限公司",
            uscc=credit_code(7),
            street=MISHIXIANG,
            contact_name="王某",
            contact_phone="057100001234",
            staff=50,
            address="试样路 1 号",
            note="=1+1",
            years={2024: {"sales": Decimal(3000), "rd@tax": Decimal("180.25")}},
        ),
        tracks=("hnte",),
    )


def exported(world: World, tmp_path: Path) -> list[dict[str, str]]:
    path = tmp_path / "register.csv"
    exports.export_firms(world.session, world.bureau, path, FirmFilter())
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def bring_back(world: World, rows: list[dict[str, str]], who: str = "bureau", **more: object) -> dict:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    content = text.getvalue().encode("utf-8-sig")
    world.session.expire_all()
    return imports.run(world.session, world.actor(who), "firms", "back.csv", content, ImportOptions(), **more)


def edit(world: World, firm_id: int, **said: object) -> None:
    firms.update(world.session, world.bureau, firm_id, FirmData(**said))  # type: ignore[arg-type]


def test_what_was_not_touched_changes_nothing(world: World, firm_id: int, tmp_path: Path) -> None:
    lead = world.firm("杭州无码科技有限公司", uscc="")
    rows = exported(world, tmp_path)
    assert {row["记录号"].split("-")[0] for row in rows} == {str(firm_id), str(lead)}
    report = bring_back(world, rows)
    assert (report["rows"], report["unchanged"], report["problems"]) == (2, 2, [])


def test_a_workbook_edited_as_people_do_comes_back(world: World, firm_id: int, tmp_path: Path) -> None:
    path = tmp_path / "register.xlsx"
    exports.export_firms(world.session, world.bureau, path, FirmFilter())
    book = load_workbook(path)
    sheet = book.worksheets[0]
    titles = {cell.value: cell.column for cell in sheet[1]}
    sheet.cell(2, titles["职工总数"]).value = 55
    sheet.cell(2, titles["地址"]).value = "（清空）"
    sheet.cell(2, titles["联系人"]).value = None
    sheet.cell(2, titles["2024年研发费用（税务口径，万元）"]).value = 190.5
    book.save(path)
    report = imports.run(world.session, world.bureau, "firms", path.name, path.read_bytes(), ImportOptions())
    assert (report["update"], report["problems"]) == (1, [])
    world.session.expire_all()
    found = queries.get_firm(world.session, world.bureau.scope, firm_id)
    assert (found.staff, found.address, found.contact_name, found.note) == (55, None, "王某", "=1+1")
    assert found.years == {2024: {"sales": 3000, "rd@tax": Decimal("190.5")}}


def test_a_lead_is_known_by_its_mark_under_another_name(world: World, firm_id: int, tmp_path: Path) -> None:
    lead = world.firm("杭州无码科技有限公司", uscc="")
    rows = [row for row in exported(world, tmp_path) if row["企业名称"] == "杭州无码科技有限公司"]
    rows[0] |= {"企业名称": "杭州有码科技有限公司", "统一社会信用代码": credit_code(9)}
    assert bring_back(world, rows)["update"] == 1
    found = world.session.get_one(Firm, lead)
    assert (found.name, found.uscc) == ("杭州有码科技有限公司", credit_code(9))


def test_a_mark_does_not_reach_into_another_street(world: World, firm_id: int, tmp_path: Path) -> None:
    rows = exported(world, tmp_path)
    rows[0] |= {"企业名称": "杭州占用科技有限公司", "统一社会信用代码": "", "所属街道": "湖墅街道"}
    report = bring_back(world, rows, "neighbour")
    assert (report["create"], report["update"]) == (1, 0)
    assert world.session.get_one(Firm, firm_id).name == "杭州来回科技有限公司"


def test_fields_that_only_one_side_changed_do_not_clash(world: World, firm_id: int, tmp_path: Path) -> None:
    rows = exported(world, tmp_path)
    edit(world, firm_id, staff=60, years={2024: {"sales": Decimal(3100)}})
    rows[0]["地址"] = "试样路 2 号"
    report = bring_back(world, rows)
    assert (report["update"], report["conflict"]) == (1, 0)
    assert {warning["code"] for warning in report["warnings"]} == {"older-value"}
    found = queries.get_firm(world.session, world.bureau.scope, firm_id)
    assert (found.staff, found.address, found.years[2024]["sales"]) == (60, "试样路 2 号", 3100)


@pytest.fixture
def clash(world: World, firm_id: int, tmp_path: Path) -> dict:
    rows = exported(world, tmp_path)
    edit(world, firm_id, staff=60)
    rows[0] |= {"职工总数": "55", "地址": "试样路 2 号"}
    return bring_back(world, rows)


def test_what_both_changed_waits_and_is_not_written(world: World, firm_id: int, clash: dict) -> None:
    assert (clash["rows"], clash["update"], clash["rejected"], clash["conflict"]) == (1, 0, 1, 1)
    assert [problem["code"] for problem in clash["problems"]] == ["changed-since-export"]
    found = world.session.get_one(Firm, firm_id)
    assert (found.staff, found.address) == (60, "试样路 1 号")


@pytest.mark.parametrize(("decision", "staff"), [("mine", 55), ("theirs", 60)])
def test_a_person_decides_which_counts(
    world: World, firm_id: int, clash: dict, decision: str, staff: int
) -> None:
    imports.decide(world.session, world.bureau, clash["batch"], 2, decision)
    world.session.expire_all()
    found = world.session.get_one(Firm, firm_id)
    assert (found.staff, found.address) == (staff, "试样路 2 号")
    with pytest.raises(Invalid):
        imports.decide(world.session, world.bureau, clash["batch"], 2, "mine")
    imports.undo(world.session, world.bureau, clash["batch"])
    world.session.expire_all()
    found = world.session.get_one(Firm, firm_id)
    assert (found.staff, found.address) == (60, "试样路 1 号")


def test_all_or_none_waits_for_the_decision(world: World, firm_id: int, tmp_path: Path) -> None:
    rows = exported(world, tmp_path)
    edit(world, firm_id, staff=60)
    rows[0]["职工总数"] = "55"
    with pytest.raises(Invalid):
        bring_back(world, rows, policy="all")


def test_the_page_asks_and_acts(world: World, firm_id: int, clash: dict, client_as) -> None:
    client, other = client_as("bureau"), client_as("caseworker")
    world.session.commit()
    page = f"/imports/{clash['batch']}"
    shown = client.get(page).text
    assert "导出后有改动" in shown
    assert "导出时：50" in shown
    assert send(client, f"{page}/rows/2/settle", page, decision="both").status_code == 422
    assert send(client, f"{page}/rows/2/settle", page, decision="mine").status_code == 302
    assert "已定：以表格为准" in client.get(page).text
    assert other.get(page).status_code == 404


def test_a_day_that_a_spreadsheet_made_of_a_mark_is_no_mark(
    world: World, firm_id: int, tmp_path: Path
) -> None:
    rows = exported(world, tmp_path)
    rows[0]["记录号"] = date(2001, 2, 1).isoformat()
    assert bring_back(world, rows)["unchanged"] == 1


def test_rights_stand_on_a_second_sheet_and_come_back(world: World, firm_id: int, tmp_path: Path) -> None:
    right = PropertyData(
        kind="software", number="2024SR0123456", granted_on=date(2024, 7, 1), obtained="self", note="=1"
    )
    properties.add(world.session, world.bureau, firm_id, right)
    path = tmp_path / "register.xlsx"
    exports.export_firms(world.session, world.bureau, path, FirmFilter())
    book = load_workbook(path)
    assert book.sheetnames == ["企业名册", "知识产权"]

    def bring_in() -> dict:
        return imports.run(
            world.session, world.bureau, "properties", path.name, path.read_bytes(), ImportOptions()
        )

    assert (bring_in()["unchanged"], bring_in()["rows"]) == (1, 1)
    sheet = book["知识产权"]
    titles = {cell.value: cell.column for cell in sheet[1]}
    sheet.cell(2, titles["知识产权名称"]).value = "试样软件"
    book.save(path)
    assert bring_in()["update"] == 1
    (row,) = property_queries.list_of_firm(world.session, firm_id)
    assert (row.title, row.obtained, row.note) == ("试样软件", "self", "=1")
