"""Lists of relocations: out, in, and to another street of ours."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate.domain.stages import Stage
from cultivate.errors import Forbidden, Invalid
from cultivate.models import Candidacy, Certificate, Firm, Transfer
from cultivate.queries import ledger
from cultivate.services import certificates, imports, service_records, transfers
from cultivate.services.imports import ImportOptions, ImportTouched
from cultivate.services.imports.verdict import LEAD, NEW, NOT_OURS, OURS
from cultivate.services.verification import verify
from tests.fixtures import BANSHAN, HUSHU, MISHIXIANG, World
from tests.import_files import outcomes, problem_codes, row_counts
from tests.list_files import docx, xlsx

NOTICE = ImportOptions(track="hnte", issued_on=date(2025, 3, 20))
DAY = date(2025, 3, 20)
ISSUED = date(2023, 12, 8)
HEADER = ("序号", "企业", "证书编号", "发证日期", "迁出/迁入")


def take(session: Session, world: World, content: bytes, name: str = "迁移.docx") -> dict[str, Any]:
    return imports.run(session, world.bureau, "relocations", name, content, NOTICE)


def listed(*rows: tuple[str, str, str, str], header: tuple[str, ...] = HEADER) -> bytes:
    return docx(
        "异地搬迁高新技术企业名单", header, *((str(n), *row) for n, row in enumerate(rows, 1)), repeat_every=3
    )


def certified(session: Session, world: World, name: str, number: str = "GR202333000001") -> int:
    firm = world.firm(name, street=HUSHU)
    certificates.certify_by_list(session, world.bureau, firm, "hnte", number, ISSUED)
    return firm


def stages_of(session: Session, firm: int) -> dict[str, str]:
    session.expire_all()
    rows = session.execute(
        select(Candidacy.track, Candidacy.stage).where(Candidacy.firm_id == firm).order_by(Candidacy.id)
    )
    return dict(rows.all())


def in_force(session: Session, world: World, as_of: date, street: str | None = None) -> int:
    if street is None:
        return ledger.balances(session, world.bureau.scope, "hnte", as_of)[0].accounts[Stage.CERTIFY]
    by = ledger.balances(session, world.bureau.scope, "hnte", as_of, by="unit")
    stock = by.get(world.units[street].id)
    return stock.accounts[Stage.CERTIFY] if stock else 0


def firm_named(session: Session, name: str) -> Firm:
    session.expire_all()
    return session.scalars(select(Firm).where(Firm.name == name, Firm.deleted_at.is_(None))).one()


@pytest.mark.parametrize("layout", [docx, xlsx])
def test_who_left_counts_no_more_on_either_track(session: Session, world: World, layout: Any) -> None:
    firm = certified(session, world, "甲公司")
    world.candidacy(firm, "ptsme", date(2025, 1, 6))
    content = layout(
        "搬迁",
        HEADER,
        ("1", "甲公司", "GR202333000001", "2023-12-08", "迁出至余杭区"),
        ("2", "外地公司", "GR202333000077", "2023-12-08", "迁出"),
    )
    report = take(session, world, content, "迁移.docx" if layout is docx else "迁移.xlsx")
    assert outcomes(report) == {"matched": 1, "unmatched": 1}
    assert stages_of(session, firm) == {"hnte": "moved_out", "ptsme": "moved_out"}
    assert (in_force(session, world, date(2025, 3, 19)), in_force(session, world, DAY)) == (1, 0)
    assert verify(session) == []
    before = row_counts(session)
    assert outcomes(take(session, world, content, "迁移.docx" if layout is docx else "迁移.xlsx")) == {
        "unchanged": 1,
        "unmatched": 1,
    }
    changed = {table for table, rows in row_counts(session).items() if rows != before[table]}
    assert changed <= {"import_batch", "import_row", "audit_event"}
    imports.undo(session, world.bureau, report["batch"])
    assert stages_of(session, firm) == {"hnte": "certify", "ptsme": "discover"}
    assert in_force(session, world, DAY) == 1
    assert verify(session) == []


def test_who_came_waits_for_its_street_and_counts_from_the_day(session: Session, world: World) -> None:
    content = listed(("杭州新来科技有限公司", "GR202333000088", "2023-12-08", "由西湖区迁入"))
    batch = take(session, world, content)["batch"]
    assert outcomes(imports.report(session, world.bureau, batch)) == {"to_decide": 1}
    with pytest.raises(Invalid) as refusal:
        imports.decide(session, world.bureau, batch, 2, NEW)
    assert refusal.value.problem == "street-missing"
    with pytest.raises(Invalid):
        imports.decide(session, world.bureau, batch, 2, NEW, given={"street": "330106001"})
    imports.decide(session, world.bureau, batch, 2, NEW, given={"street": BANSHAN})
    firm = firm_named(session, "杭州新来科技有限公司")
    held = session.scalars(select(Certificate).where(Certificate.firm_id == firm.id)).one()
    assert (held.number, held.issued_on, held.counts_from, held.valid_through) == (
        "GR202333000088",
        ISSUED,
        DAY,
        date(2026, 12, 8),
    )
    assert (in_force(session, world, date(2025, 3, 19)), in_force(session, world, DAY, BANSHAN)) == (0, 1)
    assert "迁移.docx" in (firm.note or "")
    assert outcomes(imports.report(session, world.bureau, batch)) == {"create": 1}
    assert outcomes(take(session, world, content)) == {"unchanged": 1}
    assert verify(session) == []
    imports.undo(session, world.bureau, batch)
    assert session.scalars(select(Firm).where(Firm.deleted_at.is_(None))).all() == []
    assert in_force(session, world, DAY) == 0
    assert verify(session) == []
    assert outcomes(take(session, world, content)) == {"to_decide": 1}


def test_without_its_day_of_issue_a_person_says_it(session: Session, world: World) -> None:
    content = docx("搬迁", ("企业", "证书编号", "迁出/迁入"), ("新来公司", "GR202333000088", "迁入"))
    batch = imports.preview(session, world.bureau, "relocations", "a.docx", content, NOTICE)
    with pytest.raises(Invalid) as refusal:
        imports.decide(session, world.bureau, batch, 2, NEW, given={"street": HUSHU})
    assert refusal.value.problem == "issue-day-missing"
    given = {"street": HUSHU, "issued_on": "2023-12-08"}
    imports.decide(session, world.bureau, batch, 2, NEW, given=given)
    imports.commit(session, world.bureau, batch)
    firm = firm_named(session, "新来公司")
    assert (
        session.scalars(select(Certificate.issued_on).where(Certificate.firm_id == firm.id)).one() == ISSUED
    )


def test_a_certificate_that_had_ended_brings_nothing(session: Session, world: World) -> None:
    content = listed(("新来公司", "GR202033000088", "2020-12-01", "迁入"))
    batch = take(session, world, content)["batch"]
    with pytest.raises(Invalid) as refusal:
        imports.decide(session, world.bureau, batch, 2, NEW, given={"street": HUSHU})
    assert refusal.value.problem == "certificate-ended"
    imports.decide(session, world.bureau, batch, 2, LEAD, given={"street": HUSHU})
    assert stages_of(session, firm_named(session, "新来公司").id) == {"hnte": "discover"}


def test_a_firm_of_ours_that_comes_back(session: Session, world: World) -> None:
    firm = certified(session, world, "甲公司")
    out = listed(("甲公司", "GR202333000001", "2023-12-08", "迁出"))
    take(session, world, out)
    later = ImportOptions(track="hnte", issued_on=date(2025, 9, 1))
    back = listed(("甲公司", "GR202333000001", "", "迁入"))
    report = imports.run(session, world.bureau, "relocations", "回.docx", back, later)
    assert outcomes(report) == {"matched": 1}
    assert in_force(session, world, date(2025, 8, 31)) == 0
    assert in_force(session, world, date(2025, 9, 1)) == 1
    assert verify(session) == []
    imports.undo(session, world.bureau, report["batch"])
    assert (in_force(session, world, date(2025, 9, 1)), verify(session)) == (0, [])
    assert firm


def test_a_new_street_of_ours_is_put_to_a_person(session: Session, world: World) -> None:
    firm = certified(session, world, "甲公司")
    content = docx(
        "搬迁",
        ("企业名称", "证书编号", "原所属区", "现所属区", "迁入街道"),
        ("甲公司", "GR202333000001", "拱墅区", "拱墅区", "半山街道"),
    )
    batch = take(session, world, content)["batch"]
    assert outcomes(imports.report(session, world.bureau, batch)) == {"to_decide": 1}
    assert session.get_one(Firm, firm).street_id == world.units[HUSHU].id
    imports.decide(session, world.bureau, batch, 2, OURS, firm)
    session.expire_all()
    assert session.get_one(Firm, firm).street_id == world.units[BANSHAN].id
    assert (in_force(session, world, DAY, HUSHU), in_force(session, world, DAY, BANSHAN)) == (0, 1)
    assert outcomes(take(session, world, content)) == {"unchanged": 1}
    assert verify(session) == []
    imports.undo(session, world.bureau, batch)
    session.expire_all()
    assert session.get_one(Firm, firm).street_id == world.units[HUSHU].id
    assert in_force(session, world, DAY, HUSHU) == 1
    assert session.scalars(select(Transfer.reversed_at)).one() is not None
    assert verify(session) == []


def test_another_street_chosen_and_changed_since(session: Session, world: World) -> None:
    firm = world.firm("甲公司", street=HUSHU)  # no candidacy: the change of street books no move
    content = docx("搬迁", ("企业名称", "迁入街道"), ("甲公司", "半山"))
    batch = take(session, world, content)["batch"]
    imports.decide(session, world.bureau, batch, 2, OURS, firm, {"street": MISHIXIANG})
    session.expire_all()
    assert session.get_one(Firm, firm).street_id == world.units[MISHIXIANG].id
    transfers.transfer(session, world.bureau, firm, BANSHAN, None, date(2025, 6, 1), "又搬")
    with pytest.raises(ImportTouched):
        imports.undo(session, world.bureau, batch)


def test_other_districts_are_no_concern(session: Session, world: World) -> None:
    content = docx(
        "搬迁",
        ("企业名称", "证书编号", "迁出地", "迁入地"),
        ("外甲公司", "GR202333000061", "西湖区", "余杭区"),
        ("外乙公司", "GR202333000062", "", "滨江区"),
        ("外丙公司", "GR202333000063", "拱墅区", "宁波市鄞州区"),
    )
    assert outcomes(take(session, world, content)) == {"unmatched": 3}


def test_which_way_must_be_said(session: Session, world: World) -> None:
    certified(session, world, "甲公司")
    report = take(session, world, listed(("甲公司", "GR202333000001", "2023-12-08", "已办结")))
    assert problem_codes(report) == [(2, "direction-unknown")]


def test_served_since_it_stays(session: Session, world: World) -> None:
    firm = world.firm("甲公司", street=HUSHU)
    candidacy = world.candidacy(firm, "ptsme", date(2025, 1, 6))
    batch = take(session, world, listed(("甲公司", "", "", "迁出")))["batch"]
    service_records.record(session, world.bureau, candidacy, "visit", date(2026, 11, 23), "")
    with pytest.raises(ImportTouched):
        imports.undo(session, world.bureau, batch)


def test_not_ours_is_remembered(session: Session, world: World) -> None:
    content = listed(("新来公司", "GR202333000088", "2023-12-08", "迁入"))
    batch = take(session, world, content)["batch"]
    imports.decide(session, world.bureau, batch, 2, NOT_OURS)
    assert outcomes(take(session, world, content)) == {"unmatched": 1}


def test_only_the_bureau(session: Session, world: World) -> None:
    with pytest.raises(Forbidden):
        imports.run(session, world.caseworker, "relocations", "a.docx", listed(), NOTICE)
