"""Lists of intellectual property: what is kept, counted by class, and taken back to the last row."""

import pytest
from sqlalchemy import select

from cultivate.models import IntellectualProperty
from cultivate.queries import properties
from cultivate.services import imports
from cultivate.services import properties as acts
from cultivate.services.imports import ImportOptions, ImportTouched
from tests.fixtures import World


def take_in(world: World, kind: str, text: str) -> dict:
    return imports.run(world.session, world.bureau, kind, "a.csv", text.encode(), ImportOptions())


RIGHTS = (
    "企业名称,知识产权类别,知识产权名称,授权号,授权日期,权利人,取得方式\n"
    "杭州专利科技有限公司,发明专利,一种试样方法,ZL202310123456.{check},2024-05-06,杭州专利科技有限公司,自主研发\n"
    "杭州专利科技有限公司,软著,试样软件V1.0,2024SR0123456,2024-07-01,,\n"
    "杭州专利科技有限公司,实用新型,一种试样装置,ZL202321234567.0,,,受让\n"
    "杭州专利科技有限公司,获奖证书,优秀企业,20240001,,,\n"
    "杭州专利科技有限公司,软件著作权,试样软件V1.0,2024 sr 0123456,2024-07-01,,\n"
).format(
    check=sum(int(d) * w for d, w in zip("202310123456", (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5), strict=True))
    % 11
)


def test_rights_are_kept_and_counted_by_class(world: World) -> None:
    firm = world.firm("杭州专利科技有限公司")
    report = take_in(world, "properties", RIGHTS)
    assert (report["create"], report["duplicate"], report["rejected"]) == (3, 1, 1)
    assert [problem["code"] for problem in report["problems"]] == ["kind-unknown"]
    assert [warning["code"] for warning in report["warnings"] if warning["row"] == 4] == ["number-unusual"]
    rows = properties.list_of_firm(world.session, firm)
    assert {(row.kind, row.obtained) for row in rows} == {
        ("invention", "self"),
        ("software", ""),
        ("utility_model", "transfer"),
    }
    assert rows[0].kind == "utility_model"  # pending: it wants attention, so it stands on top
    as_of = max(row.granted_on for row in rows if row.granted_on)
    counted = properties.classes_of(world.session, [firm], as_of)[firm]
    assert (counted.first, counted.second, counted.counted) == (1, 1, True)
    assert take_in(world, "properties", RIGHTS)["unchanged"] == 3


def test_an_import_of_rights_is_taken_back(world: World) -> None:
    firm = world.firm("杭州专利科技有限公司")
    take_in(world, "properties", RIGHTS)
    before = properties.list_of_firm(world.session, firm)
    text = (
        "企业名称,知识产权类别,知识产权名称,授权号,授权日期\n"
        "杭州专利科技有限公司,实用新型,一种改名的装置,ZL202321234567.0,2025-01-02\n"
        "杭州专利科技有限公司,外观设计,盒,ZL202330123456.0,2025-01-02\n"
    )
    batch = take_in(world, "properties", text)["batch"]
    assert len(properties.list_of_firm(world.session, firm)) == 4
    imports.undo(world.session, world.bureau, batch)
    after = properties.list_of_firm(world.session, firm)

    def said(rows: list) -> list:
        return sorted((row.number, row.title, row.granted_on) for row in rows)

    assert said(after) == said(before)


def test_a_right_that_was_changed_since_keeps_its_import(world: World) -> None:
    world.firm("杭州专利科技有限公司")
    batch = take_in(world, "properties", RIGHTS)["batch"]
    row = world.session.scalars(select(IntellectualProperty).order_by(IntellectualProperty.id)).first()
    assert row is not None
    acts.remove(world.session, world.bureau, row.id, row.version)
    with pytest.raises(ImportTouched):
        imports.undo(world.session, world.bureau, batch)
