"""Lists of renames: matched by number, code or old name; the certificate stays; the import can be taken back."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate.domain.firm_data import FirmData
from cultivate.errors import Forbidden, Invalid, NoKnownColumn
from cultivate.models import Certificate, Firm, FirmName
from cultivate.services import certificates, firms, imports
from cultivate.services.imports import ImportOptions, ImportTouched
from cultivate.services.imports.verdict import NOT_OURS, OURS
from cultivate.services.verification import verify
from tests.fixtures import HUSHU, World, credit_code
from tests.import_files import csv, outcomes, problem_codes, row_counts
from tests.list_files import docx, xlsx

NOTICE = ImportOptions(track="hnte", issued_on=date(2025, 3, 20))
ISSUED = date(2023, 12, 8)
HEADER = ("序号", "原名称", "现名称", "证书编号", "发证日期")


def listed(*rows: tuple[str, str, str]) -> bytes:
    """Old name, new name, number."""
    full = [(str(n), *row, "2023-12-08") for n, row in enumerate(rows, 1)]
    return docx("更名高新技术企业名单", HEADER, *full, repeat_every=2)


def take(session: Session, world: World, content: bytes, name: str = "更名.docx") -> dict[str, Any]:
    return imports.run(session, world.bureau, "renames", name, content, NOTICE)


def certified(session: Session, world: World, name: str, number: str, street: str = HUSHU) -> int:
    firm = world.firm(name, street=street)
    certificates.certify_by_list(session, world.bureau, firm, "hnte", number, ISSUED)
    return firm


def names(session: Session, firm_id: int) -> tuple[str, list[tuple[str, date | None]]]:
    session.expire_all()
    former = session.execute(
        select(FirmName.name, FirmName.until).where(FirmName.firm_id == firm_id).order_by(FirmName.id)
    )
    return session.get_one(Firm, firm_id).name, [(name, until) for name, until in former]


@pytest.mark.parametrize("layout", [docx, xlsx])
def test_the_rename_is_written_and_the_certificate_stays(session: Session, world: World, layout: Any) -> None:
    firm = certified(session, world, "杭州霁汐溟科技有限公司", "GR202333000001")
    content = layout(
        "更名高新技术企业名单",
        HEADER,
        ("1", "杭州霁汐溟\n科技有限公司", "浙江霁汐溟科技股份有限公司", "GR202333000001", "2023-12-08"),
        ("2", "宁波外地有限公司", "宁波外地集团有限公司", "GR202333100009", "2023-12-08"),
    )
    report = take(session, world, content, "更名.docx" if layout is docx else "更名.xlsx")
    assert outcomes(report) == {"update": 1, "unmatched": 1}
    assert report["rows"] == 2
    assert names(session, firm) == (
        "浙江霁汐溟科技股份有限公司",
        [("杭州霁汐溟科技有限公司", date(2025, 3, 20))],
    )
    held = session.scalars(select(Certificate).where(Certificate.firm_id == firm)).one()
    assert (held.number, held.issued_on, held.valid_through) == (
        "GR202333000001",
        ISSUED,
        date(2026, 12, 8),
    )
    assert verify(session) == []


def test_the_same_list_twice_changes_nothing(session: Session, world: World) -> None:
    certified(session, world, "杭州霁汐溟科技有限公司", "GR202333000001")
    content = listed(("杭州霁汐溟科技有限公司", "浙江霁汐溟科技股份有限公司", "GR202333000001"))
    take(session, world, content)
    before = row_counts(session)
    assert outcomes(take(session, world, content)) == {"unchanged": 1}
    changed = {table for table, rows in row_counts(session).items() if rows != before[table]}
    assert changed <= {"import_batch", "import_row", "audit_event"}


def test_by_code_by_old_name_and_by_former_name(session: Session, world: World) -> None:
    code = credit_code(9001)
    by_code = world.firm("甲（杭州）科技公司", uscc=code)
    by_name = world.firm("乙（杭州）信息公司")
    by_former = world.firm("丙今名有限公司")
    firms.update(session, world.bureau, by_former, FirmData(former_names=("丙旧名有限公司",)))
    content = csv(
        (code, "甲旧称", "甲新公司"),
        ("", "乙(杭州)信息公司", "乙新公司"),
        ("", "丙旧名有限公司", "丙新公司"),
        header=("统一社会信用代码", "更名前", "更名后"),
    )
    report = imports.run(session, world.bureau, "renames", "更名.csv", content, NOTICE)
    assert outcomes(report) == {"update": 3}
    assert names(session, by_code) == (
        "甲新公司",
        [("甲（杭州）科技公司", date(2025, 3, 20)), ("甲旧称", date(2025, 3, 20))],
    )
    assert names(session, by_name)[0] == "乙新公司"
    assert names(session, by_former)[0] == "丙新公司"


def test_a_rename_known_already_teaches_the_old_name_once(session: Session, world: World) -> None:
    firm = world.firm("甲新公司")
    content = csv(("甲旧公司", "甲新公司"), header=("原名称", "现名称"))
    assert outcomes(imports.run(session, world.bureau, "renames", "a.csv", content, NOTICE)) == {"update": 1}
    assert names(session, firm) == ("甲新公司", [("甲旧公司", date(2025, 3, 20))])
    assert outcomes(imports.run(session, world.bureau, "renames", "a.csv", content, NOTICE)) == {
        "unchanged": 1
    }


def test_an_older_list_does_not_bring_an_older_name_back(session: Session, world: World) -> None:
    firm = certified(session, world, "甲公司", "GR202333000001")
    take(session, world, listed(("甲公司", "乙公司", "GR202333000001")))
    take(session, world, listed(("乙公司", "丙公司", "GR202333000001")))
    report = take(session, world, listed(("甲公司", "乙公司", "GR202333000001")))
    assert outcomes(report) == {"unchanged": 1}
    assert [each["code"] for each in report["warnings"]] == ["renamed-since"]
    assert names(session, firm)[0] == "丙公司"


def test_a_name_of_another_firm_of_ours_is_refused(session: Session, world: World) -> None:
    first = certified(session, world, "甲公司", "GR202333000001")
    world.firm("乙公司")
    report = take(session, world, listed(("甲公司", "乙公司", "GR202333000001")))
    assert problem_codes(report) == [(2, "name-taken")]
    assert "乙公司" in report["problems"][0]["message"]
    assert names(session, first) == ("甲公司", [])


def test_number_and_name_of_two_firms_go_to_a_person(session: Session, world: World) -> None:
    first = certified(session, world, "甲公司", "GR202333000001")
    world.firm("乙公司")
    content = listed(("乙公司", "丁公司", "GR202333000001"))
    report = take(session, world, content)
    assert outcomes(report) == {"to_decide": 1}
    imports.decide(session, world.bureau, report["batch"], 2, OURS, first)
    assert names(session, first)[0] == "丁公司"
    assert outcomes(imports.report(session, world.bureau, report["batch"])) == {"update": 1}
    imports.undo(session, world.bureau, report["batch"])
    assert names(session, first) == ("甲公司", [])


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (("甲公司", "", "GR202333000001"), "name-missing"),
        (("甲公司", "甲 公司", "GR202333000001"), "row-inconsistent"),
    ],
)
def test_rejected_lines(session: Session, world: World, row: tuple[str, str, str], code: str) -> None:
    certified(session, world, "甲公司", "GR202333000001")
    assert problem_codes(take(session, world, listed(row))) == [(2, code)]


def test_a_second_step_in_one_list_waits_for_the_next(session: Session, world: World) -> None:
    firm = certified(session, world, "甲公司", "GR202333000001")
    content = listed(("甲公司", "乙公司", "GR202333000001"), ("乙公司", "丙公司", "GR202333000001"))
    assert problem_codes(take(session, world, content)) == [(3, "duplicate-row")]
    assert outcomes(take(session, world, content)) == {"unchanged": 1, "update": 1}
    assert names(session, firm)[0] == "丙公司"


def test_taken_back_every_name_stands_again(session: Session, world: World) -> None:
    firm = certified(session, world, "甲公司", "GR202333000001")
    batch = take(session, world, listed(("甲公司", "乙公司", "GR202333000001")))["batch"]
    imports.undo(session, world.bureau, batch)
    assert names(session, firm) == ("甲公司", [])
    assert session.get_one(Firm, firm).name_key == "甲公司"
    assert outcomes(take(session, world, listed(("甲公司", "乙公司", "GR202333000001")))) == {"update": 1}


def test_an_edit_since_keeps_the_rename(session: Session, world: World) -> None:
    firm = certified(session, world, "甲公司", "GR202333000001")
    batch = take(session, world, listed(("甲公司", "乙公司", "GR202333000001")))["batch"]
    firms.update(session, world.bureau, firm, FirmData(staff=12))
    with pytest.raises(ImportTouched) as refusal:
        imports.undo(session, world.bureau, batch)
    assert [each.name for each in refusal.value.firms] == ["乙公司"]


def test_a_near_old_name_is_decided_and_remembered(session: Session, world: World) -> None:
    firm = world.firm("杭州霁汐溟信息技术有限公司", street=HUSHU)
    content = csv(("杭州霁汐溟信息技术集团有限公司", "浙江溟有限公司"), header=("原名称", "现名称"))
    batch = imports.preview(session, world.bureau, "renames", "a.csv", content, NOTICE)
    imports.decide(session, world.bureau, batch, 2, NOT_OURS)
    imports.decide(session, world.bureau, batch, 2, OURS, firm)
    assert names(session, firm)[0] == "杭州霁汐溟信息技术有限公司"
    imports.commit(session, world.bureau, batch)
    assert names(session, firm)[0] == "浙江溟有限公司"


def test_only_the_bureau(session: Session, world: World) -> None:
    with pytest.raises(Forbidden):
        imports.run(session, world.caseworker, "renames", "a.docx", listed(("甲", "乙", "")), NOTICE)


def test_what_is_no_list_of_renames(session: Session, world: World) -> None:
    content = csv(("甲公司", "GR202333000001"), header=("企业名称", "证书编号"))
    with pytest.raises(NoKnownColumn):
        imports.run(session, world.bureau, "renames", "a.csv", content, NOTICE)
    with pytest.raises(Invalid):
        imports.run(session, world.bureau, "renames", "a.csv", content, ImportOptions(track="hnte"))
