"""``cultivate import``: the report of the contract, exit statuses, dry run and undo."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.fixtures import World, credit_code
from tests.import_files import LISTS, csv, row_counts

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
def cultivate(app: Flask, world: World) -> Any:
    """The command on the test's database: exit status, what it printed, and its messages."""
    assert world.bureau
    address = app.extensions["settings"].database_url

    def run(*arguments: str) -> tuple[int, str, str]:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", "from cultivate.cli import main; main()", *arguments],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "CULTIVATE_DATABASE_URL": address, "LANG": "zh_CN.UTF-8", "PYTHONUTF8": "1"},
        )
        return done.returncode, done.stdout, done.stderr

    return run


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    """One good firm and one row to mend."""
    path = tmp_path / "名册.csv"
    wrong = credit_code(9002)[:-1]
    path.write_bytes(csv(("甲公司", credit_code(9001), "湖墅", "12", ""), ("乙公司", wrong, "湖墅", "", "")))
    return path


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
