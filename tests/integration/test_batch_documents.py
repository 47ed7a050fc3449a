"""The recommendation list: one source of rows for the workbook and the PDF, as its reader may see them."""

import io
from collections.abc import Callable
from datetime import date

import openpyxl
import pdfplumber
from flask.testing import FlaskClient
from sqlalchemy import select

from cultivate.models import AuditEvent, Firm
from cultivate.services import stages
from cultivate.services.stages import MoveRequest
from tests.fixtures import HUSHU, World
from tests.pages import send

Client = Callable[[str | None], FlaskClient]


def test_the_list_goes_up_as_a_workbook_and_a_pdf(world: World, client_as: Client) -> None:
    firm = world.firm("=1+1杭州算式科技有限公司")
    row = world.session.get_one(Firm, firm)
    row.contact_name, row.contact_phone, row.established_on = "王小明", "13800001234", date(2018, 5, 7)
    world.at_stage("recommend", firm)
    world.at_stage("recommend", world.firm(street=HUSHU))
    gone = world.at_stage("recommend")
    stages.move(world.session, world.bureau, gone, MoveRequest("withdrawn", reason="企业放弃"))
    address = f"/batches/{world.batches['hnte']}"
    world.session.commit()
    clients = {name: client_as(name) for name in ("bureau", "leader", "caseworker")}
    world.session.commit()

    def sheets(name: str) -> openpyxl.Workbook:
        answer = send(clients[name], f"{address}/recommendation", address, format="xlsx")
        return openpyxl.load_workbook(io.BytesIO(answer.data))

    book = sheets("bureau")
    page, summary = book["推荐名单"], book["汇总表"]
    assert page["A1"].value.endswith("推荐名单")
    assert "A1:O1" in {str(each) for each in page.merged_cells.ranges}
    assert page["A2"].value.startswith("填报单位（盖章）：")
    assert "年" in page["I2"].value
    assert [page.cell(3, place).value for place in (1, 2, 3)] == ["序号", "企业名称", "统一社会信用代码"]
    assert (page.print_title_rows, page.page_setup.orientation) == ("$3:$3", "landscape")
    names = [page.cell(line, 2).value for line in (4, 5)]
    assert (names[0], page["B4"].data_type) == ("=1+1杭州算式科技有限公司", "s")
    assert [page["F4"].value.date(), page["N4"].value, page["O4"].value] == [
        date(2018, 5, 7),
        "王小明",
        "13800001234",
    ]
    assert page.cell(7, 1).value.startswith("审核人：")
    assert [summary.cell(6, place).value for place in (1, 3)] == ["合计", 2]
    assert sheets("leader")["推荐名单"]["O4"].value == "138****1234"
    own = sheets("caseworker")["推荐名单"]
    assert (own["A5"].value, own["B5"].value) == (None, None)
    assert own["A2"].value == "填报单位（盖章）：米市巷街道"
    pdf = send(clients["bureau"], f"{address}/recommendation", address, format="pdf")
    with pdfplumber.open(io.BytesIO(pdf.data)) as opened:
        text = opened.pages[0].extract_text()
        assert len(opened.pages) == 2
    assert all(words in text for words in ("算式科技", "审核人", "推荐名单"))
    told = world.session.scalars(select(AuditEvent).where(AuditEvent.verb == "export")).all()
    assert [each.details["rows"] for each in told] == [2, 2, 1, 2]
