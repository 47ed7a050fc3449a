"""The pages of imports: upload, preview, confirm, decide, undo, take away; and files that mean harm."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import Workbook, load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate.models import Certificate, Firm, ImportBatch, ImportRow
from cultivate.services import imports
from cultivate.services.firms import FirmData, update
from cultivate.services.imports import ImportOptions
from cultivate.spreadsheets import limits, load
from tests.fixtures import HUSHU, World, credit_code
from tests.import_files import LISTS, csv, row_counts

CODE = credit_code(9001)
ROSTER = csv(("甲公司", CODE, "湖墅", "12", ""), ("乙公司", CODE[:-1], "湖墅", "", ""))
Client = Callable[[str | None], FlaskClient]


def token(client: FlaskClient, address: str = "/imports") -> str:
    page = client.get(address).get_data(as_text=True)
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found[1]


def post(client: FlaskClient, address: str, **values: Any) -> Any:
    return client.post(address, data={"csrf_token": token(client), **values})


def upload(client: FlaskClient, content: bytes, name: str = "名册.csv", **values: Any) -> Any:
    return post(
        client,
        "/imports/firms",
        file=(io.BytesIO(content), name),
        **{"tracks": ["hnte", "ptsme"], **values},
    )


def text(answer: Any) -> str:
    return answer.get_data(as_text=True)


def test_the_way_of_a_roster(session: Session, world: World, client_as: Client) -> None:
    client = client_as("bureau")
    answer = upload(client, ROSTER)
    assert answer.status_code == 302
    address = answer.headers["Location"]
    page = text(client.get(address))
    for piece in ("名册.csv", "核对", "导入 1 行", "退回", "17"):
        assert piece in page
    assert row_counts(session)["firm"] == 0
    session.rollback()
    assert post(client, f"{address}/commit").status_code == 302
    page = text(client.get(address))
    firm = session.scalars(select(Firm)).one()
    assert f'href="/firms/{firm.id}"' in page
    assert "写入 1 家企业" in page
    session.rollback()
    assert post(client, f"{address}/commit").status_code == 302
    assert post(client, f"{address}/undo").status_code == 302
    assert "已撤销" in text(client.get("/imports"))
    assert post(client, f"{address}/undo").status_code == 422


def test_rows_can_be_narrowed(world: World, client_as: Client) -> None:
    client = client_as("bureau")
    address = upload(client, ROSTER).headers["Location"]
    page = text(client.get(f"{address}?outcome=create"))
    assert ("甲公司" in page, "乙公司" in page) == (True, False)
    assert "乙公司" in text(client.get(f"{address}?outcome=nonsense"))
    assert client.get(f"{address}?page=99").status_code == 200


def test_a_preview_can_be_dropped(session: Session, world: World, client_as: Client) -> None:
    client = client_as("bureau")
    address = upload(client, ROSTER).headers["Location"]
    assert post(client, f"{address}/drop").headers["Location"] == "/imports"
    assert client.get(address).status_code == 200
    assert session.scalars(select(ImportBatch.content)).all() == [b""]
    session.rollback()
    assert post(client, f"{address}/commit").status_code == 422


def test_an_update_shows_what_changes(world: World, client_as: Client) -> None:
    client = client_as("bureau")
    post(client, f"{upload(client, ROSTER).headers['Location']}/commit")
    changed = csv(("甲公司", CODE, "", "15", ""))
    page = text(client.get(upload(client, changed).headers["Location"]))
    assert re.search(r"<del>12</del>.*<ins>15</ins>", page)


def test_undo_names_what_was_touched(session: Session, world: World, client_as: Client) -> None:
    client = client_as("bureau")
    address = upload(client, ROSTER).headers["Location"]
    post(client, f"{address}/commit")
    firm = session.scalars(select(Firm.id)).one()
    update(session, world.bureau, firm, FirmData(staff=99))
    session.commit()
    answer = post(client, f"{address}/undo")
    assert answer.status_code == 422
    assert "甲公司</a> 已修改" in text(answer)
    assert session.get_one(ImportBatch, int(address.rsplit("/", 1)[1])).status == "committed"


def test_the_same_file_is_recognised(world: World, client_as: Client) -> None:
    client = client_as("bureau")
    post(client, f"{upload(client, ROSTER).headers['Location']}/commit")
    page = text(client.get(upload(client, ROSTER).headers["Location"]))
    assert "同一份文件" in page


def test_the_way_of_a_list(session: Session, world: World, client_as: Client) -> None:
    world.firm("甲公司", uscc=CODE)
    near = world.firm("杭州霁汐溟信息技术有限公司", street=HUSHU)
    session.commit()
    client = client_as("bureau")
    content = csv(
        ("甲公司", "GR202433000001"),
        ("杭州霁汐溟信息技术集团有限公司", "GR202433000002"),
        ("外地公司", "GR202433000003"),
        header=("企业名称", "证书编号"),
    )
    answer = post(
        client,
        "/imports/certificates",
        file=(io.BytesIO(content), "名单.csv"),
        track="hnte",
        issued_on="2024-12-06",
    )
    address = answer.headers["Location"]
    assert "待认定" in text(client.get(address))
    assert post(client, f"{address}/rows/3/decide", decision="ours").status_code == 422
    assert post(client, f"{address}/rows/3/decide", decision="ours", code="9").status_code == 422
    assert post(client, f"{address}/rows/99/decide", decision="not_ours").status_code == 404
    decided = post(client, f"{address}/rows/3/decide", decision="ours", firm=near, outcome="to_decide")
    assert decided.headers["Location"].endswith("?outcome=to_decide")
    post(client, f"{address}/commit")
    days = session.execute(select(Certificate.number, Certificate.issued_on).order_by(Certificate.number))
    assert [tuple(row) for row in days] == [
        ("GR202433000001", date(2024, 12, 6)),
        ("GR202433000002", date(2024, 12, 6)),
    ]
    session.rollback()
    assert post(client, f"{address}/rows/4/decide", decision="ours", code=CODE).status_code == 422


def test_the_way_of_a_list_needs_its_day(world: World, client_as: Client) -> None:
    client = client_as("bureau")
    answer = post(client, "/imports/certificates", file=(io.BytesIO(ROSTER), "a.csv"), track="hnte")
    assert answer.status_code == 422


def test_a_caseworker_sees_own_imports_only(world: World, client_as: Client) -> None:
    mine, theirs = client_as("caseworker"), client_as("neighbour")
    address = upload(theirs, ROSTER).headers["Location"]
    assert address not in text(mine.get("/imports"))
    assert address in text(client_as("bureau").get("/imports"))
    for path in (address, f"{address}/file"):
        assert mine.get(path).status_code == 404
    for act in ("commit", "drop", "undo"):
        assert post(mine, f"{address}/{act}").status_code == 404
    assert "/imports/certificates" not in text(mine.get("/imports"))
    assert post(mine, "/imports/certificates").status_code == 403


def test_a_form_without_a_token_is_refused(world: World, client_as: Client) -> None:
    answer = client_as("bureau").post("/imports/firms", data={"file": (io.BytesIO(ROSTER), "a.csv")})
    assert answer.status_code == 400


def test_ones_own_workbook_comes_back_with_reasons(world: World, client_as: Client) -> None:
    client = client_as("bureau")
    content = (LISTS / "street-roster.xlsx").read_bytes()
    address = upload(client, content, "street-roster.xlsx").headers["Location"]
    answer = client.get(f"{address}/file")
    assert "attachment" in answer.headers["Content-Disposition"]
    before, after = (
        load_workbook(io.BytesIO(content))["摸排表"],
        load_workbook(io.BytesIO(answer.data))["摸排表"],
    )
    last = before.max_column
    assert [after.cell(3, last + step).value for step in (1, 2)] == ["结果", "原因"]
    assert after.cell(16, last + 1).value == "退回"
    assert "91330100FAKE00136D" in str(after.cell(16, last + 2).value)
    assert [cell.value for cell in after[16]][:last] == [cell.value for cell in before[16]]
    assert after.merged_cells.ranges == before.merged_cells.ranges


@pytest.mark.parametrize("name", ["roster-gbk.csv", "roster-97.xls"])
def test_other_kinds_come_back_as_a_table(world: World, client_as: Client, name: str) -> None:
    client = client_as("bureau")
    address = upload(client, (LISTS / name).read_bytes(), name).headers["Location"]
    page = load_workbook(io.BytesIO(client.get(f"{address}/file").data)).active
    assert (page.max_row, page.cell(1, page.max_column).value) == (41, "原因")


def test_the_empty_roster_is_understood(world: World, client_as: Client) -> None:
    book = load_workbook(io.BytesIO(client_as("bureau").get("/imports/template.xlsx").data))
    book.active.append(["甲公司", CODE, "湖墅"])
    target = io.BytesIO()
    book.save(target)
    sheet = load(target.getvalue(), "a.xlsx", "firms")
    assert [column.title for column in sheet.columns if column.field is None] == []


def bomb() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<a/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (60 * 1024 * 1024))
    return target.getvalue()


def scripted() -> bytes:
    book = Workbook()
    book.active.append(["企业名称", "统一社会信用代码", "街道"])
    book.active.append(["<script>alert(1)</script>", CODE, "=cmd|' /C calc'!A0"])
    book.active.append(['=HYPERLINK("http://127.0.0.1")', "", "湖墅"])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "a.xlsx"),
        (b"PK\x03\x04" + b"\0" * 100, "a.xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "a.xls"),
        (b"%PDF-1.7\n" + b"x" * 500, "a.pdf"),
        (bomb(), "a.xlsx"),
        (bytes(range(256)) * 40, "a.csv"),
        ("企业名称\n".encode(), "a.csv"),
        (b"MZ" + b"\0" * 300, "a.exe"),
    ],
)
def test_hostile_files_get_a_message(
    session: Session, world: World, client_as: Client, content: bytes, name: str
) -> None:
    client, before = client_as("bureau"), row_counts(session)
    session.rollback()
    answer = upload(client, content, name)
    assert answer.status_code == 422
    assert "error-summary" in text(answer)
    assert row_counts(session) == before


def test_what_a_cell_says_is_text(world: World, client_as: Client) -> None:
    client = client_as("bureau")
    address = upload(client, scripted(), "a.xlsx").headers["Location"]
    page = text(client.get(address))
    assert "<script>alert" not in page
    assert client.get(f"{address}/file").status_code == 200


@pytest.mark.parametrize("name", ["../../etc/passwd", "\r\nX: y.csv", "名" * 400 + ".csv"])
def test_hostile_names(world: World, client_as: Client, name: str) -> None:
    client = client_as("bureau")
    answer = upload(client, ROSTER, name)
    assert answer.status_code in {302, 422}
    if answer.status_code == 302:
        assert client.get(f"{answer.headers['Location']}/file").status_code == 200


def test_a_name_that_no_file_has_is_refused_in_words(world: World, client_as: Client) -> None:
    answer = upload(client_as("bureau"), ROSTER, "a\0b.csv")
    assert answer.status_code == 400
    assert "<html" in text(answer)


def test_a_file_that_is_too_large(world: World, client_as: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_BYTES", 1024**2 // 4)
    answer = upload(client_as("bureau"), b"x" * (1024**2 // 3), "a.csv")
    assert answer.status_code == 422
    assert "MB" in text(answer)


def test_nothing_chosen(world: World, client_as: Client) -> None:
    client = client_as("bureau")
    assert post(client, "/imports/firms", tracks="hnte").status_code == 422
    assert upload(client, ROSTER, tracks=[]).status_code == 422
    assert upload(client, ROSTER, unit="999").status_code == 422


def test_the_page_asks_a_fixed_number_of_questions(session: Session, world: World, client_as: Client) -> None:
    from tests.query_count import counting

    client, seen_by_size = client_as("bureau"), []
    for size in (2, 40):
        content = csv(*((f"甲{n}公司", "", "湖墅", "", "") for n in range(size)))
        batch = imports.preview(session, world.bureau, "firms", "a.csv", content, ImportOptions())
        session.commit()
        client.get(f"/imports/{batch}")
        with counting(session) as seen:
            client.get(f"/imports/{batch}")
        seen_by_size.append(len(seen))
    assert seen_by_size[0] == seen_by_size[1]


def test_a_list_of_strangers_is_finished_with_what_was_decided(
    session: Session, world: World, client_as: Client
) -> None:
    """Nothing is to be written, and the decision is not to be lost: the next list does not ask again."""
    world.firm("杭州霁汐溟信息技术有限公司")
    session.commit()
    client = client_as("bureau")
    content = csv(("杭州霁汐溟信息技术集团有限公司", "GR202433000002"), header=("企业名称", "证书编号"))

    def send() -> str:
        file = (io.BytesIO(content), "名单.csv")
        answer = post(client, "/imports/certificates", file=file, track="hnte", issued_on="2024-12-06")
        return str(answer.headers["Location"])

    address = send()
    page = text(client.get(address))
    assert "没有需要写入的行" not in page  # it would read as "throw it away"
    assert "1 行等您" in page
    assert f"{address}/commit" not in page
    post(client, f"{address}/rows/2/decide", decision="not_ours")
    assert f"{address}/commit" in text(client.get(address))
    assert post(client, f"{address}/commit").status_code == 302
    page = text(client.get(send()))
    assert "等您" not in page
    assert "非本区" in page


def test_two_tabs_decide_one_line(session: Session, world: World, client_as: Client) -> None:
    """The second tab was loaded before the first decided: it is told, and decides over nothing unseen."""
    firm = world.firm("杭州霁汐溟信息技术有限公司")
    session.commit()
    one, two = client_as("bureau"), client_as("bureau")
    content = csv(("杭州霁汐溟信息技术集团有限公司", "GR202433000002"), header=("企业名称", "证书编号"))
    file = (io.BytesIO(content), "名单.csv")
    answer = post(one, "/imports/certificates", file=file, track="hnte", issued_on="2024-12-06")
    address = answer.headers["Location"]
    batch_id = address.rsplit("/", 1)[1]

    def mark(client: FlaskClient) -> str:
        row = text(client.get(address)).split('id="row-2"')[1]
        found = re.search(r'name="seen" value="([^"]*)"', row)
        assert found
        return found[1]

    before = mark(two)
    assert (
        post(one, f"{address}/rows/2/decide", decision="ours", firm=str(firm), seen=before).status_code == 302
    )
    late = post(two, f"{address}/rows/2/decide", decision="not_ours", seen=before)
    assert (late.status_code, "第 2 行" in text(late)) == (409, True)
    assert post(two, f"/imports/decisions/{batch_id}/2", decision="not_ours", seen="").status_code == 422
    kept = select(ImportRow.decision).where(ImportRow.batch_id == int(batch_id))
    assert session.scalar(kept) == "ours"
    session.rollback()
    # having seen it, one may say otherwise
    assert post(two, f"{address}/rows/2/decide", decision="not_ours", seen=mark(two)).status_code == 302


_BEYOND = "99999999999999999999"


@pytest.mark.parametrize("number", [_BEYOND, "99999999999"])
def test_numbers_that_no_import_has(session: Session, world: World, client_as: Client, number: str) -> None:
    """They lead nowhere, and crash nothing."""
    firm = world.firm("杭州霁汐溟信息技术有限公司")
    session.commit()
    client = client_as("bureau")
    content = csv(("杭州霁汐溟信息技术集团有限公司", "GR202433000002"), header=("企业名称", "证书编号"))
    file = (io.BytesIO(content), "名单.csv")
    answer = post(client, "/imports/certificates", file=file, track="hnte", issued_on="2024-12-06")
    address, batch_id = answer.headers["Location"], answer.headers["Location"].rsplit("/", 1)[1]
    looked = (f"/imports/{number}", f"/imports/{number}/leads", f"{address}?page={number}")
    looked += (f"/imports?page={number}", f"/imports/decisions?page={number}", "/imports/progress?key=%00")
    sent: tuple[tuple[str, dict[str, str]], ...] = (
        (f"{address}/rows/{number}/decide", {"decision": "ours", "firm": str(firm)}),
        (f"{address}/rows/2/decide", {"decision": "ours", "firm": number}),
        (f"{address}/rows/{number}/settle", {"decision": "mine"}),
        (f"/imports/decisions/{batch_id}/{number}", {"decision": "not_ours"}),
        (f"/imports/decisions/{batch_id}/2", {"firm": number}),
        (f"/imports/decisions/forget/{number}", {}),
        (f"{address}/suggestions/take-back", {"row": number}),
    )
    crashed = [each for each in looked if client.get(each).status_code >= 500]
    crashed += [each for each, values in sent if post(client, each, **values).status_code not in {404, 422}]
    assert crashed == []
