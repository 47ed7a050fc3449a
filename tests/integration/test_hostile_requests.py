"""What nobody types and somebody sends: bytes, digits and days that no column holds. A refusal, never a crash."""

import pytest
from flask import Flask

from cultivate.web.numbers import number_of, numbers_of
from tests.fixtures import World

HUGE = str(2**64)
#: characters that ``str.isdigit`` takes for digits and ``int`` does not, and digits that ``int`` refuses to read
ODD = ["²", "①", "9" * 5000, HUGE]


@pytest.fixture
def bureau_page(app: Flask, client_as):
    """A page's client without the token, which is tested elsewhere."""
    app.config["WTF_CSRF_ENABLED"] = False
    return client_as("bureau")


@pytest.mark.parametrize(
    "address",
    [
        "/?as_of=0001-01-01",
        "/?as_of=9999-12-31",
        "/?known_at=0001-01-01",
        "/?known_at=9999-12-31T23:59:59",
        "/?known_at=0001-01-01T00:00:00-14:00",
        "/pipeline/hnte?as_of=0001-01-01&known_at=9999-12-31",
        "/moves?since=0001-01-01&until=9999-12-31&recorded_since=0001-01-01",
        "/firms?established_from=0001-01-01&established_until=9999-12-31&updated_since=9999-12-31",
        "/certificates?as_of=0001-01-01",
        "/certificates?ends_from=0001-01-01&ends_to=9999-12-31",
    ],
)
def test_days_beyond_the_calendar(bureau_page, address):
    assert bureau_page.get(address).status_code == 200


@pytest.mark.parametrize("path", ["/firms", "/moves", "/imports", "/certificates", "/needs", "/admin/audit"])
def test_pages_that_no_list_has(app, client_as, path):
    client = client_as("admin" if path.startswith("/admin") else "bureau")
    for number in (str(2**63), HUGE, "9" * 5000, "-1", "²"):
        assert client.get(path, query_string={"page": number}).status_code == 200, number


@pytest.mark.parametrize(
    "address", ["/firms?q=a%00b", "/search?q=%00", "/firms?tag=%00", "/fi%00rms", "/?%00=1"]
)
def test_a_nul_in_an_address(bureau_page, address):
    assert bureau_page.get(address).status_code in {400, 404}


def test_a_nul_in_a_form(bureau_page, world: World):
    for sent in ({"name": "杭州甲\0有限公司", "street": "330105001"}, {"na\0me": "x"}):
        answer = bureau_page.post("/firms/new", data=sent)
        assert answer.status_code == 400
        assert "<h1" in answer.text
    assert bureau_page.post("/login", data={"username": "a\0", "password": "\0"}).status_code == 400


def test_bytes_that_are_no_text(bureau_page):
    assert bureau_page.get("/firms?q=%ff%fe%ed%a0%80").status_code == 200
    sent = b"name=%ff%ed%a0%80&street=330105001"
    answer = bureau_page.post("/firms/new", data=sent, content_type="application/x-www-form-urlencoded")
    assert answer.status_code < 500


@pytest.mark.parametrize("odd", ODD)
def test_numbers_that_are_none(bureau_page, world: World, odd):
    """Versions and ids come back from hidden fields; anybody can write there what they like."""
    firm = world.firm()
    candidacy = world.at_stage("discover", firm)
    world.session.commit()
    for path, sent in {
        f"/firms/{firm}/edit": {"name": "杭州乙有限公司", "street": "330105001", "version": odd},
        f"/candidacies/{candidacy}/serve": {"version": odd},
        f"/firms/{firm}/years": {"version": odd, "figure": "1"},
        "/quality/no-code": {"firm": odd, "owner": "1", "due_on": "2030-01-01"},
        "/service-records/rounds": {"firm": odd, "kind": "visit"},
    }.items():
        assert bureau_page.post(path, data=sent).status_code < 500, path


@pytest.mark.parametrize("large", [2**31, 2**63 - 1, 2**63, 10**30])
def test_ids_that_no_column_holds(bureau_page, large):
    for path in ("firms", "candidacies", "certificates", "imports", "batches", "outbox", "needs"):
        assert bureau_page.get(f"/{path}/{large}").status_code == 404, path


def test_what_counts_as_a_number():
    assert [number_of(text) for text in ("7", " 7", "-7", "7.0", "²", "٣", "", None, "9" * 19)] == [
        7,
        *[None] * 8,
    ]
    assert number_of("9" * 18) < 2**63
    assert numbers_of(["7", "x", "8"]) == [7, 8]
