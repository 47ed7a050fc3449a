"""Imports over HTTP: the command's report."""

import io
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from cultivate.api.shapes.imported import ImportShape
from cultivate.models import Firm, ImportBatch
from tests.api_client import PREFIX, Program
from tests.fixtures import MISHIXIANG, World

LISTS = Path(__file__).parent.parent / "data" / "lists"
ROSTER = "统一社会信用代码,企业名称,街道\n,杭州清波科技有限公司,米市巷街道\n,杭州湖墅软件有限公司,湖墅街道\n".encode()


def upload(program: Program, query: str, content: bytes, name: str = "a.csv", **headers: str) -> Any:
    return program.client.post(
        f"{PREFIX}/imports?{query}",
        data={"file": (io.BytesIO(content), name)},
        headers={"Authorization": f"Bearer {program.token}"}
        | {key.replace("_", "-"): value for key, value in headers.items()},
    )


def count(world: World, model: type) -> int:
    found = world.session.scalar(select(func.count()).select_from(model)) or 0
    world.session.rollback()
    return found


def test_a_dry_run_writes_nothing_and_the_import_does(bureau: Program, world: World) -> None:
    dry = upload(bureau, "kind=firms&dry_run=true", ROSTER)
    assert (dry.status_code, dry.json["batch"], dry.json["create"]) == (200, None, 2)
    assert (count(world, Firm), count(world, ImportBatch)) == (0, 0)
    done = upload(bureau, "kind=firms&track=hnte&track=ptsme", ROSTER)
    assert (done.status_code, done.json["create"], done.json["rows"]) == (201, 2, 2)
    assert done.headers["Location"] == f"{PREFIX}/imports/{done.json['batch']}"
    assert bureau.get(f"/imports/{done.json['batch']}") == done.json
    assert count(world, Firm) == 2
    assert set(done.json) <= set(ImportShape().fields)
    assert bureau.get("/firms")["items"][0]["candidacies"][1]["track"] == "ptsme"
    again = upload(bureau, "kind=firms", ROSTER).json
    assert (again["create"], again["update"]) == (0, 0)


def test_the_workbook_of_a_street(bureau: Program) -> None:
    content = (LISTS / "street-roster.xlsx").read_bytes()
    report = upload(bureau, "kind=firms&dry_run=true", content, "street-roster.xlsx").json
    assert report["rows"] == sum(
        report[key] for key in ("create", "update", "unchanged", "duplicate", "rejected")
    )
    assert {"row", "column", "code", "message", "suggestion"} == set(report["problems"][0])


def test_an_official_list(bureau: Program, caseworker: Program, world: World) -> None:
    world.firm("杭州清波科技有限公司")
    world.session.commit()
    content = (
        "企业名称,证书编号\n杭州清波科技有限公司,GR202533000001\n杭州外人有限公司,GR202533000002\n".encode()
    )
    query = "kind=certificates&track=hnte&issued_on=2025-12-01"
    done = upload(bureau, query, content)
    assert (done.status_code, done.json["matched"], done.json["unmatched"]) == (201, 1, 1)
    assert set(done.json) <= set(ImportShape().fields)
    assert bureau.get("/funnel?track=hnte")["in_force"] == 1
    assert upload(caseworker, query, content).status_code == 403
    assert caseworker("GET", f"/imports/{done.json['batch']}").status_code == 404


def test_the_same_key_imports_once(bureau: Program, world: World) -> None:
    first, second = (upload(bureau, "kind=firms", ROSTER, Idempotency_Key="k") for _ in range(2))
    assert first.json == second.json
    assert count(world, ImportBatch) == 1
    other = upload(bureau, "kind=firms", ROSTER + b",x,y\n", Idempotency_Key="k")
    assert other.json["error"]["code"] == "idempotency-key-reused"


def test_what_cannot_be_imported(bureau: Program, caseworker: Program, world: World) -> None:
    for query, content, field in [
        ("", ROSTER, "kind"),
        ("kind=people", ROSTER, "kind"),
        ("kind=firms&unit=nowhere", ROSTER, "unit"),
        ("kind=firms&dry_run=perhaps", ROSTER, "dry_run"),
        ("kind=firms&track=none", ROSTER, "track.0"),
        ("kind=certificates&track=hnte", ROSTER, "issued_on"),
        ("kind=certificates&issued_on=2025-12-01", ROSTER, "track"),
    ]:
        answer = upload(bureau, query, content)
        assert (answer.status_code, answer.json["error"]["field"]) == (422, field), query
    for name, code in [
        ("empty.csv", "file-unreadable"),
        ("not-a-workbook.xlsx", "file-unreadable"),
        ("no-known-column.csv", "no-known-column"),
    ]:
        answer = upload(bureau, "kind=firms", (LISTS / name).read_bytes(), name)
        assert (answer.status_code, answer.json["error"]["code"]) == (422, code)
    without = bureau.client.post(
        f"{PREFIX}/imports?kind=firms", headers={"Authorization": f"Bearer {bureau.token}"}
    )
    assert (without.status_code, without.json["error"]["field"]) == (422, "file")
    answer = upload(caseworker, f"kind=firms&unit={MISHIXIANG}", ROSTER)
    assert answer.status_code == 201
    assert count(world, ImportBatch) == 1
