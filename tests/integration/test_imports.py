"""Rosters: verdicts, what a commit writes, and who may import what."""

import sys
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate.errors import Conflict, FileUnreadable, Forbidden, Invalid, NotFound
from cultivate.models import Candidacy, Firm, FirmName, ImportBatch, ImportRow, StageMove
from cultivate.queries import imports as queries
from cultivate.services import imports
from cultivate.services.imports import ImportOptions
from cultivate.services.verification import verify
from tests.fixtures import BANSHAN, HUSHU, MISHIXIANG, PARK, World, credit_code
from tests.import_files import csv, outcomes, problem_codes, row_counts, take_in
from tests.query_count import counting

CODE = credit_code(9001)
OTHER = credit_code(9002)


def firm_of(session: Session, code: str) -> Firm:
    return session.scalars(
        select(Firm)
        .where(Firm.uscc == code, Firm.deleted_at.is_(None))
        .execution_options(populate_existing=True)
    ).one()


def stages_of(session: Session, firm_id: int) -> set[tuple[str, str]]:
    rows = session.execute(select(Candidacy.track, Candidacy.stage).where(Candidacy.firm_id == firm_id))
    return {(track, stage) for track, stage in rows}


def test_new_firms_become_candidates(session: Session, world: World) -> None:
    header = (
        "企业名称",
        "统一社会信用代码",
        "街道",
        "2024年销售收入（万元）",
        "2024年研发费用（元）",
        "曾用名",
    )
    content = csv(("杭州甲科技有限公司", CODE, "湖墅", "1234.5", "560000", "杭州旧甲有限公司"), header=header)
    report = take_in(session, world.bureau, content)
    assert outcomes(report) == {"create": 1}
    assert report["rows"] == 1
    firm = firm_of(session, CODE)
    assert firm.street_id == world.units[HUSHU].id
    assert stages_of(session, firm.id) == {("hnte", "discover"), ("ptsme", "discover")}
    figures = {(row.year, row.figure): row.value for row in firm.figures}
    assert figures == {(2024, "sales"): Decimal("1234.5"), (2024, "rd"): 56}
    assert session.scalars(select(FirmName.name).where(FirmName.firm_id == firm.id)).all() == [
        "杭州旧甲有限公司"
    ]
    moves = session.scalars(select(StageMove)).all()
    assert {(move.source, move.import_batch_id) for move in moves} == {("import", report["batch"])}
    assert [check for check in verify(session) if not check.ok] == []


def test_only_the_tracks_asked_for(session: Session, world: World) -> None:
    take_in(session, world.bureau, csv(("甲公司", CODE, "湖墅", "", "")), ImportOptions(tracks=("ptsme",)))
    assert stages_of(session, firm_of(session, CODE).id) == {("ptsme", "discover")}


def test_no_candidacy_beside_one_that_is_open_or_in_force(session: Session, world: World) -> None:
    firm = world.firm("乙公司", uscc=CODE)
    world.at_stage("certify", firm, "hnte")
    world.at_stage("serve", firm, "ptsme")
    report = take_in(session, world.bureau, csv(("乙公司", CODE, "米市巷", "50", "")))
    assert outcomes(report) == {"update": 1}
    assert stages_of(session, firm) == {("hnte", "certify"), ("ptsme", "serve")}


def test_the_same_file_twice_changes_nothing(session: Session, world: World) -> None:
    content = csv(
        ("甲公司", CODE, "湖墅", "12", "x"), ("乙公司", "", "半山", "7", ""), ("乙公司", "", "", "", "")
    )
    assert outcomes(take_in(session, world.bureau, content)) == {"create": 2, "duplicate": 1}
    session.commit()
    before = row_counts(session)
    versions = session.execute(select(Firm.id, Firm.version)).all()
    assert outcomes(take_in(session, world.bureau, content)) == {"unchanged": 2, "duplicate": 1}
    after = row_counts(session)
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {"import_batch", "import_row", "audit_event"}
    assert session.execute(select(Firm.id, Firm.version)).all() == versions


def test_an_update_says_field_by_field_what_changes(session: Session, world: World) -> None:
    take_in(session, world.bureau, csv(("甲公司", CODE, "湖墅", "12", "旧")))
    batch = imports.preview(
        session,
        world.bureau,
        "firms",
        "a.csv",
        csv(("甲新公司", CODE, "", "15", "（清空）")),
        ImportOptions(),
    )
    row = queries.list_rows(session, world.bureau, batch).items[0]
    changes = {change["field"]: (change["before"], change["after"]) for change in row.changes}
    assert changes == {
        "name": ("甲公司", "甲新公司"),
        "staff": (12, 15),
        "note": ("旧", None),
        "former_names": (None, ["甲公司"]),
    }
    imports.commit(session, world.bureau, batch)
    firm = firm_of(session, CODE)
    assert (firm.name, firm.staff, firm.note) == ("甲新公司", 15, None)


def test_a_blank_cell_keeps(session: Session, world: World) -> None:
    take_in(session, world.bureau, csv(("甲公司", CODE, "湖墅", "12", "留")))
    assert outcomes(take_in(session, world.bureau, csv(("甲公司", CODE, "", "", "/")))) == {"unchanged": 1}
    assert firm_of(session, CODE).note == "留"


def test_a_masked_contact_says_nothing(session: Session, world: World) -> None:
    header = ("企业名称", "统一社会信用代码", "街道", "联系人", "联系电话")
    take_in(session, world.bureau, csv(("甲公司", CODE, "湖墅", "王小明", "13800000000"), header=header))
    again = take_in(session, world.bureau, csv(("甲公司", CODE, "", "王**", "138****0000"), header=header))
    assert outcomes(again) == {"unchanged": 1}


def test_a_lead_gets_its_code_by_its_name(session: Session, world: World) -> None:
    lead = world.firm("丙（杭州）公司", uscc="")
    report = take_in(session, world.bureau, csv(("丙(杭州)公司", CODE, "", "", "")))
    assert outcomes(report) == {"update": 1}
    assert firm_of(session, CODE).id == lead
    assert firm_of(session, CODE).name == "丙（杭州）公司"


def test_an_old_name_is_not_brought_back(session: Session, world: World) -> None:
    firm = world.firm("今名公司", uscc=CODE)
    session.add(FirmName(firm_id=firm, name="旧名公司", name_key="旧名公司"))
    session.flush()
    report = take_in(session, world.bureau, csv(("旧名公司", CODE, "", "", ""), ("旧名公司", "", "", "", "")))
    assert outcomes(report) == {"unchanged": 1, "duplicate": 1}
    assert firm_of(session, CODE).name == "今名公司"


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (("甲公司", CODE, "", "", ""), "unit-missing"),
        (("甲公司", CODE, "西湖街道", "", ""), "unit-unknown"),
        (("甲公司", CODE[:-1] + "I", "湖墅", "", ""), "credit-code-invalid"),
        (("", CODE, "湖墅", "", ""), "name-missing"),
        (("甲公司", CODE, "湖墅", "约三千", ""), "number-invalid"),
        (("别家公司", OTHER, "湖墅", "", ""), "row-inconsistent"),
        (("本家公司", OTHER, "半山", "", ""), "unit-differs"),
        (("同名公司", "", "", "", ""), "name-ambiguous"),
    ],
)
def test_rows_with_a_problem_are_not_written(
    session: Session, world: World, row: tuple[str, ...], code: str
) -> None:
    world.firm("本家公司", street=HUSHU, uscc=OTHER)
    world.firm("别家公司", street=HUSHU)
    world.firm("同名公司")
    world.firm("同名公司")
    before = row_counts(session)["firm"]
    report = take_in(session, world.bureau, csv(("好公司", credit_code(9003), "湖墅", "", ""), row))
    assert outcomes(report) == {"create": 1, "rejected": 1}
    assert problem_codes(report) == [(3, code)]
    assert row_counts(session)["firm"] == before + 1


def test_a_merged_record_must_be_as_sound_as_a_new_one(session: Session, world: World) -> None:
    header = ("企业名称", "统一社会信用代码", "街道", "职工总数", "科技人员数")
    take_in(session, world.bureau, csv(("甲公司", CODE, "湖墅", "100", "60"), header=header))
    report = take_in(session, world.bureau, csv(("甲公司", CODE, "", "50", ""), header=header))
    assert problem_codes(report) == [(2, "row-inconsistent")]


def test_a_caseworker_learns_where_a_firm_is_and_no_more(session: Session, world: World) -> None:
    world.firm("别处公司", street=BANSHAN, uscc=CODE)
    report = take_in(session, world.caseworker, csv(("别处公司", CODE, "", "50", "x")))
    assert problem_codes(report) == [(2, "firm-elsewhere")]
    assert "半山街道" in report["problems"][0]["message"]
    row = session.scalars(select(ImportRow).where(ImportRow.batch_id == report["batch"])).one()
    assert (row.firm_id, row.changes) == (None, [])


def test_a_caseworker_imports_into_own_units_only(session: Session, world: World) -> None:
    content = csv(("甲公司", CODE, "米市巷", "", ""), ("乙公司", OTHER, "湖墅", "", ""))
    report = take_in(session, world.caseworker, content)
    assert outcomes(report) == {"create": 1, "rejected": 1}
    assert problem_codes(report) == [(3, "unit-not-yours")]
    with pytest.raises(Invalid):
        take_in(session, world.caseworker, content, ImportOptions(unit=HUSHU))


def test_the_unit_of_a_file(session: Session, world: World) -> None:
    content = csv(("甲公司", CODE, "", "", ""), ("乙公司", OTHER, "湖墅", "", ""))
    report = take_in(session, world.caseworker, content, ImportOptions(unit=MISHIXIANG))
    assert problem_codes(report) == [(3, "unit-other")]
    assert firm_of(session, CODE).street_id == world.units[MISHIXIANG].id


def test_a_park_may_be_the_unit_of_a_file(session: Session, world: World) -> None:
    take_in(session, world.bureau, csv(("甲公司", CODE, "湖墅", "", "")), ImportOptions(unit=PARK))
    assert firm_of(session, CODE).park_id == world.units[PARK].id


def test_a_dry_run_writes_nothing(session: Session, world: World) -> None:
    before = row_counts(session)
    content = csv(("甲公司", CODE, "湖墅", "", ""))
    report = imports.run(session, world.bureau, "firms", "a.csv", content, ImportOptions(), dry_run=True)
    assert (report["batch"], report["create"]) == (None, 1)
    session.commit()
    assert row_counts(session) == before


def test_a_commit_judges_anew(session: Session, world: World) -> None:
    content = csv(("甲公司", CODE, "湖墅", "", ""), ("乙公司", OTHER, "湖墅", "", ""))
    batch = imports.preview(session, world.bureau, "firms", "a.csv", content, ImportOptions())
    assert outcomes(imports.report(session, world.bureau, batch)) == {"create": 2}
    world.firm("甲公司", street=BANSHAN, uscc=CODE)
    imports.commit(session, world.bureau, batch)
    report = imports.report(session, world.bureau, batch)
    assert outcomes(report) == {"create": 1, "rejected": 1}
    assert problem_codes(report) == [(2, "unit-differs")]


def test_the_second_commit_does_nothing(session: Session, world: World) -> None:
    report = take_in(session, world.bureau, csv(("甲公司", CODE, "湖墅", "", "")))
    before = row_counts(session)
    imports.commit(session, world.bureau, report["batch"])
    assert row_counts(session) == before


def test_two_commits_at_once_act_once(app: Flask, session: Session, world: World) -> None:
    content = csv(*((f"甲{n}公司", credit_code(9100 + n), "湖墅", "", "") for n in range(30)))
    batch = imports.preview(session, world.bureau, "firms", "a.csv", content, ImportOptions())
    actor = world.bureau
    session.commit()
    barrier, errors = Barrier(2), []

    def commit() -> None:
        with app.app_context():
            barrier.wait()
            try:
                with app.extensions["database"].unit_of_work() as own:
                    imports.commit(own, actor, batch)
            except Exception as error:  # noqa: BLE001 the assertion below shows it
                errors.append(error)

    threads = [Thread(target=commit) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert row_counts(session)["firm"] == 30
    assert row_counts(session)["stage_move"] == 60


def test_two_files_with_the_same_new_firm_at_once(app: Flask, session: Session, world: World) -> None:
    """Whoever comes second finds the firm there; nothing is registered twice."""
    content = csv(("甲公司", CODE, "湖墅", "", ""))
    actor = world.bureau
    batches = [imports.preview(session, actor, "firms", "a.csv", content, ImportOptions()) for _ in range(2)]
    session.commit()
    barrier, errors = Barrier(2), []

    def commit(batch: int) -> None:
        with app.app_context():
            barrier.wait()
            try:
                with app.extensions["database"].unit_of_work() as own:
                    imports.commit(own, actor, batch)
            except Conflict as error:
                errors.append(error)

    threads = [Thread(target=commit, args=(batch,)) for batch in batches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert row_counts(session)["firm"] == 1
    assert row_counts(session)["stage_move"] == 2


def test_a_commit_that_breaks_off_leaves_nothing(
    app: Flask, session: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = csv(("甲公司", CODE, "湖墅", "", ""))
    batch = imports.preview(session, world.bureau, "firms", "a.csv", content, ImportOptions())
    session.commit()
    before, actor = row_counts(session), world.bureau
    session.rollback()  # on SQLite a writing session is the only one

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(sys.modules["cultivate.services.imports.commit"], "keep_verdicts", fail)
    with pytest.raises(RuntimeError), app.extensions["database"].unit_of_work() as own:
        imports.commit(own, actor, batch)
    assert row_counts(session) == before
    assert session.scalars(select(ImportBatch.status).where(ImportBatch.id == batch)).one() == "preview"


def test_others_imports_are_not_there(session: Session, world: World) -> None:
    batch = take_in(session, world.actor("neighbour"), csv(("甲公司", CODE, "湖墅", "", "")))["batch"]
    for act in (imports.report, imports.commit, imports.undo, imports.drop):
        with pytest.raises(NotFound):
            act(session, world.caseworker, batch)
    assert imports.report(session, world.bureau, batch)["create"] == 1


def test_roles(session: Session, world: World) -> None:
    content = csv(("甲公司", CODE, "湖墅", "", ""))
    for name in ("leader", "admin"):
        with pytest.raises(Forbidden):
            take_in(session, world.actor(name), content)
    options = ImportOptions(track="hnte")
    with pytest.raises(Forbidden):
        take_in(session, world.caseworker, content, options, kind="certificates")


def test_a_dropped_preview_keeps_neither_file_nor_rows(session: Session, world: World) -> None:
    batch = imports.preview(
        session, world.bureau, "firms", "a.csv", csv(("甲公司", CODE, "湖墅", "", "")), ImportOptions()
    )
    imports.drop(session, world.bureau, batch)
    assert session.scalars(select(ImportRow)).all() == []
    assert queries.file_of(session, world.bureau, batch) == b""
    with pytest.raises(Invalid):
        imports.commit(session, world.bureau, batch)


def test_columns_without_rows(session: Session, world: World) -> None:
    with pytest.raises(FileUnreadable):
        take_in(session, world.bureau, csv())


def test_a_file_name_is_only_its_last_part(session: Session, world: World) -> None:
    content = csv(("甲公司", CODE, "湖墅", "", ""))
    for given, kept in (
        ("C:\\桌面\\名册.csv", "名册.csv"),
        ("../../a.csv", "a.csv"),
        ("x" * 300 + ".csv", None),
    ):
        batch = imports.preview(session, world.bureau, "firms", given, content, ImportOptions())
        name = queries.get_batch(session, world.bureau, batch).file_name
        assert name == kept or (kept is None and len(name) == 255 and name.endswith(".csv"))


def test_queries_do_not_grow_with_the_rows(session: Session, world: World) -> None:
    sizes = []
    for size in (5, 100):
        content = csv(
            *((f"甲{size}{n}公司", credit_code(size * 40 + n), "湖墅", "", "") for n in range(size))
        )
        with counting(session) as seen:
            take_in(session, world.bureau, content)
        sizes.append(len(seen))
    assert sizes[1] <= sizes[0] + 5
