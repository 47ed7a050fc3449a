"""Lists of figures and of intellectual property: what is kept, in which calibre, and taken back to the last row."""

from decimal import Decimal

import pytest

from cultivate.domain.firm_data import FirmData
from cultivate.errors import Invalid
from cultivate.models import Firm
from cultivate.queries import figures
from cultivate.services import firms, imports
from cultivate.services.imports import ImportOptions, ImportTouched
from tests.fixtures import HUSHU, World


def take_in(world: World, kind: str, text: str, *, who: str = "bureau", **more: object) -> dict:
    return imports.run(world.session, world.actor(who), kind, "a.csv", text.encode(), ImportOptions(), **more)


def current(world: World, firm_id: int) -> dict[tuple[int, str], Decimal]:
    return {(row.year, row.key): row.value for row in figures.of_firm(world.session, firm_id)}


def code_of(world: World, firm_id: int) -> str:
    return world.session.get_one(Firm, firm_id).uscc or ""


def test_a_wide_list_keeps_each_calibre(world: World) -> None:
    firm = world.firm()
    report = take_in(
        world,
        "figures",
        "统一社会信用代码,企业名称,2024年销售收入（元）,2024年研发费用（高企口径，万元）,2024年研发费用(加计扣除),2023年职工人数\n"
        f"{code_of(world, firm)},,12345678,180.5,150,42\n",
    )
    assert (report["rows"], report["update"], report["problems"]) == (1, 1, [])
    assert current(world, firm) == {
        (2024, "sales"): Decimal("1234.5678"),
        (2024, "rd@hnte"): Decimal("180.5"),
        (2024, "rd@tax"): Decimal(150),
        (2023, "staff"): Decimal(42),
    }


def test_a_long_list_names_the_year_in_each_row(world: World) -> None:
    firm = world.firm("杭州长表科技有限公司")
    text = "企业名称,年度,营业收入,研发费用\n杭州长表科技有限公司,2023年度,100,6\n杭州长表科技有限公司,2024,120,7\n"
    assert take_in(world, "figures", text)["update"] == 2
    assert current(world, firm) == {
        (2023, "sales"): 100,
        (2023, "rd"): 6,
        (2024, "sales"): 120,
        (2024, "rd"): 7,
    }
    again = take_in(world, "figures", text)
    assert (again["update"], again["unchanged"]) == (0, 2)


def test_rows_say_why_they_are_not_taken(world: World) -> None:
    known = world.firm("杭州已知科技有限公司")
    world.firm("杭州邻街科技有限公司", street=HUSHU)
    text = (
        "企业名称,年度,销售收入,研发费用,境内研发费用\n"
        "杭州未知科技有限公司,2024,1,1,\n"
        "杭州邻街科技有限公司,2024,1,1,\n"
        "杭州已知科技有限公司,,1,1,\n"
        "杭州已知科技有限公司,2024,很多,1,\n"
        "杭州已知科技有限公司,2024,10,1,2\n"
        "杭州已知科技有限公司,2024,10,1,\n"
        "杭州已知科技有限公司,2024,11,,\n"
        "杭州已知科技有限公司,2024,10,1,\n"
    )
    report = take_in(world, "figures", text, who="caseworker")
    found = {problem["row"]: problem["code"] for problem in report["problems"]}
    assert found == {
        2: "firm-unknown",
        3: "firm-elsewhere",
        4: "year-missing",
        5: "number-invalid",
        6: "row-inconsistent",
        8: "row-inconsistent",
    }
    assert (report["rows"], report["update"], report["duplicate"], report["rejected"]) == (8, 1, 1, 6)
    assert current(world, known) == {(2024, "sales"): 10, (2024, "rd"): 1}


def test_a_correction_keeps_what_was_said_before_and_undo_lets_it_stand_again(world: World) -> None:
    firm = world.firm("杭州更正科技有限公司")
    take_in(world, "figures", "企业名称,2024年销售收入\n杭州更正科技有限公司,100\n")
    first = figures.of_firm(world.session, firm)
    second = take_in(
        world, "figures", "企业名称,2024年销售收入,2024年研发费用\n杭州更正科技有限公司,110,9\n"
    )["batch"]
    assert current(world, firm) == {(2024, "sales"): 110, (2024, "rd"): 9}
    assert len(figures.of_firm(world.session, firm, history=True)) == 3
    imports.undo(world.session, world.bureau, second)
    world.session.expire_all()
    assert figures.of_firm(world.session, firm) == first


NAME = "杭州口径科技有限公司"


def with_options(world: World, text: str, **extra: str) -> dict:
    options = ImportOptions(extra=extra)
    return imports.run(world.session, world.bureau, "figures", "a.csv", text.encode(), options)


def test_calibre_and_source_come_from_the_title_else_the_row_else_the_file(world: World) -> None:
    firm = world.firm(NAME)
    report = with_options(
        world,
        "企业名称,年度,口径,来源,研发费用,研发费用（高企口径）,职工人数\n"
        f"{NAME},2024,税务,汇算清缴表,100,120,52.5人\n"
        f"{NAME},2023,,,90,,\n",
        calibre="accounting",
        source="2024年度审计报告",
    )
    assert (report["update"], report["problems"]) == (2, [])
    rows = {(row.year, row.key): (row.value, row.source) for row in figures.of_firm(world.session, firm)}
    assert rows == {
        (2024, "rd@tax"): (100, "汇算清缴表"),
        (2024, "rd@hnte"): (120, "汇算清缴表"),
        (2024, "staff@tax"): (Decimal("52.5"), "汇算清缴表"),
        (2023, "rd@accounting"): (90, "2024年度审计报告"),
    }


def test_a_figure_of_unknown_calibre_stands_beside_the_known_one(world: World) -> None:
    firm = world.firm(NAME)
    take_in(world, "figures", f"企业名称,2024年研发费用（会计口径）\n{NAME},100\n")
    take_in(world, "figures", f"企业名称,2024年研发费用\n{NAME},70\n")
    assert current(world, firm) == {(2024, "rd@accounting"): 100, (2024, "rd"): 70}


def test_a_mark_takes_a_figure_away_and_undo_brings_it_back(world: World) -> None:
    firm = world.firm(NAME)
    take_in(world, "figures", f"企业名称,2024年净资产,2023年净资产\n{NAME},(500),10\n")
    batch = take_in(world, "figures", f"企业名称,2024年净资产,2023年净资产\n{NAME},（清空）,\n")["batch"]
    assert current(world, firm) == {(2023, "net_assets"): 10}
    imports.undo(world.session, world.bureau, batch)
    assert current(world, firm) == {(2024, "net_assets"): -500, (2023, "net_assets"): 10}


def test_other_edits_do_not_keep_an_import_of_figures(world: World) -> None:
    firm = world.firm(NAME)
    batch = take_in(world, "figures", f"企业名称,2024年销售收入\n{NAME},100\n")["batch"]
    firms.update(world.session, world.bureau, firm, FirmData(note="新备注"))
    imports.undo(world.session, world.bureau, batch)
    assert current(world, firm) == {}


@pytest.mark.parametrize("later", [Decimal(120), None])
def test_a_later_word_on_the_same_figure_keeps_the_import(world: World, later: Decimal | None) -> None:
    firm = world.firm(NAME)
    batch = take_in(world, "figures", f"企业名称,2024年销售收入\n{NAME},100\n")["batch"]
    firms.update(world.session, world.bureau, firm, FirmData(years={2024: {"sales": later}}))
    with pytest.raises(ImportTouched, match="杭州口径"):
        imports.undo(world.session, world.bureau, batch)


def test_two_imports_are_taken_back_last_first(world: World) -> None:
    firm = world.firm(NAME)
    first = take_in(world, "figures", f"企业名称,2024年销售收入\n{NAME},100\n")["batch"]
    second = take_in(world, "figures", f"企业名称,2024年销售收入\n{NAME},110\n")["batch"]
    with pytest.raises(ImportTouched):
        imports.undo(world.session, world.bureau, first)
    imports.undo(world.session, world.bureau, second)
    assert current(world, firm) == {(2024, "sales"): 100}
    imports.undo(world.session, world.bureau, first)
    assert current(world, firm) == {}


def test_odd_sheets(world: World) -> None:
    firm = world.firm(NAME)
    world.firm("杭州同名科技有限公司", uscc="")
    world.firm("杭州同名科技有限公司", uscc="")
    other = world.firm("杭州别家科技有限公司")
    report = take_in(
        world,
        "figures",
        "金额单位：元\n"
        "企业名称,统一社会信用代码,年度,口径,销售收入,2024年销售收入\n"
        f"{NAME},,2099,,1,\n"
        f"{NAME},,去年,,1,\n"
        f"{NAME},,2024,随便,1,\n"
        f"{NAME},,2024,,10000,20000\n"
        f"{NAME},,2024,,,\n"
        "杭州同名科技有限公司,,2024,,1,\n"
        f"{NAME},{code_of(world, other)},2024,,1,\n"
        f"=1+1,{code_of(world, firm)},2024,,10000,\n",
    )
    assert {problem["row"]: problem["code"] for problem in report["problems"]} == {
        3: "year-invalid",
        4: "year-invalid",
        5: "calibre-unknown",
        6: "row-inconsistent",
        7: "figure-missing",
        8: "name-ambiguous",
        9: "row-inconsistent",
    }
    assert [warning["code"] for warning in report["warnings"]] == ["name-differs"]
    assert current(world, firm) == {(2024, "sales"): 1}


def test_an_unknown_calibre_is_refused_for_the_file(world: World) -> None:
    with pytest.raises(Invalid, match="calibre"):
        with_options(world, f"企业名称,2024年销售收入\n{NAME},100\n", calibre="guess")
