"""Firms that a list names and we did not know; the queue of lines to decide, and what is remembered."""

import io
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate.domain.stages import Stage
from cultivate.errors import Conflict, Forbidden, NotFound
from cultivate.models import Candidacy, Certificate, Firm, ImportRow
from cultivate.queries import ledger, list_decisions, list_leads
from cultivate.services import firms, imports
from cultivate.services.firms import FirmData
from cultivate.services.imports import Decided, ImportOptions, ImportTouched
from cultivate.services.imports.verdict import LEAD, NEW, NOT_OURS, OURS
from cultivate.services.verification import verify
from tests.fixtures import BANSHAN, HUSHU, World, credit_code
from tests.import_files import csv, outcomes, row_counts
from tests.list_files import docx

LISTED = ImportOptions(track="ptsme", issued_on=date(2024, 12, 30))
DAY = date(2024, 12, 30)
HEADER = ("序号", "企业名称", "所属区县", "统一社会信用代码", "登记编号")
CODE = credit_code(9101)
ROWS = (
    ("1", "杭州知名科技有限公司", "拱墅区", "", "2024330105A8000001"),
    ("2", "杭州漏网科技有限公司", "杭州市拱墅区", CODE, "2024330105A8000002"),
    ("3", "杭州旧区信息有限公司", "下城区", "", "2024330105A8000003"),
    ("4", "杭州邻区信息有限公司", "西湖区", "", "2024330106A8000004"),
    # the code says 拱墅 and the list another district: the list is right
    ("5", "杭州迁走信息有限公司", "余杭区", credit_code(9102), "2024330110A8000005"),
)


@pytest.fixture
def batch(session: Session, world: World) -> int:
    """A list with one firm of ours, two that it says are ours, and two of other districts."""
    world.firm("杭州知名科技有限公司", street=HUSHU)
    content = docx("省科技型中小企业名单", HEADER, *ROWS, repeat_every=2)
    report = imports.run(session, world.bureau, "certificates", "省科小.docx", content, LISTED)
    assert outcomes(report) == {"matched": 1, "unmatched": 4}
    return int(report["batch"])


def in_force(session: Session, world: World, street: str | None = None) -> int:
    if street is None:
        return ledger.balances(session, world.bureau.scope, "ptsme", DAY)[0].accounts[Stage.CERTIFY]
    by = ledger.balances(session, world.bureau.scope, "ptsme", DAY, by="unit")
    return by[world.units[street].id].accounts[Stage.CERTIFY]


def named(session: Session, name: str) -> Firm:
    session.expire_all()
    return session.scalars(select(Firm).where(Firm.name == name, Firm.deleted_at.is_(None))).one()


def strangers(session: Session, world: World, batch: int, **how: Any) -> list[int]:
    return [each.number for each in list_leads.list_strangers(session, world.bureau, batch, **how).items]


def test_only_words_say_that_a_firm_is_of_this_district(session: Session, world: World, batch: int) -> None:
    assert strangers(session, world, batch) == [3, 5]
    assert list_leads.count_missed(session, world.bureau, batch) == 2
    assert strangers(session, world, batch, everybody=True) == [3, 5, 6, 8]
    assert strangers(session, world, batch, everybody=True, q="迁走") == [8]
    asked = list_leads.list_strangers(session, world.bureau, batch).items
    assert [each.asked for each in asked] == [False, True]


def test_registered_certified_and_taken_back(session: Session, world: World, batch: int) -> None:
    before = in_force(session, world)
    refused = imports.decide_many(
        session, world.bureau, batch, [3, 5], Decided(NEW, given={"street": BANSHAN})
    )
    assert refused == {}
    firm = named(session, "杭州漏网科技有限公司")
    assert (firm.uscc, firm.street_id) == (CODE, world.units[BANSHAN].id)
    assert "省科小.docx" in (firm.note or "")
    held = session.scalars(select(Certificate).where(Certificate.firm_id == firm.id)).one()
    assert (held.number, held.issued_on, held.counts_from) == ("2024330105A8000002", DAY, DAY)
    assert (in_force(session, world), in_force(session, world, BANSHAN)) == (before + 2, 2)
    report = imports.report(session, world.bureau, batch)
    assert (outcomes(report), report["booked"]) == ({"matched": 1, "create": 2, "unmatched": 2}, 3)
    assert verify(session) == []
    imports.undo(session, world.bureau, batch)
    assert in_force(session, world) == 0
    assert session.scalars(select(Firm.name).where(Firm.deleted_at.is_(None))).all() == [
        "杭州知名科技有限公司"
    ]
    assert verify(session) == []


def test_the_list_again_finds_what_was_registered(session: Session, world: World, batch: int) -> None:
    imports.decide_many(session, world.bureau, batch, [3], Decided(NEW, given={"street": BANSHAN}))
    before = row_counts(session)
    content = docx("省科技型中小企业名单", HEADER, *ROWS, repeat_every=2)
    report = imports.run(session, world.bureau, "certificates", "省科小.docx", content, LISTED)
    assert outcomes(report) == {"matched": 2, "unmatched": 3}
    changed = {table for table, rows in row_counts(session).items() if rows != before[table]}
    assert changed <= {"import_batch", "import_row", "audit_event"}


def test_a_mere_lead_is_not_certified(session: Session, world: World, batch: int) -> None:
    imports.decide(session, world.bureau, batch, 3, LEAD, given={"street": BANSHAN})
    firm = named(session, "杭州漏网科技有限公司")
    stages = session.scalars(select(Candidacy.stage).where(Candidacy.firm_id == firm.id)).all()
    assert stages == ["discover"]
    assert session.scalars(select(Certificate).where(Certificate.firm_id == firm.id)).all() == []
    imports.undo(session, world.bureau, batch)
    assert verify(session) == []


def test_in_a_preview_nothing_is_registered_before_the_commit(session: Session, world: World) -> None:
    content = csv(("漏网公司", "拱墅区", "x1"), header=("企业名称", "区县", "登记编号"))
    batch = imports.preview(session, world.bureau, "certificates", "a.csv", content, LISTED)
    imports.decide(session, world.bureau, batch, 2, NEW, given={"street": HUSHU})
    assert session.scalars(select(Firm)).all() == []
    assert outcomes(imports.report(session, world.bureau, batch)) == {"create": 1}
    imports.commit(session, world.bureau, batch)
    assert in_force(session, world, HUSHU) == 1
    firms.update(session, world.bureau, named(session, "漏网公司").id, FirmData(staff=9))
    with pytest.raises(ImportTouched):
        imports.undo(session, world.bureau, batch)


@pytest.mark.parametrize("given", [{}, {"street": "330106001"}, {"street": "330105"}])
def test_the_street_is_said_by_a_person(
    session: Session, world: World, batch: int, given: dict[str, str]
) -> None:
    before = row_counts(session)
    refused = imports.decide_many(session, world.bureau, batch, [3, 5], Decided(NEW, given=given))
    assert {error.field for error in refused.values()} == {"street"}
    assert row_counts(session) == before


def test_registered_meanwhile_it_is_not_registered_twice(session: Session, world: World, batch: int) -> None:
    firm = world.firm("另外的名字公司", uscc=CODE)
    imports.decide(session, world.bureau, batch, 3, NEW, given={"street": BANSHAN})
    assert session.scalars(select(Firm.id).where(Firm.uscc == CODE)).all() == [firm]
    assert session.scalars(select(Certificate.firm_id).where(Certificate.firm_id == firm)).all() == [firm]


def test_two_lines_of_one_name_are_one_firm(session: Session, world: World) -> None:
    content = csv(("漏网公司", "x1"), ("漏网公司", "x2"), header=("企业名称", "登记编号"))
    batch = imports.run(session, world.bureau, "certificates", "a.csv", content, LISTED)["batch"]
    refused = imports.decide_many(session, world.bureau, batch, [2, 3], Decided(NEW, given={"street": HUSHU}))
    assert list(refused) == [3]
    assert len(session.scalars(select(Firm)).all()) == 1


# the queue


@pytest.fixture
def near(session: Session, world: World) -> tuple[int, list[int]]:
    """Three firms and a list (in two files) with names near to theirs; returns the second batch and the firms."""
    names = ("杭州霁汐溟信息技术有限公司", "杭州澄川溯信息技术有限公司", "杭州岚屿砚信息技术有限公司")
    ids = [world.firm(name, street=HUSHU) for name in names]
    for part in (names[:1], names[1:]):
        rows = [(name.replace("有限公司", "集团有限公司"), f"x{ids[0]}") for name in part]
        content = csv(*rows, header=("企业名称", "登记编号"))
        batch = imports.run(session, world.bureau, "certificates", "近似.csv", content, LISTED)["batch"]
    session.commit()
    return batch, ids


def token(page: Any) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


def test_the_newest_list_first_and_the_next_line_in_focus(
    client_as: Callable[[str], FlaskClient], session: Session, near: tuple[int, list[int]]
) -> None:
    batch, ids = near
    client = client_as("bureau")
    page = client.get("/imports/decisions")
    assert re.findall(r'id="line-(\d+-\d+)"', page.text) == [f"{batch}-2", f"{batch}-3", f"{batch - 1}-2"]
    assert "杭州澄川溯信息技术有限公司" in page.text
    answer = client.post(
        f"/imports/decisions/{batch}/2", data={"csrf_token": token(page), "firm": str(ids[1])}
    )
    assert answer.status_code == 302
    after = client.get(answer.location)
    assert re.findall(r'class="queue-line is-at" id="line-([\d-]+)"', after.text) == [f"{batch}-3"]
    assert session.scalars(select(Certificate.firm_id).execution_options(populate_existing=True)).all() == [
        ids[1]
    ]


def test_a_code_that_is_not_known_and_another_firm_that_is(
    client_as: Callable[[str], FlaskClient], world: World, near: tuple[int, list[int]]
) -> None:
    batch, _ = near
    other = world.firm("杭州全然不同科技有限公司")
    world.session.commit()
    client = client_as("bureau")
    found = client.get(f"/imports/decisions?line={batch}-2&q=全然不同")
    assert f'value="{other}"' in found.text
    answer = client.post(
        f"/imports/decisions/{batch}/2", data={"csrf_token": token(found), "code": "91330105MA00000000"}
    )
    assert answer.status_code == 422
    assert "queue-line is-at" in answer.text
    assert (
        client.post(
            f"/imports/decisions/{batch}/99", data={"csrf_token": token(found), "decision": "not_ours"}
        ).status_code
        == 404
    )


def test_none_of_the_rest(
    client_as: Callable[[str], FlaskClient], session: Session, near: tuple[int, list[int]]
) -> None:
    batch, _ = near
    client = client_as("bureau")
    page = client.get("/imports/decisions")
    url = f"/imports/decisions/{batch}/rest"
    assert client.post(url, data={"csrf_token": token(page), "count": "3"}).status_code == 409
    assert client.post(url, data={"csrf_token": token(page), "count": "2"}).status_code == 302
    left = session.execute(select(ImportRow.batch_id).where(ImportRow.outcome == "to_decide")).scalars().all()
    assert left == [batch - 1]


def test_what_is_remembered_can_be_asked_again(
    session: Session, world: World, near: tuple[int, list[int]]
) -> None:
    batch, ids = near
    imports.decide(session, world.bureau, batch, 2, NOT_OURS)
    imports.decide(session, world.bureau, batch, 3, OURS, ids[2])
    remembered = list_decisions.list_remembered(session, world.bureau).items
    assert [(each.name, each.decision, each.firm_id) for each in remembered] == [
        ("杭州岚屿砚信息技术集团有限公司", OURS, ids[2]),
        ("杭州澄川溯信息技术集团有限公司", NOT_OURS, None),
    ]
    assert [imports.forget(session, world.bureau, each.row_id) for each in remembered] == [0, 1]
    assert list_decisions.list_remembered(session, world.bureau).total == 0
    report = imports.report(session, world.bureau, batch)
    assert outcomes(report) == {"matched": 1, "to_decide": 1}
    held = session.scalars(select(Certificate.firm_id).where(Certificate.status == "valid")).all()
    assert held == [ids[2]]
    content = csv(("杭州岚屿砚信息技术集团有限公司", "x9"), header=("企业名称", "登记编号"))
    assert outcomes(imports.run(session, world.bureau, "certificates", "b.csv", content, LISTED)) == {
        "to_decide": 1
    }
    with pytest.raises(NotFound):
        imports.forget(session, world.bureau, 999_999)
    with pytest.raises(Forbidden):
        imports.forget(session, world.caseworker, remembered[0].row_id)


def test_the_count_somebody_saw_must_still_be_right(
    session: Session, world: World, near: tuple[int, list[int]]
) -> None:
    batch, _ = near
    with pytest.raises(Conflict):
        imports.none_of_the_rest(session, world.bureau, batch, 1)
    assert imports.none_of_the_rest(session, world.bureau, batch, 2) == 2
    assert imports.none_of_the_rest(session, world.bureau, batch, 0) == 0


# pages


def test_the_pages_of_leads(
    client_as: Callable[[str], FlaskClient], session: Session, world: World, batch: int
) -> None:
    session.commit()
    client = client_as("bureau")
    assert f"/imports/{batch}/leads" in client.get(f"/imports/{batch}").text
    page = client.get(f"/imports/{batch}/leads")
    assert "杭州漏网科技有限公司" in page.text
    assert "杭州邻区信息有限公司" not in page.text
    data = {"csrf_token": token(page), "act": "new", "row": ["3", "5"], "street": HUSHU, "street-5": BANSHAN}
    assert (
        client.post(f"/imports/{batch}/leads", data={"csrf_token": token(page), "act": "new"}).status_code
        == 422
    )
    refused = client.post(
        f"/imports/{batch}/leads", data={"csrf_token": token(page), "act": "new", "row": "3"}
    )
    assert refused.status_code == 422
    assert client.post(f"/imports/{batch}/leads", data=data).status_code == 302
    session.rollback()
    assert named(session, "杭州漏网科技有限公司").street_id == world.units[HUSHU].id
    assert named(session, "杭州旧区信息有限公司").street_id == world.units[BANSHAN].id
    assert f"/imports/{batch}/leads" not in client.get(f"/imports/{batch}").text.split("import-sums")[0]


@pytest.mark.parametrize("kind", ["renames", "cancellations", "relocations"])
def test_uploading_by_the_page(
    client_as: Callable[[str], FlaskClient], world: World, session: Session, kind: str
) -> None:
    world.firm("甲公司", street=HUSHU)
    session.commit()
    headers = {
        "renames": (("原名称", "现名称"), ("甲公司", "乙公司")),
        "cancellations": (("企业名称", "取消年度"), ("甲公司", "2023")),
        "relocations": (("企业", "迁出/迁入"), ("新公司", "迁入")),
    }
    header, row = headers[kind]
    client = client_as("bureau")
    page = client.get(f"/imports?kind={kind}")
    assert page.status_code == 200
    data = {
        "csrf_token": token(page),
        "track": "hnte",
        "issued_on": "2025-03-20",
        "file": (io.BytesIO(docx("名单", header, row)), "名单.docx"),
    }
    answer = client.post(f"/imports/{kind}", data=data, content_type="multipart/form-data")
    assert answer.status_code == 302, answer.text[:3000]
    shown = client.get(answer.location)
    assert shown.status_code == 200
    assert client.get("/imports/decisions").status_code == 200
    assert client.get("/work").status_code == client.get("/").status_code == 200


@pytest.mark.parametrize("path", ["/imports/decisions", "/imports/decisions?shown=remembered"])
def test_another_street_sees_nothing_of_it(client_as: Callable[[str], FlaskClient], path: str) -> None:
    assert client_as("caseworker").get(path).status_code == 403
    assert client_as("leader").get(path).status_code == 403


def test_another_streets_caseworker_decides_nothing(
    client_as: Callable[[str], FlaskClient], session: Session, batch: int
) -> None:
    session.commit()
    client = client_as("caseworker")
    data = {"csrf_token": token(client.get("/firms/new")), "decision": "not_ours", "act": "new", "count": "1"}
    for path in (
        f"/imports/decisions/{batch}/3",
        f"/imports/decisions/{batch}/rest",
        f"/imports/{batch}/leads",
    ):
        assert client.post(path, data=data).status_code in {403, 404}
    assert client.get(f"/imports/{batch}/leads").status_code in {403, 404}
    assert client.get(f"/imports/{batch}").status_code == 404


def test_an_empty_queue_says_what_comes_here(client_as: Callable[[str], FlaskClient]) -> None:
    page = client_as("bureau").get("/imports/decisions?page=99&line=x&after=1-")
    assert page.status_code == 200
    assert "empty-state" in page.text
