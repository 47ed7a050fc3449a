"""Logging a firm from a phone: one screen, one key, one firm."""

import io
import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from cultivate.models import Attachment, Candidacy, Firm, IdempotencyKey, ServiceRecord
from cultivate.paths import PACKAGE
from tests.fixtures import BANSHAN, HUSHU, MISHIXIANG, World, credit_code

NAME = "杭州云创科技有限公司"
PICTURE = b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\x01" * 500
BOTH = ["hnte", "ptsme"]


class Phone:
    """The script of the screen: asks for a pass, then sends with a key."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def send(self, key: str = "k1", photo: bytes | None = None, **said: object):
        token = self.client.get("/field/pass").json["token"]
        values = {"name": NAME, "street": MISHIXIANG, "tracks": BOTH} | said
        if photo is not None:
            values["photo"] = (io.BytesIO(photo), "营业执照.jpg")
        headers = {"Accept": "application/json", "X-CSRFToken": token, "Idempotency-Key": key}
        return self.client.post("/field", data=values, headers=headers)


@pytest.fixture
def phone(client_as) -> Phone:
    return Phone(client_as("caseworker"))


def rows(world: World, model: type) -> int:
    found = world.session.scalar(select(func.count()).select_from(model)) or 0
    world.session.rollback()
    return found


def field_of(answer) -> dict[str, str]:
    return {each["field"]: each["message"] for each in answer.json["problems"]}


def test_the_screen_is_ready_to_type(client_as) -> None:
    page = client_as("caseworker").get("/field").text
    assert f'<option selected value="{MISHIXIANG}">' in page
    assert re.search(r'name="key"[^>]*value="[0-9a-f]{32}"', page)
    assert 'capture="environment"' in page
    assert 'inputmode="tel"' in page
    assert json.loads(re.search(r'id="field-words">(.*?)</script>', page, re.DOTALL)[1])["waiting"]


def test_firm_visit_and_photo_are_one_act(phone: Phone, world: World) -> None:
    answer = phone.send(
        uscc=credit_code(5), served="y", service_kind="visit", service_note="大厅见面", photo=PICTURE
    )
    assert answer.status_code == 201, answer.text
    assert (answer.json["name"], answer.json["replayed"]) == (NAME, False)
    assert phone.client.get(answer.json["href"]).status_code == 200
    assert (rows(world, Firm), rows(world, Candidacy), rows(world, ServiceRecord)) == (1, 2, 2)
    paper = world.session.scalars(select(Attachment)).one()
    assert (paper.kind, paper.name) == ("licence", "营业执照.jpg")
    world.session.rollback()


def test_the_same_key_answers_again_and_writes_nothing(phone: Phone, world: World) -> None:
    first, again = phone.send(photo=PICTURE), phone.send(photo=PICTURE)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json["href"] == again.json["href"]
    assert (again.json["replayed"], again.json["changed"]) == (True, False)
    assert (rows(world, Firm), rows(world, Attachment)) == (1, 1)
    corrected = phone.send(name="杭州云创科技股份有限公司")
    assert (corrected.json["name"], corrected.json["changed"]) == (NAME, True)
    assert rows(world, Firm) == 1


def test_the_same_key_at_once_makes_one_firm(app: Flask, world: World, client_as) -> None:
    clients = [Phone(client_as("caseworker")) for _ in range(4)]
    together = threading.Barrier(4)

    def one(each: Phone) -> str:
        together.wait()
        answer = each.send(photo=PICTURE)
        assert answer.status_code == 201, answer.text
        return answer.json["href"]

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(one, clients))) == 1
    assert (rows(world, Firm), rows(world, Attachment), rows(world, Candidacy)) == (1, 1, 2)


def test_a_key_is_a_persons_own(phone: Phone, client_as, world: World) -> None:
    phone.send()
    other = Phone(client_as("neighbour")).send(name="杭州别家科技有限公司", street=HUSHU)
    assert (other.status_code, other.json["replayed"]) == (201, False)
    assert rows(world, Firm) == 2


def test_a_refusal_comes_back_and_the_corrected_entry_goes_through(phone: Phone, world: World) -> None:
    right = credit_code(1)
    refused = phone.send(uscc=right.replace("0", "O", 1), photo=PICTURE)
    assert refused.status_code == 422
    assert set(field_of(refused)) == {"uscc"}
    assert refused.json["suggestion"] == right
    assert [rows(world, model) for model in (Firm, Attachment, IdempotencyKey)] == [0, 0, 0]
    assert phone.send(uscc=right, photo=PICTURE).status_code == 201


def test_a_code_without_a_name_is_asked_for_the_name(phone: Phone, world: World) -> None:
    answer = phone.send(name="", uscc=credit_code(1))
    assert list(field_of(answer)) == ["name"]
    assert "执照" in field_of(answer)["name"]
    assert rows(world, Firm) == 0


def test_a_firm_that_is_known_is_named_by_its_street_or_opened(phone: Phone, client_as, world: World) -> None:
    world.firm("杭州邻街科技有限公司", BANSHAN, uscc=credit_code(8))
    mine = world.firm("杭州本街科技有限公司", uscc=credit_code(9))
    world.session.commit()
    elsewhere = phone.send(uscc=credit_code(8))
    assert "半山街道" in field_of(elsewhere)["uscc"]
    assert elsewhere.json["known"] is None
    assert phone.send(uscc=credit_code(9)).json["known"] == f"/firms/{mine}"
    namesake = phone.send(name="杭州本街科技有限公司")
    assert namesake.json["same_name"]
    assert phone.send(name="杭州本街科技有限公司", confirm_name="y").status_code == 201


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"photo": b"MZ\x90\x00"}, "photo"),
        ({"street": HUSHU}, "street"),
        ({"street": ""}, "street"),
        ({"tracks": [], "served": "y", "service_kind": "visit"}, "tracks"),
        ({"contact_phone": "12"}, "contact_phone"),
        ({"served": "y", "service_kind": "nonsense"}, "service_kind"),
        ({"key": ""}, None),
        ({"key": "k" * 200}, None),
    ],
)
def test_whatever_is_wrong_writes_nothing_at_all(phone: Phone, world: World, said, field) -> None:
    answer = phone.send(**({"photo": PICTURE} | said))
    assert answer.status_code == 422, answer.text
    assert list(field_of(answer)) == [field]
    assert [rows(world, model) for model in (Firm, ServiceRecord, Attachment, IdempotencyKey)] == [0, 0, 0, 0]


def test_without_script_the_same_form_works_and_a_double_tap_acts_once(client_as, world: World) -> None:
    client = client_as("caseworker")
    page = client.get("/field").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    key = re.search(r'name="key"[^>]*value="([0-9a-f]{32})"', page)[1]
    said = {"csrf_token": token, "key": key, "name": NAME, "street": MISHIXIANG, "tracks": BOTH}
    refused = client.post("/field", data=said | {"uscc": "1"})
    assert refused.status_code == 422
    assert NAME in refused.text
    assert key in refused.text
    answers = [client.post("/field", data=said) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0].location == answers[1].location
    assert rows(world, Firm) == 1


def test_nobody_gets_no_pass_and_is_not_led_back_to_it(client_as) -> None:
    client = client_as(None)
    client.get("/field")
    assert client.get("/field/pass").json == {"user": None}
    with client.session_transaction() as cookie:
        assert cookie["next"].startswith("/field?")


def test_a_token_of_an_earlier_session_is_refused_and_a_fresh_one_is_not(client_as, world: World) -> None:
    old = client_as("caseworker").get("/field/pass").json["token"]
    client = client_as("caseworker")
    headers = {"Accept": "application/json", "X-CSRFToken": old, "Idempotency-Key": "k"}
    assert client.post("/field", data={"name": NAME}, headers=headers).status_code == 400
    assert Phone(client).send("k").status_code == 201


@pytest.mark.parametrize("username", ["leader", "admin"])
def test_who_only_reads_logs_nothing(client_as, username: str) -> None:
    client = client_as(username)
    assert client.get("/field").status_code == 403
    assert Phone(client).send().status_code == 403
    assert "img/manifest.webmanifest" in client.get("/account").text


def there(client: FlaskClient, address: str) -> bool:
    with client.get(address) as answer:
        return answer.status_code == 200


def test_the_worker_names_this_versions_files_and_they_are_there(client_as) -> None:
    client = client_as(None)
    answer = client.get("/sw.js")
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"] == "no-cache"
    files = json.loads(re.search(r"const FILES = (\[.*?\]);", answer.text)[1])
    assert [name for name in files if not there(client, name)] == []


@pytest.mark.parametrize("name", ["field.webmanifest", "manifest.webmanifest"])
def test_the_manifest_can_be_installed(client_as, name: str) -> None:
    folder = PACKAGE / "static" / "img"
    manifest = json.loads((folder / name).read_text(encoding="utf-8"))
    assert manifest["name"]
    assert manifest["display"] == "standalone"
    assert manifest["start_url"] == ("/field" if name.startswith("field") else "/")
    sizes = {icon["sizes"] for icon in manifest["icons"] if icon["type"] == "image/png"}
    assert {"192x192", "512x512"} <= sizes
    for icon in manifest["icons"]:
        content = (folder / icon["src"]).read_bytes()
        if icon["type"] == "image/png":
            width = int.from_bytes(content[16:20], "big")
            assert icon["sizes"] == f"{width}x{width}"
    policy = client_as(None).get("/login").headers["Content-Security-Policy"]
    assert "worker-src 'self'" in policy
    assert "manifest-src 'self'" in policy


def test_logging_out_clears_what_the_browser_kept(client_as) -> None:
    client = client_as("caseworker")
    token = client.get("/field/pass").json["token"]
    answer = client.post("/logout", headers={"X-CSRFToken": token})
    assert answer.headers["Clear-Site-Data"] == '"cache"'
