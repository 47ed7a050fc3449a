"""Suggestions of wrong credit codes: accepted on the preview, seen, taken back, and never taken over unasked."""

import io
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate.errors import Conflict, Invalid, NotFound
from cultivate.models import AuditEvent, Firm, ImportRow
from cultivate.services import imports
from cultivate.services.imports import ImportOptions
from tests.fixtures import BANSHAN, World, credit_code
from tests.import_files import csv
from tests.integration.test_imports_page import post, text, upload

Client = Callable[[str | None], FlaskClient]

GOOD = credit_code(9101)
LONG = GOOD[:8] + GOOD[8] + GOOD[8:]
OTHER = credit_code(9102)
LONG_OTHER = OTHER[:8] + OTHER[8] + OTHER[8:]
ROSTER = csv(
    ("甲公司", LONG, "湖墅", "12", ""),
    ("乙公司", credit_code(9103), "湖墅", "7", ""),
    ("丙公司", "1", "湖墅", "", ""),
    ("丁公司", LONG_OTHER, "湖墅", "", ""),
)
A, B, C, D = 2, 3, 4, 5


def preview(
    session: Session, world: World, content: bytes = ROSTER, kind: str = "firms", **options: Any
) -> int:
    return imports.preview(session, world.bureau, kind, "名册.csv", content, ImportOptions(**options))


def rows(session: Session, batch_id: int) -> dict[int, ImportRow]:
    session.expire_all()
    found = session.scalars(select(ImportRow).where(ImportRow.batch_id == batch_id)).all()
    return {row.number: row for row in found}


def outcomes(session: Session, batch_id: int) -> dict[int, str]:
    return {number: row.outcome for number, row in rows(session, batch_id).items()}


def test_an_accepted_row_is_written_with_the_code_it_suggests(session: Session, world: World) -> None:
    batch = preview(session, world)
    imports.accept_suggestions(session, world.bureau, batch, {A: GOOD})
    assert outcomes(session, batch) == {A: "create", B: "create", C: "rejected", D: "rejected"}
    counts = imports.report(session, world.bureau, batch)
    assert (counts["rows"], counts["create"], counts["rejected"]) == (4, 2, 2)
    row = rows(session, batch)[A]
    assert row.given == {"accepted": {"uscc": {"before": LONG, "after": GOOD}}}
    imports.commit(session, world.bureau, batch)
    assert session.scalar(select(Firm.uscc).where(Firm.name == "甲公司")) == GOOD
    assert session.scalar(select(Firm).where(Firm.name == "丁公司")) is None
    told = session.scalars(
        select(AuditEvent.details).where(AuditEvent.verb == "accept", AuditEvent.subject_id == batch)
    ).one()
    assert told["rows"] == [{"row": A, "field": "uscc", "before": LONG, "after": GOOD}]


def test_taken_back_before_the_commit_it_is_rejected_again(session: Session, world: World) -> None:
    batch = preview(session, world)
    before = {number: (row.outcome, row.problems, row.values) for number, row in rows(session, batch).items()}
    imports.accept_suggestions(session, world.bureau, batch, {A: GOOD, D: OTHER})
    imports.take_back_accepted(session, world.bureau, batch, [A, B, D])
    after = {number: (row.outcome, row.problems, row.values) for number, row in rows(session, batch).items()}
    assert after == before
    assert {str(row.given) for row in rows(session, batch).values()} == {"{}"}
    imports.commit(session, world.bureau, batch)
    assert session.scalars(select(Firm.name).where(Firm.uscc.in_([GOOD, OTHER]))).all() == []


def test_the_whole_file_is_judged_anew(session: Session, world: World) -> None:
    """The same firm stands further below with its right code: that line is the second one now."""
    content = csv(("甲公司", LONG, "湖墅", "1", ""), ("甲公司", GOOD, "湖墅", "1", ""))
    batch = preview(session, world, content)
    assert outcomes(session, batch) == {2: "rejected", 3: "create"}
    imports.accept_suggestions(session, world.bureau, batch, {2: GOOD})
    assert outcomes(session, batch) == {2: "create", 3: "duplicate"}
    imports.commit(session, world.bureau, batch)
    assert outcomes(session, batch) == {2: "create", 3: "duplicate"}


def test_a_code_of_another_street_is_told_as_in_any_row(session: Session, world: World) -> None:
    world.firm("别处公司", uscc=GOOD, street=BANSHAN)
    content = csv(("甲公司", LONG, "米市巷", "1", ""))
    batch = imports.preview(session, world.caseworker, "firms", "名册.csv", content, ImportOptions())
    imports.accept_suggestions(session, world.caseworker, batch, {2: GOOD})
    row = rows(session, batch)[2]
    assert (row.outcome, [problem["code"] for problem in row.problems]) == ("rejected", ["firm-elsewhere"])


@pytest.mark.parametrize("seen", [{A: OTHER}, {A: GOOD, D: GOOD}, {B: credit_code(9103)}, {C: "1"}])
def test_only_what_the_row_suggests_and_all_or_nothing(session: Session, world: World, seen: Any) -> None:
    batch = preview(session, world)
    before = outcomes(session, batch)
    session.commit()
    with pytest.raises(Conflict):
        imports.accept_suggestions(session, world.bureau, batch, seen)
    session.rollback()
    assert outcomes(session, batch) == before


def test_who_may_and_when(session: Session, world: World) -> None:
    batch = preview(session, world)
    with pytest.raises(NotFound):
        imports.accept_suggestions(session, world.caseworker, batch, {A: GOOD})
    with pytest.raises(NotFound):
        imports.accept_suggestions(session, world.bureau, batch, {99: GOOD})
    imports.commit(session, world.bureau, batch)
    with pytest.raises(Invalid):
        imports.accept_suggestions(session, world.bureau, batch, {A: GOOD})
    with pytest.raises(Invalid):
        imports.take_back_accepted(session, world.bureau, batch, [A])


def test_a_line_of_an_official_list(session: Session, world: World) -> None:
    firm = world.firm("杭州霁汐溟信息技术有限公司", uscc=GOOD)
    header = ("企业名称", "统一社会信用代码", "证书编号")
    content = csv(("别的名字", LONG, "GR202433000002"), ("外地公司", LONG_OTHER, ""), header=header)
    batch = preview(session, world, content, "certificates", track="hnte", issued_on=date(2024, 12, 6))
    assert outcomes(session, batch) == {2: "rejected", 3: "rejected"}
    imports.accept_suggestions(session, world.bureau, batch, {2: GOOD, 3: OTHER})
    assert outcomes(session, batch) == {2: "matched", 3: "unmatched"}
    # a decision about the line leaves what was accepted in place
    imports.decide(session, world.bureau, batch, 3, "not_ours")
    assert rows(session, batch)[3].given["accepted"]["uscc"]["before"] == LONG_OTHER
    imports.commit(session, world.bureau, batch)
    assert rows(session, batch)[2].firm_id == firm


def seen_on(page: str) -> list[str]:
    """What the page offers to accept together."""
    return re.findall(r'type="checkbox" name="row" value="([^"]+)" checked', page)


def test_the_page_accepts_one_then_the_ticked_ones(session: Session, world: World, client_as: Client) -> None:
    client = client_as("bureau")
    address = upload(client, ROSTER).headers["Location"]
    page = text(client.get(address))
    assert seen_on(page) == [f"{A}:{GOOD}", f"{D}:{OTHER}"]
    assert f'name="row" value="{A}:{GOOD}"' in page.split(f'id="row-{A}"')[1].split("</tr>", maxsplit=1)[0]
    answer = post(client, f"{address}/suggestions", row=f"{A}:{GOOD}", outcome="rejected", page="1")
    assert answer.headers["Location"] == f"{address}?outcome=rejected&page=1#row-{A}"
    # left and come back to, by another session: both texts are there, and it can be taken back
    page = text(client_as("bureau").get(address))
    assert seen_on(page) == [f"{D}:{OTHER}"]
    row = page.split(f'id="row-{A}"')[1].split("</tr>", maxsplit=1)[0]
    assert LONG in row
    assert GOOD in row
    assert f"{address}/suggestions/take-back" in row
    assert post(client, f"{address}/suggestions", row=[f"{D}:{OTHER}"]).status_code == 302
    assert post(client, f"{address}/suggestions/take-back", row=str(A)).status_code == 302
    page = text(client.get(address))
    assert seen_on(page) == [f"{A}:{GOOD}"]
    post(client, f"{address}/commit")
    page = text(client.get(address))
    assert LONG_OTHER in page
    assert "take-back" not in page
    assert set(session.scalars(select(Firm.name))) == {"乙公司", "丁公司"}


@pytest.mark.parametrize("value", ["", "x", "2", "2:", f"2:{OTHER}", f"99999999999999999999:{GOOD}", "²:1"])
def test_what_cannot_be_accepted_is_said_on_the_page(world: World, client_as: Client, value: str) -> None:
    client = client_as("bureau")
    address = upload(client, ROSTER).headers["Location"]
    answer = post(client, f"{address}/suggestions", row=value)
    assert answer.status_code in {409, 422}
    assert "notice-error" in text(answer)


def test_a_suggestion_of_somebody_elses_import(world: World, client_as: Client) -> None:
    owner, other = client_as("neighbour"), client_as("caseworker")
    address = upload(owner, ROSTER).headers["Location"]
    assert post(other, f"{address}/suggestions", row=f"{A}:{GOOD}").status_code == 404
    assert post(other, f"{address}/suggestions/take-back", row=str(A)).status_code == 404
    assert client_as("leader").post(f"{address}/suggestions").status_code in {400, 403}
    assert post(owner, f"{address}/suggestions", row=f"{A}:{GOOD}").status_code == 302


def test_two_tabs_accept_and_take_back(session: Session, world: World, client_as: Client) -> None:
    """The second tab shows what was true a minute ago; it undoes nothing unseen."""
    one, two = client_as("bureau"), client_as("bureau")
    address = upload(one, ROSTER).headers["Location"]
    pair = f"{A}:{GOOD}"
    assert post(one, f"{address}/suggestions", row=pair).status_code == 302
    answer = post(two, f"{address}/suggestions", row=pair)
    assert answer.status_code == 409
    post(one, f"{address}/commit")
    assert post(two, f"{address}/suggestions/take-back", row=str(A)).status_code == 422
    assert session.scalar(select(Firm.uscc).where(Firm.name == "甲公司")) == GOOD


def test_it_stays_when_the_columns_are_set_anew(session: Session, world: World, client_as: Client) -> None:
    client = client_as("bureau")
    header = ("单位", "统一社会信用代码", "街道", "人", "备注")
    content = csv(("甲公司", LONG, "湖墅", "12", ""), ("丙公司", "1", "湖墅", "", ""), header=header)
    address = upload(client, content).headers["Location"]
    post(client, f"{address}/suggestions", row=f"{A}:{GOOD}")
    columns = {"column-0": "name", "column-1": "uscc", "column-2": "street", "column-3": "staff"}
    sent = {"sheet": "0", "header": "1", **columns}
    assert post(client, f"{address}/columns", **sent).status_code == 302
    page = text(client.get(address))
    assert LONG in page
    assert seen_on(page) == []
    assert outcomes(session, int(address.rsplit("/", 1)[1])) == {2: "create", 3: "rejected"}
    session.rollback()
    # without its column there is nothing any more that it was said of
    assert post(client, f"{address}/columns", **{**sent, "column-1": ""}).status_code == 302
    assert LONG not in text(client.get(address))


def test_ones_own_file_says_what_was_accepted(world: World, client_as: Client) -> None:
    client = client_as("bureau")
    address = upload(client, ROSTER).headers["Location"]
    post(client, f"{address}/suggestions", row=f"{A}:{GOOD}")
    sheet = load_workbook(io.BytesIO(client.get(f"{address}/file").data)).active
    assert sheet is not None
    line = next(row for row in sheet.iter_rows(values_only=True) if row[0] == A)
    assert LONG in line
    assert GOOD in str(line[-1])
