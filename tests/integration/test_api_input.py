"""Bodies and queries that nobody should send: 4xx, never 500, and nothing written."""

from typing import Any

import pytest
from sqlalchemy import func, select

from cultivate.models import Firm
from tests.api_client import PREFIX, Program
from tests.fixtures import MISHIXIANG, World


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": None}, "name"),
        ({"name": 5}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"name": "长" * 201}, "name"),
        ({"nmae": "甲", "name": "甲"}, "nmae"),
        ({"staff": 1.5}, "staff"),
        ({"staff": True}, "staff"),
        ({"staff": -1}, "staff"),
        ({"staff": 2**40}, "staff"),
        ({"established_on": "2020-02-30"}, "established_on"),
        ({"established_on": "20200201"}, "established_on"),
        ({"established_on": 20200201}, "established_on"),
        ({"registered_capital": "1000"}, "registered_capital"),
        ({"registered_capital": float("nan")}, "registered_capital"),
        ({"registered_capital": 1e300}, "registered_capital"),
        ({"registered_capital": True}, "registered_capital"),
        ({"former_names": "甲"}, "former_names"),
        ({"former_names": [1]}, "former_names.0"),
        ({"years": []}, "years"),
        ({"years": {"1899": {"sales": 1}}}, "years.1899"),
        ({"years": {"2024": {"profit": 1}}}, "years.2024.profit"),
        ({"years": {"2024": 5}}, "years.2024"),
        ({"tracks": ["none"]}, "tracks.0"),
        ({"confirm_name": "perhaps"}, "confirm_name"),
        ({"confirm_name": []}, "confirm_name"),
        ([], "body"),
        ("text", "body"),
        (5, "body"),
    ],
)
def test_bodies(bureau: Program, world: World, body: Any, field: str) -> None:
    sent = (
        {"name": "杭州甲科技有限公司", "street": MISHIXIANG} | body
        if isinstance(body, dict) and body
        else body
    )
    error = bureau.post("/firms", sent, status=422)["error"]
    assert field in {reason["field"] for reason in error["reasons"]}
    assert all(reason["message"] and reason["code"] for reason in error["reasons"])
    assert world.session.scalar(select(func.count()).select_from(Firm)) == 0


@pytest.mark.parametrize(
    "content", [b"{", b"\xff", b"[" * 100_000, b'{"name": "a", }', b"9" * 5000, b'{"\\ud800": 1}']
)
def test_bodies_that_are_no_json(bureau: Program, content: bytes) -> None:
    answer = bureau.client.post(
        f"{PREFIX}/firms",
        data=content,
        content_type="application/json",
        headers={"Authorization": f"Bearer {bureau.token}"},
    )
    assert (answer.status_code, answer.json["error"]["field"]) == (422, "body")


def test_another_content_type(bureau: Program) -> None:
    answer = bureau.client.post(
        f"{PREFIX}/firms", data={"name": "甲"}, headers={"Authorization": f"Bearer {bureau.token}"}
    )
    assert (answer.status_code, answer.json["error"]["code"]) == (415, "not-json")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=ten", "limit"),
        ("cursor=nonsense", "cursor"),
        ("cursor=%00", "cursor"),
        ("cursor=djE6OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "cursor"),
        ("q=%00", "q"),
        ("track=hnte2", "track"),
        ("stage=nowhere", "stage"),
        ("streat=330105001", "streat"),
    ],
)
def test_queries(bureau: Program, query: str, field: str) -> None:
    error = bureau.get(f"/firms?{query}", status=422)["error"]
    assert error["field"] == field


def test_a_refusal_speaks_the_language(bureau: Program) -> None:
    english = bureau("POST", "/firms", {"nmae": 1}, Accept_Language="en").json["error"]
    assert {reason["message"] for reason in english["reasons"]} == {
        "This is needed.",
        "There is no such field.",
    }
