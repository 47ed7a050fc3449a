"""Taking an import back, and what stands in the way."""

import io
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate.domain.stages import OUTSIDE
from cultivate.errors import Forbidden, Invalid
from cultivate.models import Candidacy, Certificate, Firm, FirmFigure, FirmName, ImportBatch, StageMove
from cultivate.services import (
    attachments,
    certificates,
    firm_needs,
    firms,
    imports,
    links,
    service_records,
    stages,
    transfers,
)
from cultivate.services.firm_needs import Need
from cultivate.services.firms import FirmData
from cultivate.services.imports import ImportOptions, ImportTouched
from cultivate.services.stages import MoveRequest
from cultivate.services.verification import verify
from tests.fixtures import HUSHU, World, credit_code
from tests.import_files import csv, outcomes, row_counts, take_in

CODE = credit_code(9001)
OTHER = credit_code(9002)
ROSTER = csv(("甲公司", CODE, "米市巷", "12", "旧"), ("乙公司", OTHER, "米市巷", "", ""))
LISTED = ImportOptions(track="hnte", issued_on=date(2024, 12, 6))


def listed(*names: str) -> bytes:
    return csv(
        *((name, f"GR2024330{n:05d}") for n, name in enumerate(names)), header=("企业名称", "证书编号")
    )


def living(session: Session) -> dict[str, Firm]:
    rows = session.scalars(
        select(Firm).where(Firm.deleted_at.is_(None)).execution_options(populate_existing=True)
    )
    return {firm.uscc or "": firm for firm in rows}


def standing(session: Session) -> dict[tuple[int, str, int], tuple[str, date, int]]:
    rows = session.scalars(select(Candidacy).execution_options(populate_existing=True))
    return {
        (each.firm_id, each.track, each.cycle): (each.stage, each.stage_since, each.street_id)
        for each in rows
        if each.stage != OUTSIDE
    }


def sound(session: Session) -> bool:
    session.flush()
    return all(check.ok for check in verify(session))


def test_new_firms_go_and_the_file_can_come_again(session: Session, world: World) -> None:
    batch = take_in(session, world.bureau, ROSTER)["batch"]
    imports.undo(session, world.bureau, batch)
    assert living(session) == {}
    assert standing(session) == {}
    assert sound(session)
    assert outcomes(take_in(session, world.bureau, ROSTER)) == {"create": 2}
    assert sound(session)


def test_the_ledger_loses_no_line(session: Session, world: World) -> None:
    batch = take_in(session, world.bureau, ROSTER)["batch"]
    imports.undo(session, world.bureau, batch)
    moves = session.scalars(select(StageMove).order_by(StageMove.id)).all()
    assert len(moves) == 8
    assert {move.reverses_id for move in moves[4:]} == {move.id for move in moves[:4]}


def test_changed_fields_are_restored(session: Session, world: World) -> None:
    header = (
        "企业名称",
        "统一社会信用代码",
        "街道",
        "成立日期",
        "注册资本",
        "曾用名",
        "2024年销售收入",
        "2023年研发费用",
    )
    first = csv(("甲公司", CODE, "米市巷", "2020-01-02", "100", "", "50", ""), header=header)
    second = csv(("甲新公司", CODE, "", "2021-03-04", "（清空）", "甲旧公司", "60", "7"), header=header)
    take_in(session, world.bureau, first)
    firm_id = living(session)[CODE].id
    before = firms.data_of(living(session)[CODE], {unit.id: code for code, unit in world.units.items()})
    batch = take_in(session, world.bureau, second)["batch"]
    assert len(session.scalars(select(FirmName).where(FirmName.firm_id == firm_id)).all()) == 2
    imports.undo(session, world.bureau, batch)
    session.expire_all()
    firm = living(session)[CODE]
    assert firms.data_of(firm, {unit.id: code for code, unit in world.units.items()}) == before
    assert (firm.name_key, "甲新" in firm.search_text) == ("甲公司", False)
    assert session.scalars(select(FirmName)).all() == []
    current = session.scalars(select(FirmFigure).where(FirmFigure.replaced_at.is_(None))).all()
    assert {row.year for row in current} == {2024}
    assert outcomes(take_in(session, world.bureau, first)) == {"unchanged": 1}


def test_a_candidacy_opened_by_an_update_goes_back(session: Session, world: World) -> None:
    firm = world.firm("甲公司", uscc=CODE)
    world.candidacy(firm, "ptsme", date(2025, 3, 3))
    before = standing(session)
    batch = take_in(session, world.bureau, ROSTER)["batch"]
    imports.undo(session, world.bureau, batch)
    assert standing(session) == before
    assert set(living(session)) == {CODE}


def edit(session: Session, world: World, firm_id: int, _candidacy: int) -> None:
    firms.update(session, world.bureau, firm_id, FirmData(staff=77))


def move(session: Session, world: World, _firm: int, candidacy_id: int) -> None:
    stages.move(session, world.bureau, candidacy_id, MoveRequest("serve"))


def serve(session: Session, world: World, _firm: int, candidacy_id: int) -> None:
    service_records.record(session, world.bureau, candidacy_id, "visit", date(2026, 11, 23), "")


def transfer(session: Session, world: World, firm_id: int, _candidacy: int) -> None:
    transfers.transfer(session, world.bureau, firm_id, HUSHU, None, None, "搬迁")


def import_again(session: Session, world: World, _firm: int, _candidacy: int) -> None:
    take_in(session, world.bureau, csv(("甲公司", CODE, "", "99", "")))


def list_it(session: Session, world: World, _firm: int, _candidacy: int) -> None:
    take_in(session, world.bureau, listed("甲公司"), LISTED, kind="certificates")


def ask(session: Session, world: World, firm_id: int, _candidacy: int) -> None:
    firm_needs.raise_need(session, world.bureau, firm_id, Need(kind="finance", text="贷款"))


def attach(session: Session, world: World, firm_id: int, _candidacy: int) -> None:
    attachments.attach(
        session, world.bureau, firm_id, "licence", "执照.pdf", io.BytesIO(b"%PDF-1.4\n%%EOF\n")
    )


def link(session: Session, world: World, firm_id: int, _candidacy: int) -> None:
    links.link(session, world.bureau, world.firm("别的公司"), firm_id, "branch")


@pytest.mark.parametrize("touch", [edit, move, serve, transfer, import_again, list_it, ask, attach, link])
def test_what_was_touched_since_stays(
    session: Session, world: World, touch: Callable[[Session, World, int, int], None]
) -> None:
    batch = take_in(session, world.bureau, ROSTER)["batch"]
    firm = living(session)[CODE].id
    candidacy = session.scalars(
        select(Candidacy.id).where(Candidacy.firm_id == firm, Candidacy.track == "hnte")
    ).one()
    touch(session, world, firm, candidacy)
    before = row_counts(session)
    with pytest.raises(ImportTouched) as refusal:
        imports.undo(session, world.bureau, batch)
    assert [each.name for each in refusal.value.firms] == ["甲公司"]
    assert "甲公司" in str(refusal.value)
    assert row_counts(session) == before


def test_a_firm_that_a_list_brought_stays_with_what_hangs_on_it(session: Session, world: World) -> None:
    """It was registered by a line of the one track, and is a candidate of the other by now."""
    batch = imports.preview(session, world.bureau, "certificates", "名单.csv", listed("丙公司"), LISTED)
    imports.decide(session, world.bureau, batch, 2, "new", given={"street": HUSHU})
    imports.commit(session, world.bureau, batch)
    (firm,) = session.scalars(select(Firm.id).where(Firm.name == "丙公司"))
    world.candidacy(firm, "ptsme")
    with pytest.raises(ImportTouched) as refused:
        imports.undo(session, world.bureau, batch)
    assert refused.value.firms[0].what == ("moved",)
    assert sound(session)


def test_the_first_ten_are_named(session: Session, world: World) -> None:
    content = csv(*((f"甲{n}公司", credit_code(9100 + n), "米市巷", "", "") for n in range(15)))
    batch = take_in(session, world.bureau, content)["batch"]
    for firm in list(living(session).values()):
        firms.update(session, world.bureau, firm.id, FirmData(staff=1))
    with pytest.raises(ImportTouched) as refusal:
        imports.undo(session, world.bureau, batch)
    assert (len(refusal.value.firms), refusal.value.total) == (10, 15)


@pytest.mark.parametrize("stage", ["discover", "serve", "recommend", "certify"])
def test_a_list_taken_back_leaves_every_firm_where_it_stood(
    session: Session, world: World, stage: str
) -> None:
    """The list is older than the candidacy's steps, which it took back: undo books them again."""
    firm = world.firm("甲公司", uscc=CODE)
    world.at_stage(stage, firm, on=date(2025, 3, 3))
    before, known = standing(session), session.scalars(select(Certificate.id)).all()
    report = take_in(session, world.bureau, listed("甲公司"), LISTED, kind="certificates")
    assert (report["matched"], report["booked"]) == (1, 1)
    assert sound(session)
    imports.undo(session, world.bureau, report["batch"])
    assert standing(session) == before
    assert sound(session)
    valid = session.scalars(select(Certificate.id).where(Certificate.status == "valid")).all()
    assert valid == known


def test_a_list_taken_back_with_a_renewal_and_a_transfer(session: Session, world: World) -> None:
    """An older certificate that the list superseded stands again, and so does the move of street."""
    firm = world.firm("甲公司", uscc=CODE)
    world.at_stage("certify", firm, on=date(2022, 3, 3))
    transfers.transfer(session, world.bureau, firm, HUSHU, None, date(2025, 6, 1), "搬迁")
    before = standing(session)
    report = take_in(session, world.bureau, listed("甲公司"), LISTED, kind="certificates")
    assert sound(session)
    imports.undo(session, world.bureau, report["batch"])
    assert standing(session) == before
    assert sound(session)


def test_a_list_is_kept_when_the_firm_went_on(session: Session, world: World) -> None:
    world.firm("甲公司", uscc=CODE)
    batch = take_in(session, world.bureau, listed("甲公司"), LISTED, kind="certificates")["batch"]
    certificate = session.scalars(select(Certificate)).one()

    certificates.revoke(session, world.bureau, certificate.id, date(2025, 1, 1), "查实")
    with pytest.raises(ImportTouched):
        imports.undo(session, world.bureau, batch)


def test_undo_acts_once(session: Session, world: World) -> None:
    batch = take_in(session, world.bureau, ROSTER)["batch"]
    imports.undo(session, world.bureau, batch)
    with pytest.raises(Invalid):
        imports.undo(session, world.bureau, batch)
    with pytest.raises(Invalid):
        imports.commit(session, world.bureau, batch)
    assert session.get_one(ImportBatch, batch).status == "undone"


def test_who_may_undo(session: Session, world: World) -> None:
    batch = take_in(session, world.caseworker, ROSTER)["batch"]
    with pytest.raises(Forbidden):
        imports.undo(session, world.actor("leader"), batch)
    imports.undo(session, world.caseworker, batch)
    assert living(session) == {}


def test_a_firm_that_is_gone_is_not_certified_by_an_older_decision(session: Session, world: World) -> None:
    """A preview waits with "ours" for a firm whose roster is taken back in the meantime: it asks again."""
    roster = take_in(session, world.bureau, csv(("杭州霁汐溟信息技术有限公司", CODE, "米市巷", "", "")))[
        "batch"
    ]
    firm = living(session)[CODE].id
    near = "杭州霁汐溟信息技术集团有限公司"
    batch = imports.preview(session, world.bureau, "certificates", "名单.csv", listed(near), LISTED)
    imports.decide(session, world.bureau, batch, 2, "ours", firm)
    imports.undo(session, world.bureau, roster)
    imports.commit(session, world.bureau, batch)
    report = imports.report(session, world.bureau, batch)
    assert (report["matched"], session.scalars(select(Certificate.id)).all()) == (0, [])
    assert sound(session)
