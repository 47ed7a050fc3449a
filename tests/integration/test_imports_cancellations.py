"""Lists of cancelled certificates: revoked as of the notice, taken back by counter-moves."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate.domain.stages import Stage
from cultivate.errors import Forbidden
from cultivate.models import Candidacy, Certificate, StageMove
from cultivate.queries import ledger
from cultivate.services import certificates, imports, transfers
from cultivate.services.imports import ImportOptions, ImportTouched
from cultivate.services.imports.verdict import OURS
from cultivate.services.verification import verify
from tests.fixtures import BANSHAN, HUSHU, World
from tests.import_files import csv, outcomes, problem_codes, row_counts
from tests.list_files import docx, xlsx

NOTICE = ImportOptions(track="hnte", issued_on=date(2025, 3, 20))
ISSUED = date(2023, 12, 8)
HEADER = ("序号", "企业名称", "证书编号", "取消年度")


def take(session: Session, world: World, content: bytes, name: str = "取消.docx") -> dict[str, Any]:
    return imports.run(session, world.bureau, "cancellations", name, content, NOTICE)


def certified(session: Session, world: World, name: str, number: str, issued_on: date = ISSUED) -> int:
    firm = world.firm(name, street=HUSHU)
    certificates.certify_by_list(session, world.bureau, firm, "hnte", number, issued_on)
    return firm


def held(session: Session, firm: int) -> list[tuple[str, str, date | None, str | None]]:
    session.expire_all()
    rows = session.scalars(select(Certificate).where(Certificate.firm_id == firm).order_by(Certificate.id))
    return [(each.number, each.status, each.revoked_on, each.revoked_reason) for each in rows]


def in_force(session: Session, world: World, as_of: date) -> int:
    return ledger.balances(session, world.bureau.scope, "hnte", as_of)[0].accounts[Stage.CERTIFY]


@pytest.mark.parametrize("layout", [docx, xlsx])
def test_what_is_in_force_is_revoked(session: Session, world: World, layout: Any) -> None:
    firm = certified(session, world, "杭州霁汐溟科技有限公司", "GR202333000001")
    certified(session, world, "杭州澄川科技有限公司", "GR202333000002")
    rows = [
        ("1", "杭州霁汐溟\n科技有限公司", "GR202333000001", "2023"),
        ("2", "温州外地有限公司", "GR202333005001", "2022"),
    ]
    if layout is docx:
        rows.insert(0, ("浙江省（2家）",))  # type: ignore[arg-type]  # a heading merged across the table
    report = take(
        session,
        world,
        layout("关于取消高新技术企业资格的公告", HEADER, *rows),
        "取消.docx" if layout is docx else "取消.xlsx",
    )
    assert outcomes(report) == {"matched": 1, "unmatched": 1}
    assert report["booked"] == 1
    assert held(session, firm) == [("GR202333000001", "revoked", date(2025, 3, 20), "取消年度 2023")]
    assert (in_force(session, world, date(2025, 3, 19)), in_force(session, world, date(2025, 3, 20))) == (
        2,
        1,
    )
    assert verify(session) == []


def test_the_same_list_twice_changes_nothing(session: Session, world: World) -> None:
    certified(session, world, "甲公司", "GR202333000001")
    content = docx("取消", HEADER, ("1", "甲公司", "GR202333000001", "2023"))
    take(session, world, content)
    before = row_counts(session)
    assert outcomes(take(session, world, content)) == {"unchanged": 1}
    changed = {table for table, rows in row_counts(session).items() if rows != before[table]}
    assert changed <= {"import_batch", "import_row", "audit_event"}


def test_undone_the_certificate_counts_again(session: Session, world: World) -> None:
    firm = certified(session, world, "甲公司", "GR202333000001")
    today = in_force(session, world, date(2025, 6, 1))
    batch = take(session, world, docx("取消", HEADER, ("1", "甲公司", "GR202333000001", "2023")))["batch"]
    imports.undo(session, world.bureau, batch)
    assert held(session, firm) == [("GR202333000001", "valid", None, None)]
    assert in_force(session, world, date(2025, 6, 1)) == today == 1
    moves = session.scalars(select(StageMove).order_by(StageMove.id)).all()
    assert moves[-1].reverses_id == moves[-2].id
    assert verify(session) == []


def test_the_number_goes_before_the_name(session: Session, world: World) -> None:
    firm = certified(session, world, "今名有限公司", "GR202333000001")
    report = take(session, world, docx("取消", HEADER, ("1", "旧名甚远有限公司", "ＧＲ202333000001", "2023")))
    assert outcomes(report) == {"matched": 1}
    assert held(session, firm)[0][1] == "revoked"


def test_a_renewed_certificate_is_not_the_one_that_was_cancelled(session: Session, world: World) -> None:
    firm = certified(session, world, "甲公司", "GR202033000001", date(2020, 12, 1))
    certificates.certify_by_list(session, world.bureau, firm, "hnte", "GR202333000009", ISSUED)
    report = take(session, world, docx("取消", HEADER, ("1", "甲公司", "GR202033000001", "2020")))
    assert problem_codes(report) == [(2, "not-in-force")]
    report = take(session, world, docx("取消", HEADER, ("1", "甲公司", "GR201733000001", "2017")))
    assert problem_codes(report) == [(2, "number-differs")]
    assert "GR202333000009" in report["problems"][0]["message"]
    assert [each[1] for each in held(session, firm)] == ["valid", "valid"]


def test_without_a_number_the_one_in_force_is_meant(session: Session, world: World) -> None:
    firm = certified(session, world, "甲公司", "")
    content = csv(("甲公司", "2024", "累计两年未填报年报"), header=("企业名称", "取消资格年度", "取消原因"))
    report = imports.run(session, world.bureau, "cancellations", "取消.csv", content, NOTICE)
    assert outcomes(report) == {"matched": 1}
    assert held(session, firm) == [("", "revoked", date(2025, 3, 20), "取消年度 2024；累计两年未填报年报")]


@pytest.mark.parametrize("street", [None, BANSHAN])
def test_what_cannot_be_revoked_says_why(session: Session, world: World, street: str | None) -> None:
    if street is None:
        world.firm("甲公司")
        expected = "not-in-force"
    else:
        firm = certified(session, world, "甲公司", "GR202333000001")
        transfers.transfer(session, world.bureau, firm, street, None, date(2025, 5, 5), "搬迁")
        expected = "day-before-last-move"
    report = take(session, world, docx("取消", HEADER, ("1", "甲公司", "GR202333000001", "2023")))
    assert problem_codes(report) == [(2, expected)]


def test_touched_since_it_stays(session: Session, world: World) -> None:
    firm = certified(session, world, "甲公司", "GR202333000001")
    batch = take(session, world, docx("取消", HEADER, ("1", "甲公司", "GR202333000001", "2023")))["batch"]
    world.candidacy(firm, "hnte", date(2025, 8, 1))
    with pytest.raises(ImportTouched):
        imports.undo(session, world.bureau, batch)


def test_a_near_name_is_revoked_once_decided(session: Session, world: World) -> None:
    firm = certified(session, world, "杭州霁汐溟信息技术有限公司", "")
    content = csv(("杭州霁汐溟信息技术集团有限公司", "2023"), header=("企业名称", "取消年度"))
    batch = imports.run(session, world.bureau, "cancellations", "a.csv", content, NOTICE)["batch"]
    assert held(session, firm)[0][1] == "valid"
    imports.decide(session, world.bureau, batch, 2, OURS, firm)
    assert held(session, firm)[0][1] == "revoked"
    assert imports.report(session, world.bureau, batch)["booked"] == 1
    imports.undo(session, world.bureau, batch)
    assert held(session, firm)[0][1] == "valid"
    assert session.scalars(select(Candidacy.stage)).one() == "certify"


def test_only_the_bureau(session: Session, world: World) -> None:
    with pytest.raises(Forbidden):
        imports.run(session, world.caseworker, "cancellations", "a.docx", docx("取消", HEADER), NOTICE)
