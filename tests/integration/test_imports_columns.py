"""Saying what the columns of a file are: guessed, corrected, remembered, taken back."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import Workbook, load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate.models import Firm, FirmFigure, ImportBatch, ImportLayout, ImportRow
from tests.fixtures import World, credit_code
from tests.import_files import csv, row_counts
from tests.integration.test_imports_page import post, text, token, upload

Client = Callable[[str | None], FlaskClient]
CODES = [credit_code(number) for number in range(9001, 9006)]
NAMES = [f"杭州试样{letter}科技有限公司" for letter in "甲乙丙丁戊"]


def strange(names: list[str] = NAMES, header: tuple[str, ...] = ("甲", "乙", "丙", "丁", "戊")) -> bytes:
    """A roster whose titles say nothing: name, code, street, phone, sales of 2024."""
    return csv(
        *(
            (name, code, "湖墅", f"1380000000{at}", f"{at + 1}00")
            for at, (name, code) in enumerate(zip(names, CODES, strict=False))
        ),
        header=header,
    )


def chosen(page: str) -> dict[str, str]:
    """What is chosen for each column of the page."""
    found = {}
    for name, body in re.findall(
        r'<select[^>]*name="(column-\d+|year-\d+)"[^>]*>(.*?)</select>', page, re.DOTALL
    ):
        selected = re.search(r'<option value="([^"]*)" selected', body)
        found[name] = selected[1] if selected else ""
    return found


def open_columns(
    client: FlaskClient, content: bytes, name: str = "名册.csv", **values: Any
) -> tuple[str, str]:
    """Upload; the address of the import, and its page of columns."""
    address = upload(client, content, name, **values).headers["Location"]
    return address, text(client.get(f"{address}/columns"))


def set_columns(client: FlaskClient, address: str, **values: Any) -> Any:
    fields = {"sheet": "0", "header": "1"} | {key.replace("_", "-"): value for key, value in values.items()}
    return client.post(f"{address}/columns", data={"csrf_token": token(client), **fields})


def test_content_tells_what_titles_do_not(world: World, client_as: Client) -> None:
    client = client_as("bureau")
    address, page = open_columns(client, strange())
    assert client.get(address).headers["Location"].endswith("/columns")
    found = chosen(page)
    assert [found[f"column-{at}"] for at in range(5)] == ["name", "uscc", "street", "contact_phone", ""]
    assert "按内容" in page
    assert "数字" in page
    assert NAMES[0] in page


def test_nothing_of_the_register_changes_while_columns_are_open(
    session: Session, world: World, client_as: Client
) -> None:
    client = client_as("bureau")
    before = row_counts(session)
    session.rollback()
    address, _ = open_columns(client, strange())
    assert post(client, f"{address}/commit").status_code == 422
    after = row_counts(session)
    session.rollback()
    assert {name for name in after if after[name] != before[name]} == {"import_batch"}
    assert "对列" in text(client.get("/imports"))


def test_a_correction_is_read_checked_and_remembered(
    session: Session, world: World, client_as: Client
) -> None:
    client = client_as("bureau")
    address, page = open_columns(client, strange())
    values = {name: value for name, value in chosen(page).items() if value}
    answer = set_columns(client, address, **values, column_4="sales")
    assert answer.status_code == 422
    assert "年份" in text(answer)
    answer = set_columns(client, address, **values, column_4="sales", year_4="2024")
    assert answer.headers["Location"] == address
    assert "导入 5 行" in text(client.get(address))
    post(client, f"{address}/commit")
    figures = session.execute(select(FirmFigure.year, FirmFigure.value).order_by(FirmFigure.value)).all()
    assert [(year, int(sales)) for year, sales in figures] == [(2024, 100 * at) for at in range(1, 6)]
    session.rollback()

    # the same rows in another file of the same layout: straight to the check, and nothing changes
    again = upload(client, b"\xef\xbb\xbf" + "说明,,,,\n".encode() + strange()[3:], "下月.csv").headers[
        "Location"
    ]
    page = text(client.get(again))
    assert "无变化" in page
    assert "设定" in page
    assert session.get_one(ImportBatch, int(again.rsplit("/", 1)[1])).counts["unchanged"] == 5


def test_a_remembered_layout_can_be_forgotten(session: Session, world: World, client_as: Client) -> None:
    client = client_as("bureau")
    address, page = open_columns(client, strange())
    set_columns(client, address, **{name: value for name, value in chosen(page).items() if value})
    assert session.scalars(select(ImportLayout.kind)).all() == ["firms"]
    session.rollback()
    answer = post(client, f"{address}/columns/forget")
    assert client.get(answer.headers["Location"]).headers["Location"].endswith("/columns")
    assert session.scalars(select(ImportLayout.kind)).all() == []
    assert session.scalars(select(ImportRow.id)).all() == []


def test_a_known_file_goes_straight_on_and_can_be_changed(
    session: Session, world: World, client_as: Client
) -> None:
    client = client_as("bureau")
    content = csv((NAMES[0], CODES[0], "湖墅", "12", "好"))
    address = upload(client, content).headers["Location"]
    page = text(client.get(address))
    assert f'href="{address}/columns"' in page
    found = chosen(text(client.get(f"{address}/columns")))
    assert (found["column-3"], found["column-4"]) == ("staff", "note")
    set_columns(client, address, **{**found, "column-3": "rd_staff", "column-4": ""})
    row = session.scalars(select(ImportRow)).one()
    assert (row.values["rd_staff"], "staff" in row.values, "note" in row.values) == ("12", False, False)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"column-0": "street"}, "没有"),
        ({"column-0": "name", "column-1": "name"}, "同一"),
        ({"column-0": "name", "column-1": "password"}, "没有这样的列"),
    ],
)
def test_columns_that_cannot_be(
    session: Session, world: World, client_as: Client, columns: dict[str, str], words: str
) -> None:
    client = client_as("bureau")
    address, _ = open_columns(client, strange())
    answer = set_columns(client, address, **columns)
    assert answer.status_code == 422
    assert words in text(answer)
    assert session.scalars(select(ImportBatch.status)).all() == ["mapping"]
    assert session.scalars(select(ImportLayout.id)).all() == []


def book(**sheets: list[list[object]]) -> bytes:
    """A workbook with these sheets."""
    made = Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        page = made.create_sheet(name)
        for row in rows:
            page.append(row)
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def test_another_sheet_and_another_row_of_titles(session: Session, world: World, client_as: Client) -> None:
    """The first sheet is understood; the person means the second, whose titles stand in row 3."""
    client = client_as("bureau")
    content = book(
        旧名册=[["企业名称", "街道"], *[[name, "湖墅"] for name in NAMES]],
        新名册=[["街道汇总"], ["单位：家"], ["店名", "在哪里"], [NAMES[0], "湖墅"], [NAMES[1], "米市巷"]],
    )
    address = upload(client, content, "两张.xlsx").headers["Location"]
    assert "旧名册" in text(client.get(address))
    page = text(client.get(f"{address}/columns?sheet=1&sheet-before=0&header=1"))
    assert "店名" in page
    found = chosen(text(client.get(f"{address}/columns?sheet=1&header=3")))
    assert (found["column-0"], found["column-1"]) == ("name", "street")
    set_columns(client, address, sheet="1", header="3", **found)
    rows = session.execute(select(ImportRow.number, ImportRow.outcome).order_by(ImportRow.number)).all()
    assert [tuple(row) for row in rows] == [(4, "create"), (5, "create")]
    session.rollback()
    back = load_workbook(io.BytesIO(client.get(f"{address}/file").data))["新名册"]
    assert [back.cell(3, column).value for column in (3, 4)] == ["结果", "原因"]
    assert back.cell(4, 3).value == "新增"
    # the same titles elsewhere: found on the sheet where they stand
    again = upload(client, book(别名=[["店名", "在哪里"], [NAMES[2], "湖墅"]]), "新.xlsx").headers["Location"]
    assert session.get_one(ImportBatch, int(again.rsplit("/", 1)[1])).status == "preview"


def test_titles_in_two_rows(session: Session, world: World, client_as: Client) -> None:
    content = csv(
        ("", "", "2023年", "2024年"),
        (NAMES[0], "湖墅", "100", "200"),
        header=("企业名称", "街道", "销售收入（万元）", ""),
    )
    client = client_as("bureau")
    address = upload(client, content).headers["Location"]
    found = chosen(text(client.get(f"{address}/columns")))
    assert (found["column-2"], found["year-2"]) == ("sales", "2023")
    assert (found["column-3"], found["year-3"]) == ("sales", "2024")


def test_a_file_without_titles(session: Session, world: World, client_as: Client) -> None:
    client = client_as("bureau")
    content = csv((NAMES[1], CODES[1]), (NAMES[2], CODES[2]), header=(NAMES[0], CODES[0]))
    address, _ = open_columns(client, content)
    found = chosen(text(client.get(f"{address}/columns?sheet=0&header=0")))
    assert (found["column-0"], found["column-1"]) == ("name", "uscc")
    assert set_columns(client, address, header="0", **found).status_code == 302
    assert len(session.scalars(select(ImportRow.id)).all()) == 3
    assert session.scalars(select(ImportLayout.id)).all() == []


def test_two_columns_for_one_thing_are_asked_about(world: World, client_as: Client) -> None:
    content = csv(
        (NAMES[0], NAMES[1], "湖墅"),
        (NAMES[2], NAMES[3], "湖墅"),
        (NAMES[4], "另", "湖墅"),
        header=("企业名称", "单位名称", "街道"),
    )
    client = client_as("bureau")
    _, page = open_columns(client, content)
    assert "单位名称" in page
    assert "不止一列" in page


def test_somebody_elses_columns(world: World, client_as: Client) -> None:
    address, _ = open_columns(client_as("neighbour"), strange())
    mine = client_as("caseworker")
    assert mine.get(f"{address}/columns").status_code == 404
    assert set_columns(mine, address, column_0="name").status_code == 404
    assert post(mine, f"{address}/columns/forget").status_code == 404


def test_columns_of_an_import_that_is_done(world: World, client_as: Client) -> None:
    client = client_as("bureau")
    address = upload(client, csv((NAMES[0], CODES[0], "湖墅", "12", ""))).headers["Location"]
    post(client, f"{address}/commit")
    assert client.get(f"{address}/columns").status_code == 404
    assert set_columns(client, address, column_0="name").status_code == 422
    assert post(client, f"{address}/columns/forget").status_code == 422


def test_several_files_at_once(session: Session, world: World, client_as: Client) -> None:
    """Each is an import of its own; the bad one is named and does not stop the others."""
    client = client_as("bureau")
    files = [
        (io.BytesIO(csv((NAMES[0], CODES[0], "湖墅", "", ""))), "一.csv"),
        (io.BytesIO(b""), "空.csv"),
        (io.BytesIO(strange()), "三.csv"),
    ]
    answer = post(client, "/imports/firms", file=files, tracks=["hnte"])
    page = text(client.get(answer.headers["Location"]))
    assert "空.csv" in page
    assert list(session.scalars(select(ImportBatch.status).order_by(ImportBatch.id))) == [
        "preview",
        "mapping",
    ]
    session.rollback()
    assert session.scalars(select(Firm.id)).all() == []
    session.rollback()
    bad = [(io.BytesIO(b""), "空.csv"), (io.BytesIO(b"MZ\0"), "坏.exe")]
    answer = post(client, "/imports/firms", file=bad, tracks=["hnte"])
    assert answer.status_code == 422
    assert "坏.exe" in text(answer)


def test_decisions_stay_when_columns_change(session: Session, world: World, client_as: Client) -> None:
    near = world.firm("杭州霁汐溟信息技术有限公司")
    session.commit()
    client = client_as("bureau")
    content = csv(
        ("杭州霁汐溟信息技术集团有限公司", "GR202433000002", "x"), header=("企业名称", "证书编号", "日期")
    )
    address = post(
        client,
        "/imports/certificates",
        file=(io.BytesIO(content), "名单.csv"),
        track="hnte",
        issued_on="2024-12-06",
    ).headers["Location"]
    post(client, f"{address}/rows/2/decide", decision="ours", firm=near)
    set_columns(client, address, **{"column-0": "name", "column-1": "certificate_number", "column-2": ""})
    row = session.scalars(select(ImportRow)).one()
    assert (row.outcome, row.firm_id, row.decision) == ("matched", near, "ours")
    assert row.decided_at is not None


def test_figures_whose_year_stands_in_a_column(session: Session, world: World, client_as: Client) -> None:
    """The title names no year: the row does. Titles that say nothing are set by hand, without a year."""
    world.firm(NAMES[0], uscc=CODES[0])
    session.commit()
    client = client_as("bureau")
    content = csv((NAMES[0], CODES[0], "2024", "300"), header=("甲", "乙", "丙", "丁"))
    address = post(client, "/imports/figures", file=(io.BytesIO(content), "数.csv"), calibre="").headers[
        "Location"
    ]
    values = {"column-0": "name", "column-1": "uscc", "column-2": "year", "column-3": "sales"}
    assert set_columns(client, address, **values).status_code == 302
    row = session.scalars(select(ImportRow)).one()
    assert (row.outcome, row.values["sales"]) == ("update", "300")


@pytest.mark.parametrize("way", ["columns", "columns/forget"])
def test_what_was_decided_holds_when_the_file_is_read_again(
    session: Session, world: World, client_as: Client, way: str
) -> None:
    """The preview shows what the commit would do: what was decided, and where a new firm lies."""
    known = world.firm("杭州霁汐溟信息技术有限公司")
    session.commit()
    client = client_as("bureau")
    content = csv(
        ("杭州霁汐溟信息技术集团有限公司", "GR202433000002"),
        ("杭州拾贝岭新材料有限公司", "GR202433000003"),
        header=("企业名称", "证书编号"),
    )
    file = (io.BytesIO(content), "名单.csv")
    answer = post(client, "/imports/certificates", file=file, track="hnte", issued_on="2024-12-06")
    address = answer.headers["Location"]
    batch_id = int(address.rsplit("/", 1)[1])
    post(client, f"{address}/rows/2/decide", decision="ours", firm=str(known))
    post(client, f"/imports/decisions/{batch_id}/3", decision="new", street="330105001")
    columns = {"column-0": "name", "column-1": "certificate_number"}
    assert post(client, f"{address}/{way}", sheet="0", header="1", **columns).status_code == 302
    kept = select(ImportRow.number, ImportRow.outcome).where(ImportRow.batch_id == batch_id)
    assert dict(session.execute(kept).all()) == {2: "matched", 3: "create"}
    counts = session.scalar(select(ImportBatch.counts).where(ImportBatch.id == batch_id))
    assert (counts["matched"], counts["create"], counts["rejected"], counts["to_decide"]) == (1, 1, 0, 0)
    session.rollback()
    post(client, f"{address}/commit")
    assert dict(session.execute(kept).all()) == {2: "matched", 3: "create"}
