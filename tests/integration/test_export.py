"""The register as a workbook, and the way back."""

import csv
import io
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from cultivate import clock
from cultivate.cli.exports import export_command
from cultivate.cli.moves import move_command
from cultivate.domain.firm_data import FirmData
from cultivate.errors import Forbidden, Invalid
from cultivate.models import AuditEvent, Candidacy
from cultivate.queries import units
from cultivate.queries.firms import FirmFilter
from cultivate.services import exports, firms, stages
from cultivate.services.stages import MoveRequest
from cultivate.spreadsheets import load
from tests.fixtures import HUSHU, MISHIXIANG, PARK, World, credit_code
from tests.pages import send

NAME = "杭州云创科技有限公司"


@pytest.fixture
def firm_id(session, world: World) -> int:
    made = firms.register(
        session,
        world.bureau,
        FirmData(
            name=NAME,
            uscc=credit_code(77),
            street=MISHIXIANG,
            park=PARK,
            established_on=date(2019, 3, 1),
            registered_capital=Decimal("1000.5"),
            contact_name="王小明",
            contact_phone="13812340000",
            field="电子信息",
            staff=50,
            rd_staff=6,
            class1_ip=1,
            class2_ip=0,
            address="远见大厦 3 幢",
            note="=HYPERLINK(1)",
            former_names=("杭州老云创有限公司", "杭州更老云创有限公司"),
            years={2024: {"sales": Decimal(3000), "rd": Decimal("180.25")}},
        ),
        tracks=("hnte",),
    )
    session.commit()
    return made


def written(session, actor, path: Path, **wanted: object) -> list[dict[str, str]]:
    exports.export_firms(session, actor, path, FirmFilter(**wanted))  # type: ignore[arg-type]
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def test_one_line_a_firm_with_what_is_known(session, world: World, firm_id: int, tmp_path: Path) -> None:
    rows = written(session, world.bureau, tmp_path / "register.csv")
    assert len(rows) == 1
    row = rows[0]
    assert row["统一社会信用代码"] == credit_code(77)
    assert row["曾用名"] == "杭州老云创有限公司、杭州更老云创有限公司"
    assert row["所属街道"] == "米市巷街道"
    assert (row["成立日期"], row["联系电话"], row["Ⅱ类知识产权"]) == ("2019-03-01", "13812340000", "0")
    assert Decimal(row["2024年销售收入（万元）"]) == 3000
    assert row["备注"] == "'=HYPERLINK(1)"


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_the_import_knows_every_column_of_the_layout(
    session, world: World, firm_id: int, tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"register.{ending}"
    exports.export_firms(session, world.bureau, path, FirmFilter())
    known = {column.key for column in load(path, path.name, "firms").columns}
    assert known >= {
        "uscc",
        "name",
        "former_name",
        "street",
        "park",
        "established_on",
        "registered_capital",
        "contact_name",
        "contact_phone",
        "field",
        "staff",
        "rd_staff",
        "class1_ip",
        "class2_ip",
        "address",
        "note",
        "sales_2024",
        "rd_2024",
    }


def test_scope_and_filter_are_those_of_the_list_and_masked_contacts_stay_blank(
    session, world: World, firm_id: int, tmp_path: Path
) -> None:
    world.firm("杭州别家科技有限公司", HUSHU, uscc="")
    path = tmp_path / "register.csv"
    assert [row["企业名称"] for row in written(session, world.caseworker, path)] == [NAME]
    assert len(written(session, world.bureau, path)) == 2
    hushu = units.get_unit(session, HUSHU)
    assert [row["企业名称"] for row in written(session, world.bureau, path, unit=hushu)] == [
        "杭州别家科技有限公司"
    ]
    assert len(written(session, world.bureau, path, no_code=True)) == 1
    row = written(session, world.actor("leader"), path, q="hzyc")[0]
    assert (row["联系人"], row["联系电话"]) == ("", "")
    with pytest.raises(Forbidden):
        written(session, world.actor("admin"), path)


def test_on_an_earlier_day_stages_are_those_of_the_day(session, world: World, tmp_path: Path) -> None:
    early = world.at_stage("serve", on=date(2025, 3, 3))
    world.at_stage("discover", on=date(2025, 9, 1))
    stages.move(session, world.bureau, early, MoveRequest("withdrawn", date(2025, 10, 1), "不做了"))
    path = tmp_path / "register.csv"

    def found(day: date | None, **wanted: object) -> int:
        return exports.export_firms(session, world.bureau, path, FirmFilter(**wanted), day)  # type: ignore[arg-type]

    assert found(date(2025, 3, 2)) == 0
    assert found(date(2025, 3, 3)) == 1
    assert found(date(2025, 9, 30), track="hnte", stage="serve") == 1
    assert found(date(2025, 10, 1), track="hnte", stage="serve") == 0
    assert found(date(2025, 10, 1), stage="withdrawn") == 1
    assert found(None, track="hnte", stage="discover") == 1


def test_each_export_is_kept_in_the_trail(session, world: World, firm_id: int, tmp_path: Path) -> None:
    exports.export_firms(session, world.caseworker, tmp_path / "a.xlsx", FirmFilter(q="云创", track="hnte"))
    event = session.scalar(select(AuditEvent).where(AuditEvent.verb == "export"))
    assert event.actor_id == world.caseworker.user_id
    assert event.details == {"rows": 1, "format": "xlsx", "q": "云创", "track": "hnte"}


def test_other_formats_and_places_are_refused_and_leave_nothing(
    session, world: World, tmp_path: Path
) -> None:
    for path in (
        tmp_path / "register.pdf",
        tmp_path / "missing" / "register.csv",
        tmp_path / "missing" / "register.xlsx",
    ):
        with pytest.raises(Invalid):
            exports.export_firms(session, world.bureau, path, FirmFilter())
    assert list(tmp_path.iterdir()) == []


def test_the_list_is_taken_away_from_the_page(session, firm_id: int, client_as) -> None:
    client = client_as("caseworker")
    answer = send(client, "/firms/export?q=hzyc", "/firms?q=hzyc")
    assert answer.status_code == 200
    assert answer.data[:2] == b"PK"
    assert "attachment" in answer.headers["Content-Disposition"]
    answer.close()
    table = send(client, "/firms/export?q=hzyc", "/firms?q=hzyc", format="csv")
    assert NAME in table.data.decode("utf-8-sig")
    table.close()
    assert len(session.scalars(select(AuditEvent.id).where(AuditEvent.verb == "export")).all()) == 2


@pytest.fixture
def run(app, clean_database: str, monkeypatch):
    """Run a command on the test's database; returns exit status and standard output."""
    monkeypatch.setenv("CULTIVATE_DATABASE_URL", clean_database)

    def call(command, *arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(command, list(arguments))
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.stdout

    return call


def test_the_export_command(session, world: World, firm_id: int, tmp_path: Path, run) -> None:
    path = tmp_path / "register.csv"
    status, out = run(export_command, "firms", str(path), "--track", "hnte", "--stage", "discover", "--json")
    assert (status, json.loads(out)["rows"]) == (0, 1)
    assert path.exists()
    assert run(export_command, "firms", str(path), "--unit", "999")[0] == 1
    assert run(export_command, "firms", str(tmp_path / "x.doc"))[0] == 1
    assert run(export_command, "firms", str(path), "--stage", "nowhere")[0] == 2


def test_the_move_command(session, world: World, firm_id: int, run) -> None:
    session.commit()
    status, out = run(
        move_command, credit_code(77), "--track", "hnte", "--to", "serve", "--actor", "caseworker", "--json"
    )
    assert (status, json.loads(out)["to"]) == (0, "serve")
    status, out = run(move_command, str(firm_id), "--track", "hnte", "--to", "recommend", "--json")
    assert (status, json.loads(out)["error"]["code"]) == (1, "no-service-record")
    status, out = run(
        move_command,
        str(firm_id),
        "--track",
        "hnte",
        "--to",
        "recommend",
        "--override-reason",
        "市局点名",
        "--json",
    )
    assert (status, json.loads(out)["from"]) == (0, "serve")
    assert run(move_command, str(firm_id), "--track", "hnte", "--to", "certify")[0] == 1
    certify = ("--to", "certify", "--number", "GR202533000001", "--issued-on", clock.today().isoformat())
    assert run(move_command, str(firm_id), "--track", "hnte", *certify)[0] == 0
    assert run(move_command, str(firm_id), "--track", "ptsme", "--to", "serve")[0] == 1
    assert run(move_command, str(firm_id), "--track", "ptsme", "--to", "discover")[0] == 0
    assert run(move_command, "91330105FAKE99999X", "--track", "hnte", "--to", "serve")[0] == 1
    assert run(move_command, str(firm_id), "--track", "hnte", "--to", "moon")[0] == 2
    assert run(move_command, str(firm_id), "--track", "hnte", "--to", "serve", "--on", "gestern")[0] == 2
    assert set(session.scalars(select(Candidacy.stage))) == {"certify", "discover"}
