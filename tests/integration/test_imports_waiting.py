"""What waits for its owner, how far long work is, and the known answers through the page."""

import io
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate.models import ImportRow, Progress
from cultivate.services import imports, ledger, long_work
from cultivate.services.imports import ImportOptions
from tests.fixtures import World, credit_code
from tests.import_files import LISTS, csv, row_counts
from tests.integration.test_imports_page import post, text, upload

Client = Callable[[str | None], FlaskClient]
EXPECTED: dict[str, dict[str, Any]] = json.loads((LISTS / "expected.json").read_text(encoding="utf-8"))
GOOD = csv(("甲公司", credit_code(9001), "湖墅", "12", ""))
MIXED = csv(("甲公司", credit_code(9001), "湖墅", "12", ""), ("乙公司", "1", "湖墅", "", ""))


def send(client: FlaskClient, name: str) -> Any:
    """One of the sample lists, through the form of its kind."""
    facts = EXPECTED[name]
    values = {"tracks": ["hnte", "ptsme"]}
    if facts["kind"] == "certificates":
        values = {"track": facts["track"], "issued_on": facts["issued_on"]}
    file = (io.BytesIO((LISTS / name).read_bytes()), name)
    return post(client, f"/imports/{facts['kind']}", file=file, **values)


def sums(page: str) -> dict[str, int]:
    """The counts that the page shows, by the outcome that each leads to; ``rows`` for the sum."""
    block = page.split('<nav class="import-sums"')[1].split("</nav>", maxsplit=1)[0]
    found = re.findall(r'href="[^"?]*(?:\?outcome=(\w+))?"[^>]*><b>([\d,]+)</b>', block)
    return {name or "rows": int(count.replace(",", "")) for name, count in found}


def test_the_known_answers_hold_on_the_page(session: Session, world: World, client_as: Client) -> None:
    client = client_as("bureau")
    for again in (False, True):
        for name, facts in EXPECTED.items():
            answer = send(client, name)
            if facts.get("unreadable"):
                assert answer.status_code == 422, name
                continue
            address = answer.headers["Location"]
            counts = sums(text(client.get(address)))
            assert counts["rows"] == facts["rows"] == sum(counts.values()) - counts["rows"], name
            same = ("matched", "to_decide", "unmatched") if "track" in facts else ("duplicate", "rejected")
            assert {key: counts[key] for key in same} == {key: facts[key] for key in same}, name
            if facts["kind"] == "firms":
                new, old = (0, facts["create"]) if again else (facts["create"], 0)
                assert (counts["create"], counts["unchanged"]) == (new, old), name
            rejected = session.scalars(
                select(ImportRow.number).where(
                    ImportRow.batch_id == int(address.rsplit("/", 1)[1]), ImportRow.outcome == "rejected"
                )
            ).all()
            session.rollback()
            assert set(rejected) == {problem["row"] for problem in facts.get("problems", [])}, name
            post(client, f"{address}/commit")


def test_all_or_none_on_the_page(session: Session, world: World, client_as: Client) -> None:
    client = client_as("bureau")
    address = upload(client, MIXED).headers["Location"]
    before = row_counts(session)
    session.rollback()
    answer = post(client, f"{address}/commit", policy="all")
    assert answer.status_code == 422
    assert "第 3 行" in text(answer)
    assert row_counts(session) == before
    session.rollback()
    assert post(client, f"{address}/commit", policy="some").status_code == 422
    assert post(client, f"{address}/commit", policy="good").status_code == 302
    clean = csv(("丙公司", credit_code(9003), "湖墅", "", ""))
    address = upload(client, clean).headers["Location"]
    assert post(client, f"{address}/commit", policy="all").status_code == 302
    assert row_counts(session)["firm"] == before["firm"] + 2


def test_what_waits_is_shown_to_its_owner_and_the_bureau(world: World, client_as: Client) -> None:
    mine, theirs, bureau = client_as("caseworker"), client_as("neighbour"), client_as("bureau")
    address = upload(theirs, GOOD, "等我.csv").headers["Location"]
    assert "等我.csv" in text(theirs.get("/imports"))
    assert "等我.csv" not in text(mine.get("/imports"))
    assert "等我.csv" in text(bureau.get("/imports"))
    post(theirs, f"{address}/commit")
    page = text(theirs.get("/imports"))
    assert "等待继续" not in page
    assert "等我.csv" in page


def test_a_line_to_decide_waits_even_after_the_import(
    session: Session, world: World, client_as: Client
) -> None:
    world.firm("杭州霁汐溟信息技术有限公司")
    session.commit()
    client = client_as("bureau")
    content = csv(("杭州霁汐溟信息技术集团有限公司", "GR202433000002"), header=("企业名称", "证书编号"))
    file = (io.BytesIO(content), "名单.csv")
    answer = post(client, "/imports/certificates", file=file, track="hnte", issued_on="2024-12-06")
    assert post(client, f"{answer.headers['Location']}/commit").status_code == 302
    assert "1 行" in text(client.get("/imports")).split("等待继续")[1]
    post(client, f"{answer.headers['Location']}/rows/2/decide", decision="not_ours")
    assert "等待继续" not in text(client.get("/imports"))


def test_rows_that_need_a_person_stand_first(session: Session, world: World, client_as: Client) -> None:
    world.firm("乙公司", uscc=credit_code(9002))
    session.commit()
    content = csv(
        ("戊公司", credit_code(9005), "湖墅", "1", ""),
        ("乙公司", credit_code(9002), "", "7", ""),
        ("丙公司", "1", "湖墅", "", ""),
        ("丁公司", credit_code(9004), "湖墅", "1", ""),
        ("丁公司", credit_code(9004), "湖墅", "1", ""),
    )
    page = text(client_as("bureau").get(upload(client_as("bureau"), content).headers["Location"]))
    assert [int(number) for number in re.findall(r'<tr id="row-(\d+)"', page)] == [4, 6, 3, 2, 5]


def test_progress_is_seen_before_the_commit_and_gone_after_it(
    app: Flask, session: Session, world: World, client_as: Client
) -> None:
    key = "upload:0123456789abcdef"
    mine, theirs = client_as("caseworker"), client_as("neighbour")
    session.commit()
    with long_work.shown(world.caseworker, key, "大.xlsx"):
        long_work.say(long_work.CHECKING, 3000, 10000)
        told = mine.get(f"/imports/progress?key={key}").get_json()
        assert (told["done"], told["total"]) == (3000, 10000)
        assert "10,000" in told["words"]
        assert theirs.get(f"/imports/progress?key={key}").get_json() is None
        assert "大.xlsx" in text(mine.get("/imports"))
        assert "大.xlsx" in text(mine.get("/imports/working", headers={"HX-Request": "true"}))
        assert theirs.get("/imports/working", headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    long_work.finish(session, key)
    session.commit()
    assert mine.get(f"/imports/progress?key={key}").get_json() is None


def test_an_act_that_fails_leaves_no_progress(session: Session, world: World, client_as: Client) -> None:
    client = client_as("bureau")
    for content in (b"MZ\0\0", GOOD):
        upload(client, content, mark="0123456789abcdef")
        assert session.scalars(select(Progress.key)).all() == []
        session.rollback()
    address = upload(client, MIXED).headers["Location"]
    post(client, f"{address}/commit", policy="all")
    assert session.scalars(select(Progress.key)).all() == []
    session.rollback()
    post(client, f"{address}/commit")
    assert session.scalars(select(Progress.key)).all() == []


def test_a_word_that_cannot_be_written_is_not_waited_for(app: Flask, session: Session, world: World) -> None:
    """On SQLite nobody else writes while the book is held: the act goes on without saying how far it is."""
    actor = world.bureau
    session.commit()
    ledger.begin(session)
    with long_work.shown(actor, "import:1", "a.csv"):
        long_work.say(long_work.WRITING, 1, 2)
    session.rollback()
    rows = session.scalars(select(Progress.key)).all()
    assert rows == ([] if session.get_bind().dialect.name == "sqlite" else ["import:1"])


def test_an_import_tells_how_far_it_is(session: Session, world: World) -> None:
    heard: list[tuple[str, int, int]] = []
    content = csv(*((f"甲{number}有限公司", "", "湖墅", "", "") for number in range(450)))
    with long_work.heard(lambda *word: heard.append(word)):
        imports.run(session, world.bureau, "firms", "a.csv", content, ImportOptions())
    phases = list(dict.fromkeys(phase for phase, _, _ in heard))
    assert phases == [long_work.READING, long_work.CHECKING, long_work.COMPARING, long_work.WRITING]
    assert (long_work.CHECKING, 400, 450) in heard


@pytest.mark.parametrize("key", ["", "x" * 500, "import:1' OR 1=1", "upload:../../x"])
def test_keys_that_mean_nothing(world: World, client_as: Client, key: str) -> None:
    assert client_as("bureau").get("/imports/progress", query_string={"key": key}).get_json() is None
