"""Official lists: matching, decisions that are remembered, and the samples with their known answers."""

import json
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate.errors import CultivateError, Forbidden, Invalid, NotFound
from cultivate.models import Candidacy, Certificate, FirmName, ImportRow
from cultivate.services import imports
from cultivate.services.imports import ImportOptions
from cultivate.services.imports.verdict import NOT_OURS, OURS
from cultivate.services.verification import verify
from tests.fixtures import HUSHU, World, credit_code
from tests.import_files import LISTS, csv, outcomes, problem_codes, row_counts, take_in

EXPECTED: dict[str, dict[str, Any]] = json.loads((LISTS / "expected.json").read_text(encoding="utf-8"))
HNTE = ImportOptions(track="hnte", issued_on=date(2024, 12, 6))
CODE = credit_code(9001)


def listed(*rows: tuple[str, ...], header: tuple[str, ...] = ("企业名称", "证书编号")) -> bytes:
    return csv(*rows, header=header)


def take_list(
    session: Session, world: World, content: bytes, options: ImportOptions = HNTE
) -> dict[str, Any]:
    return take_in(session, world.bureau, content, options, kind="certificates")


def certificates_of(session: Session, firm_id: int) -> list[tuple[str, date]]:
    rows = session.execute(
        select(Certificate.number, Certificate.issued_on)
        .where(Certificate.firm_id == firm_id, Certificate.status == "valid")
        .order_by(Certificate.id)
    )
    return [(number, day) for number, day in rows]


def import_sample(session: Session, world: World, name: str, facts: dict[str, Any]) -> dict[str, Any]:
    options = ImportOptions()
    if facts["kind"] == "certificates":
        options = ImportOptions(track=facts["track"], issued_on=date.fromisoformat(facts["issued_on"]))
    return imports.run(session, world.bureau, facts["kind"], name, (LISTS / name).read_bytes(), options)


def test_the_samples_give_the_known_answers_twice(session: Session, world: World) -> None:
    readable = {name: facts for name, facts in EXPECTED.items() if not facts.get("unreadable")}
    for again in (False, True):
        before = row_counts(session)
        for name, facts in readable.items():
            report = import_sample(session, world, name, facts)
            found = [
                {"row": each["row"], "code": each["code"], "has_suggestion": each["suggestion"] is not None}
                for each in report["problems"]
            ]
            assert found == facts.get("problems", []), name
            assert report["rows"] == facts["rows"]
            if facts["kind"] == "firms":
                new = (
                    {"create": 0, "unchanged": facts["create"]}
                    if again
                    else {"create": facts["create"], "unchanged": 0}
                )
                known = {key: facts[key] for key in ("duplicate", "rejected")}
                assert {key: report[key] for key in (*known, *new)} == known | new
            else:
                assert {key: report[key] for key in ("matched", "to_decide", "unmatched")} == {
                    key: facts[key] for key in ("matched", "to_decide", "unmatched")
                }
                assert report["matched_firms"] == facts["matched_codes"]
                assert report["to_decide_firms"] == facts["to_decide_codes"]
                assert report["booked"] == (0 if again else facts["matched"])
        changed = {table for table, rows in row_counts(session).items() if rows != before[table]}
        assert not again or changed <= {"import_batch", "import_row", "audit_event"}
    assert [check for check in verify(session) if not check.ok] == []


@pytest.mark.parametrize("name", [name for name, facts in EXPECTED.items() if facts.get("unreadable")])
def test_what_cannot_be_read_changes_nothing(session: Session, world: World, name: str) -> None:
    before = row_counts(session)
    with pytest.raises(CultivateError) as refusal:
        import_sample(session, world, name, EXPECTED[name])
    assert refusal.value.problem in {"file-unreadable", "no-known-column"}
    assert row_counts(session) == before


def test_by_code_by_name_and_by_former_name(session: Session, world: World) -> None:
    by_code = world.firm("甲（杭州）科技公司", uscc=CODE)
    by_name = world.firm("乙（杭州）信息公司")
    by_former = world.firm("丙今名有限公司")
    session.add(FirmName(firm_id=by_former, name="丙旧名有限公司", name_key="丙旧名有限公司"))
    session.flush()
    content = listed(
        ("", CODE, "GR202433000001"),
        ("乙(杭州)信息公司", "", "GR202433000002"),
        ("丙旧名有限公司", "", "GR202433000003"),
        ("外地企业有限公司", "", "GR202433000004"),
        header=("企业名称", "统一社会信用代码", "证书编号"),
    )
    assert outcomes(take_list(session, world, content)) == {"matched": 3, "unmatched": 1}
    for firm, number in ((by_code, 1), (by_name, 2), (by_former, 3)):
        assert certificates_of(session, firm) == [(f"GR20243300000{number}", date(2024, 12, 6))]


def test_a_notice_without_numbers(session: Session, world: World) -> None:
    firm = world.firm("甲公司")
    take_list(session, world, listed(("1", "甲公司"), header=("序号", "企业名称")))
    assert certificates_of(session, firm) == [("", date(2024, 12, 6))]


def test_an_odd_number_is_a_warning(session: Session, world: World) -> None:
    firm = world.firm("甲公司")
    report = take_list(session, world, listed(("甲公司", "第7号")))
    assert (report["matched"], report["problems"]) == (1, [])
    assert [each["code"] for each in report["warnings"]] == ["number-unusual"]
    assert certificates_of(session, firm) == [("第7号", date(2024, 12, 6))]


def test_a_row_may_bring_its_own_day(session: Session, world: World) -> None:
    firm = world.firm("甲公司")
    world.firm("乙公司")
    content = listed(
        ("甲公司", "GR202433000001", "2024-11-30"),
        ("乙公司", "GR202433000002", "2099-01-01"),
        header=("企业名称", "证书编号", "发证日期"),
    )
    report = take_list(session, world, content)
    assert problem_codes(report) == [(3, "date-invalid")]
    assert certificates_of(session, firm) == [("GR202433000001", date(2024, 11, 30))]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (("/", "", "GR202433000009"), "name-missing"),
        (("某公司", "91330105MA2AB12345", "GR202433000009"), "credit-code-invalid"),
        (("甲公司", "", "GR202433000009"), "duplicate-row"),
        (("某公司", "", "9" * 41), "text-too-long"),
    ],
)
def test_rejected_lines(session: Session, world: World, row: tuple[str, ...], code: str) -> None:
    world.firm("甲公司")
    content = listed(
        ("甲公司", "", "GR202433000001"), row, header=("企业名称", "统一社会信用代码", "证书编号")
    )
    report = take_list(session, world, content)
    assert problem_codes(report) == [(3, code)]
    assert outcomes(report) == {"matched": 1, "rejected": 1}


def test_a_number_of_another_firm_is_pointed_out(session: Session, world: World) -> None:
    world.firm("甲公司")
    world.firm("乙公司")
    take_list(session, world, listed(("甲公司", "GR202433000001")))
    later = ImportOptions(track="hnte", issued_on=date(2025, 12, 6))
    report = take_list(session, world, listed(("乙公司", "GR202433000001")), later)
    assert "number-taken" in {each["code"] for each in report["warnings"]}


@pytest.fixture
def near(session: Session, world: World) -> tuple[int, bytes]:
    """A firm of 湖墅 and a list with its name slightly different."""
    firm = world.firm("杭州霁汐溟信息技术有限公司", street=HUSHU)
    return firm, listed(("杭州霁汐溟信息技术集团有限公司", "GR202433000001"))


def test_a_near_name_waits_for_a_person(session: Session, world: World, near: tuple[int, bytes]) -> None:
    firm, content = near
    report = take_list(session, world, content)
    assert outcomes(report) == {"to_decide": 1}
    assert len(report["to_decide_firms"]) == 1
    assert certificates_of(session, firm) == []


def test_ours_in_a_preview_is_certified_by_the_commit(
    session: Session, world: World, near: tuple[int, bytes]
) -> None:
    firm, content = near
    batch = imports.preview(session, world.bureau, "certificates", "a.csv", content, HNTE)
    imports.decide(session, world.bureau, batch, 2, NOT_OURS)
    imports.decide(session, world.bureau, batch, 2, OURS, firm)
    assert certificates_of(session, firm) == []
    imports.commit(session, world.bureau, batch)
    assert certificates_of(session, firm) == [("GR202433000001", date(2024, 12, 6))]
    assert outcomes(imports.report(session, world.bureau, batch)) == {"matched": 1}


def test_ours_after_the_import_is_certified_at_once(
    session: Session, world: World, near: tuple[int, bytes]
) -> None:
    firm, content = near
    batch = take_list(session, world, content)["batch"]
    imports.decide(session, world.bureau, batch, 2, OURS, firm)
    assert certificates_of(session, firm) == [("GR202433000001", date(2024, 12, 6))]
    report = imports.report(session, world.bureau, batch)
    assert (outcomes(report), report["booked"]) == ({"matched": 1}, 1)
    imports.undo(session, world.bureau, batch)
    assert certificates_of(session, firm) == []
    assert [check for check in verify(session) if not check.ok] == []


@pytest.mark.parametrize("decision", [OURS, NOT_OURS])
def test_a_decision_is_remembered(
    session: Session, world: World, near: tuple[int, bytes], decision: str
) -> None:
    firm, content = near
    batch = take_list(session, world, content)["batch"]
    imports.decide(session, world.bureau, batch, 2, decision, firm if decision == OURS else None)
    again = take_list(session, world, content)
    assert outcomes(again) == ({"matched": 1} if decision == OURS else {"unmatched": 1})
    assert again["booked"] == 0


def test_a_decision_for_another_track_is_not_remembered(
    session: Session, world: World, near: tuple[int, bytes]
) -> None:
    _, content = near
    batch = take_list(session, world, content)["batch"]
    imports.decide(session, world.bureau, batch, 2, NOT_OURS)
    other = ImportOptions(track="ptsme", issued_on=date(2024, 12, 30))
    assert outcomes(take_list(session, world, content, other)) == {"to_decide": 1}


def test_an_undone_import_decides_nothing_any_more(
    session: Session, world: World, near: tuple[int, bytes]
) -> None:
    firm, content = near
    batch = take_list(session, world, content)["batch"]
    imports.decide(session, world.bureau, batch, 2, OURS, firm)
    imports.undo(session, world.bureau, batch)
    assert outcomes(take_list(session, world, content)) == {"to_decide": 1}


def test_a_stranger_may_be_ours_after_all(session: Session, world: World) -> None:
    firm = world.firm("甲公司")
    batch = take_list(session, world, listed(("完全不同的名字公司", "GR202433000001")))["batch"]
    imports.decide(session, world.bureau, batch, 2, OURS, firm)
    assert len(certificates_of(session, firm)) == 1
    with pytest.raises(Invalid):
        imports.decide(session, world.bureau, batch, 2, NOT_OURS)


def test_one_firm_is_one_line(session: Session, world: World) -> None:
    firm = world.firm("甲公司")
    content = listed(("甲公司", "GR202433000001"), ("别的公司", "GR202433000002"))
    batch = take_list(session, world, content)["batch"]
    with pytest.raises(Invalid):
        imports.decide(session, world.bureau, batch, 3, OURS, firm)


def test_what_cannot_be_decided(session: Session, world: World, near: tuple[int, bytes]) -> None:
    firm, content = near
    batch = imports.preview(session, world.bureau, "certificates", "a.csv", content, HNTE)
    with pytest.raises(Invalid):
        imports.decide(session, world.bureau, batch, 2, OURS)
    with pytest.raises(Invalid):
        imports.decide(session, world.bureau, batch, 2, "perhaps", firm)
    for number, firm_id in ((99, firm), (2, 999_999)):
        with pytest.raises(NotFound):
            imports.decide(session, world.bureau, batch, number, OURS, firm_id)
    with pytest.raises((Forbidden, NotFound)):
        imports.decide(session, world.caseworker, batch, 2, OURS, firm)


def test_a_list_needs_its_track_and_day(session: Session, world: World) -> None:
    for options in (
        ImportOptions(track="hnte"),
        ImportOptions(issued_on=date(2024, 12, 6)),
        ImportOptions(track="none", issued_on=date(2024, 12, 6)),
        ImportOptions(track="hnte", issued_on=date(2099, 1, 1)),
    ):
        with pytest.raises(Invalid):
            take_list(session, world, listed(("甲公司", "GR202433000001")), options)


def test_a_firm_registered_between_preview_and_commit_is_certified(session: Session, world: World) -> None:
    content = listed(("新登记有限公司", "GR202433000001"))
    batch = imports.preview(session, world.bureau, "certificates", "a.csv", content, HNTE)
    firm = world.firm("新登记有限公司")
    imports.commit(session, world.bureau, batch)
    assert len(certificates_of(session, firm)) == 1
    row = session.scalars(select(ImportRow).where(ImportRow.batch_id == batch)).one()
    assert (row.outcome, row.firm_id) == ("matched", firm)
    stage = session.scalars(select(Candidacy.stage).where(Candidacy.firm_id == firm)).one()
    assert stage == "certify"
