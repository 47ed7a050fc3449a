"""``cultivate import``: the report of the contract, exit statuses, dry run and undo."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy.orm import Session

from cultivate.cli import main
from tests.fixtures import World, credit_code
from tests.import_files import LISTS, csv, row_counts

EXPECTED: dict[str, dict[str, Any]] = json.loads((LISTS / "expected.json").read_text(encoding="utf-8"))
KEYS = {
    "batch",
    "file",
    "kind",
    "sheet",
    "header_row",
    "rows",
    "create",
    "update",
    "unchanged",
    "duplicate",
    "rejected",
    "problems",
}


@pytest.fixture
def settings(app: Flask, world: World) -> dict[str, str]:
    """The environment that leads the command to the test's database."""
    assert world.bureau
    address = app.extensions["settings"].database_url
    return {"CULTIVATE_DATABASE_URL": address, "LANG": "zh_CN.UTF-8", "PYTHONUTF8": "1"}


@pytest.fixture
def cultivate(settings: dict[str, str]) -> Any:
    """The command: exit status, what it printed, and its messages. In this process, which has loaded it already."""

    def run(*arguments: str) -> tuple[int, str, str]:
        done = CliRunner().invoke(main, arguments, env=settings)
        return done.exit_code, done.stdout, done.stderr

    return run


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    """One good firm and one row to mend."""
    path = tmp_path / "名册.csv"
    wrong = credit_code(9002)[:-1]
    path.write_bytes(csv(("甲公司", credit_code(9001), "湖墅", "12", ""), ("乙公司", wrong, "湖墅", "", "")))
    return path


def test_the_known_answers_hold_by_command(cultivate: Any) -> None:
    """The three rosters first, then the two official lists; what cannot be read stops none of the others."""
    rosters = [str(LISTS / name) for name, facts in EXPECTED.items() if facts["kind"] == "firms"]
    status, out, _ = cultivate("import", "firms", *rosters, "--json")
    reports = {report["file"]: report for report in json.loads(out)}
    assert status == 1
    for name, facts in EXPECTED.items():
        if facts["kind"] == "certificates":
            options = ("--track", facts["track"], "--issued-on", facts["issued_on"])
            status, out, _ = cultivate("import", "certificates", str(LISTS / name), *options, "--json")
            reports[name] = json.loads(out)
            assert status == 0, name
        keys = facts.keys() - ({"kind"} if "unreadable" in facts else set())
        assert {key: answer(reports[name], key) for key in keys} == {key: facts[key] for key in keys}, name


def answer(report: dict[str, Any], key: str) -> Any:
    """What a report says to a key of the known answers."""
    if key == "unreadable":
        return report["error"]["code"] in {"file-unreadable", "no-known-column"}
    if key == "problems":
        return [
            {"row": each["row"], "code": each["code"], "has_suggestion": each["suggestion"] is not None}
            for each in report["problems"]
        ]
    return report[key.replace("_codes", "_firms")]


def test_a_roster_there_and_back(session: Session, cultivate: Any, roster: Path) -> None:
    status, out, _ = cultivate("import", "firms", str(roster), "--track", "hnte", "--json")
    report = json.loads(out)
    assert (status, report["create"], report["rejected"]) == (0, 1, 1)
    assert set(report) >= KEYS
    problem = report["problems"][0]
    assert (problem["row"], problem["column"], problem["code"]) == (
        3,
        "统一社会信用代码",
        "credit-code-invalid",
    )
    assert "18" in problem["message"]
    assert row_counts(session)["stage_move"] == 1
    session.rollback()
    status, out, _ = cultivate("import", "undo", str(report["batch"]), "--json")
    assert (status, json.loads(out)) == (0, {"batch": report["batch"], "status": "undone"})
    assert cultivate("import", "undo", str(report["batch"]))[0] == 1
    assert cultivate("import", "undo", "999")[0] == 1


def test_the_program_itself_says_the_same(cultivate: Any, settings: dict[str, str], roster: Path) -> None:
    words = ["import", "firms", str(roster), "--dry-run", "--json"]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", "from cultivate.cli import main; main()", *words],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **settings},
    )
    assert (done.returncode, done.stdout, done.stderr) == cultivate(*words)
    assert json.loads(done.stdout)["create"] == 1


def test_a_dry_run_prints_and_writes_nothing(session: Session, cultivate: Any, roster: Path) -> None:
    before = row_counts(session)
    session.rollback()
    status, out, _ = cultivate("import", "firms", str(roster), "--dry-run", "--json")
    assert (status, json.loads(out)["batch"], json.loads(out)["create"]) == (0, None, 1)
    status, out, _ = cultivate("import", "firms", str(roster), "--dry-run")
    assert (status, "新增" in out) == (0, True)
    assert row_counts(session) == before


def test_an_official_list(session: Session, cultivate: Any, roster: Path, tmp_path: Path) -> None:
    cultivate("import", "firms", str(roster))
    path = tmp_path / "名单.csv"
    path.write_bytes(csv(("甲公司", "GR202433000001"), header=("企业名称", "证书编号")))
    arguments = (
        "import",
        "certificates",
        str(path),
        "--track",
        "hnte",
        "--issued-on",
        "2024-12-06",
        "--json",
    )
    status, out, _ = cultivate(*arguments)
    report = json.loads(out)
    assert (status, report["matched"], report["matched_firms"]) == (0, 1, [credit_code(9001)])
    assert report["to_decide_firms"] == []
    assert row_counts(session)["certificate"] == 1


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("not-a-workbook.xlsx", "file-unreadable"),
        ("empty.csv", "file-unreadable"),
        ("no-known-column.csv", "no-known-column"),
    ],
)
def test_files_that_cannot_be_read(session: Session, cultivate: Any, name: str, code: str) -> None:
    before = row_counts(session)
    session.rollback()
    status, out, messages = cultivate("import", "firms", str(LISTS / name), "--json")
    assert (status, json.loads(out)["error"]["code"]) == (1, code)
    assert "Traceback" not in messages
    assert row_counts(session) == before


def test_wrong_usage(cultivate: Any, roster: Path) -> None:
    assert cultivate("import", "firms", "no-such-file.xlsx")[0] == 2
    assert cultivate("import", "certificates", str(roster), "--track", "hnte")[0] == 2
    assert cultivate("import", "firms", str(roster), "--unit", "999")[0] == 1
    assert cultivate("import", "firms", str(roster), "--track", "none")[0] == 1


def test_a_folder_goes_file_by_file(session: Session, cultivate: Any, roster: Path, tmp_path: Path) -> None:
    """By name; the bad one in the middle does not stop the one behind it, and the exit status tells."""
    (tmp_path / "空.csv").write_bytes(b"")
    (tmp_path / "~$名册.xlsx").write_bytes(b"lock")
    (tmp_path / "照片.jpg").write_bytes(b"\xff\xd8\xff\x00")
    (tmp_path / "首页.csv").write_bytes(csv(("丙公司", credit_code(9003), "湖墅", "", "")))
    status, out, messages = cultivate("import", "firms", str(tmp_path), "--json")
    reports = json.loads(out)
    assert status == 1
    assert [report["file"] for report in reports] == ["名册.csv", "空.csv", "首页.csv"]
    assert [report.get("create") for report in reports] == [1, None, 1]
    assert reports[1]["error"]["code"] == "file-unreadable"
    assert "照片.jpg" in messages
    assert row_counts(session)["firm"] == 2
    session.rollback()
    status, out, _ = cultivate("import", "firms", str(roster), str(tmp_path / "首页.csv"), "--json")
    assert (status, [report["unchanged"] for report in json.loads(out)]) == (0, [1, 1])


def test_a_folder_is_tried_first(session: Session, cultivate: Any, roster: Path, tmp_path: Path) -> None:
    before = row_counts(session)
    session.rollback()
    status, out, _ = cultivate("import", "firms", str(tmp_path), "--dry-run", "--json")
    assert (status, json.loads(out)[0]["batch"]) == (0, None)
    assert row_counts(session) == before
    session.rollback()
    empty = tmp_path / "leer"
    empty.mkdir()
    assert cultivate("import", "firms", str(empty))[0] == 1


def test_all_or_none(session: Session, cultivate: Any, roster: Path) -> None:
    before = row_counts(session)
    session.rollback()
    status, out, _ = cultivate("import", "firms", str(roster), "--policy", "all", "--json")
    error = json.loads(out)["error"]
    assert (status, error["code"], error["field"]) == (1, "rows-rejected", "policy")
    assert "3" in error["message"]
    assert row_counts(session) == before
    session.rollback()
    roster.write_bytes(csv(("甲公司", credit_code(9001), "湖墅", "12", "")))
    status, out, _ = cultivate("import", "firms", str(roster), "--policy", "all", "--json")
    assert (status, json.loads(out)["policy"], json.loads(out)["create"]) == (0, "all", 1)
    assert cultivate("import", "firms", str(roster), "--policy", "some")[0] == 2
