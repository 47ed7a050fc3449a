"""Papers of a firm: kept once, told by their content, and there for whoever may see the firm."""

import io
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import unquote

import pytest
from flask import Flask
from sqlalchemy import func, select

from cultivate import clock
from cultivate.errors import Forbidden, Invalid, NotFound
from cultivate.extensions import database
from cultivate.models import Attachment, AuditEvent, StoredFile, StoredPart
from cultivate.queries import attachments as queries
from cultivate.services import attachments
from tests.api_client import Program
from tests.fixtures import HUSHU, World
from tests.pages import send

MEGABYTE = 1024 * 1024
PDF = b"%PDF-1.7\n" + b"text " * 100
PICTURE = b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\x01" * 500


@pytest.fixture
def firm_id(world: World) -> int:
    made = world.firm()
    world.session.commit()
    return made


def attach(
    world: World, firm_id: int, content: bytes = PDF, name: str = "审计报告.pdf", kind: str = "audit"
) -> int:
    return attachments.attach(world.session, world.caseworker, firm_id, kind, name, io.BytesIO(content))


def rows(world: World, model: type) -> int:
    return world.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_paper_comes_back_as_it_was_sent(world: World, firm_id: int) -> None:
    content = b"%PDF-1.4\n" + bytes(range(256)) * 10_000  # three pieces
    made = attach(world, firm_id, content)
    paper = queries.get_paper(world.session, world.caseworker.scope, made)
    assert (paper.name, paper.size, paper.media_type) == ("审计报告.pdf", len(content), "application/pdf")
    pieces = list(queries.parts_of(world.session, paper.digest))
    assert [len(piece) for piece in pieces[:-1]] == [MEGABYTE] * 2
    assert b"".join(pieces) == content
    assert world.session.scalars(select(AuditEvent.verb).where(AuditEvent.subject == "attachment")).all() == [
        "attach"
    ]


def test_the_same_content_is_kept_once(world: World, firm_id: int) -> None:
    other = world.firm()
    first = attach(world, firm_id)
    assert attach(world, firm_id) == first  # sent twice
    assert attach(world, firm_id, kind="other") != first
    attach(world, other, name="别的名字.pdf")
    assert (rows(world, Attachment), rows(world, StoredFile), rows(world, StoredPart)) == (3, 1, 1)


def test_the_same_content_at_once_is_kept_once(app: Flask, world: World) -> None:
    firms = [world.firm() for _ in range(4)]
    world.session.commit()
    content, together = b"%PDF-1.4\n" + b"x" * 2 * MEGABYTE, threading.Barrier(4)

    def one(firm_id: int) -> None:
        with app.app_context():
            together.wait()
            with database().unit_of_work() as session:
                attachments.attach(session, world.caseworker, firm_id, "audit", "a.pdf", io.BytesIO(content))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, firms))
    assert (rows(world, Attachment), rows(world, StoredFile), rows(world, StoredPart)) == (4, 1, 3)


class Endless(io.RawIOBase):
    """A file of a size, made as it is read: nothing of it lies in memory."""

    def __init__(self, size: int) -> None:
        self.size, self.at = size, 0

    def seek(self, offset: int, whence: int = 0) -> int:
        self.at = offset if whence == 0 else self.size + offset
        return self.at

    def read(self, wanted: int = -1) -> bytes:
        length = min(self.size - self.at, wanted if wanted >= 0 else self.size)
        head = b"%PDF-1.7\n"[self.at : self.at + length]
        self.at += length
        return head + b"\x20" * (length - len(head))


def test_fifty_megabytes_pass_and_one_byte_more_does_not(world: World, firm_id: int) -> None:
    with pytest.raises(Invalid) as error:
        attachments.attach(
            world.session, world.caseworker, firm_id, "audit", "a.pdf", Endless(50 * MEGABYTE + 1)
        )
    assert (error.value.problem, error.value.field) == ("file-too-large", "file")
    assert rows(world, StoredFile) == 0
    made = attachments.attach(
        world.session, world.caseworker, firm_id, "audit", "a.pdf", Endless(50 * MEGABYTE)
    )
    paper = queries.get_paper(world.session, world.caseworker.scope, made)
    assert paper.size == 50 * MEGABYTE == sum(map(len, queries.parts_of(world.session, paper.digest)))


def test_who_may_not_attaches_nothing(world: World, firm_id: int) -> None:
    file = io.BytesIO(PDF)
    with pytest.raises(Forbidden):
        attachments.attach(world.session, world.actor("leader"), firm_id, "audit", "a.pdf", file)
    with pytest.raises(NotFound):
        attachments.attach(world.session, world.actor("neighbour"), firm_id, "audit", "a.pdf", file)
    with pytest.raises(Invalid):
        attachments.attach(world.session, world.caseworker, firm_id, "nonsense", "a.pdf", file)
    made = attach(world, firm_id)
    with pytest.raises(NotFound):
        queries.get_paper(world.session, world.actor("neighbour").scope, made)
    with pytest.raises(NotFound):
        attachments.remove(world.session, world.actor("neighbour"), made)
    assert queries.list_of_firm(world.session, world.actor("neighbour").scope, firm_id) == []


def test_a_paper_that_was_taken_away_can_be_fetched_back(world: World, firm_id: int) -> None:
    made = attach(world, firm_id)
    attachments.remove(world.session, world.caseworker, made)
    with pytest.raises(NotFound):
        queries.get_paper(world.session, world.caseworker.scope, made)
    assert attach(world, firm_id) != made  # the same file again is another paper
    attachments.restore(world.session, world.caseworker, made)
    assert queries.get_paper(world.session, world.caseworker.scope, made).deleted_at is None


def test_housekeeping_drops_what_nobody_needs_after_its_time(world: World, firm_id: int) -> None:
    kept, shared = attach(world, firm_id), world.firm()
    gone = attach(world, firm_id, PDF + b"2", kind="other")
    attach(world, firm_id, PDF + b"3", kind="ip")
    attach(world, shared, PDF + b"2")
    for made in (gone, queries.list_of_firm(world.session, world.bureau.scope, firm_id)[0].id):
        attachments.remove(world.session, world.caseworker, made)
    now = clock.now()
    assert attachments.clear(world.session, now + timedelta(days=29)) == 0
    assert attachments.clear(world.session, now + timedelta(days=31)) == 1
    world.session.expire_all()
    assert [row.id for row in queries.list_of_firm(world.session, world.bureau.scope, firm_id)] == [kept]
    assert (rows(world, StoredFile), rows(world, StoredPart)) == (2, 2)


# ---- pages ----


def upload(client, firm_id: int, *files: tuple[bytes, str], **said: str):
    return send(
        client,
        f"/firms/{firm_id}/attachments",
        page=f"/firms/{firm_id}",
        file=[(io.BytesIO(content), name) for content, name in files],
        **said,
    )


def ids(page: str) -> list[str]:
    """The papers of the list, not those that the timeline names."""
    page = page.partition('id="papers"')[2].partition("</section>")[0]
    return re.findall(r'href="(/attachments/\d+)"(?: target="_blank" rel="noopener")?>', page)


def test_papers_on_the_page_of_a_firm(firm_id: int, client_as) -> None:
    client = client_as("caseworker")
    answer = upload(client, firm_id, (PICTURE, "营业执照 (1).jpg"), (PDF, "说明.pdf"), kind="licence")
    assert answer.status_code == 302
    page = client.get(f"/firms/{firm_id}").text
    assert "营业执照 (1).jpg" in page
    pdf, picture = ids(page)
    shown = client.get(picture)
    assert shown.data == PICTURE
    assert shown.content_type == "image/jpeg"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert "script-src" not in shown.headers["Content-Security-Policy"]
    disposition = shown.headers["Content-Disposition"]
    assert disposition.startswith("inline;")
    assert unquote(disposition.partition("filename*=UTF-8''")[2]) == "营业执照 (1).jpg"
    disposition.encode("ascii")
    assert client.get(f"{pdf}?download=1").headers["Content-Disposition"].startswith("attachment;")
    again = client.get(picture, headers={"If-None-Match": shown.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert "no-cache" in shown.headers["Cache-Control"]


def test_what_a_browser_might_run_is_never_shown(firm_id: int, client_as) -> None:
    client = client_as("caseworker")
    upload(client, firm_id, ("名单,<b>\n".encode(), "名单.csv"))
    (address,) = ids(client.get(f"/firms/{firm_id}").text)
    answer = client.get(address)
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.mimetype == "text/plain"


@pytest.mark.parametrize("username", ["neighbour", None])
def test_another_street_gets_no_paper(world: World, firm_id: int, client_as, username) -> None:
    made = attach(world, firm_id)
    world.session.commit()
    client = client_as(username)
    assert client.get(f"/attachments/{made}").status_code == (302 if username is None else 404)


def test_a_refused_file_writes_nothing_and_says_why(world: World, firm_id: int, client_as) -> None:
    client = client_as("caseworker")
    answer = upload(client, firm_id, (PDF, "a.pdf"), (b"MZ\x90\x00", "营业执照.jpg"))
    assert answer.status_code == 422
    assert rows(world, Attachment) == 0
    world.session.rollback()
    token = re.search(r'data-token="([^"]+)"', client.get(f"/firms/{firm_id}").text)[1]
    scripted = {"X-CSRFToken": token, "Accept": "application/json"}
    for files, code in (
        ([(io.BytesIO(b"MZ\x90\x00"), "x.jpg")], "file-kind"),
        ([], "file-missing"),
    ):
        said = client.post(f"/firms/{firm_id}/attachments", data={"file": files}, headers=scripted)
        assert (said.status_code, said.json["error"]["code"]) == (422, code)
    said = client.post(
        f"/firms/{firm_id}/attachments", data={"file": [(io.BytesIO(PDF), "x.pdf")]}, headers=scripted
    )
    assert (said.status_code, len(said.json["ids"])) == (201, 1)


def test_taking_away_and_fetching_back_on_the_page(world: World, firm_id: int, client_as) -> None:
    made = attach(world, firm_id)
    world.session.commit()
    client = client_as("caseworker")
    assert send(client, f"/attachments/{made}/remove", page=f"/firms/{firm_id}").status_code == 302
    assert client.get(f"/attachments/{made}").status_code == 404
    assert f"/attachments/{made}/restore" in client.get(f"/firms/{firm_id}").text
    send(client, f"/attachments/{made}/restore", page=f"/firms/{firm_id}")
    assert client.get(f"/attachments/{made}").status_code == 200


# ---- programs ----


def test_programs_attach_list_and_fetch(
    caseworker: Program, bureau: Program, firm_id: int, world: World
) -> None:
    path = f"/api/v1/firms/{firm_id}/attachments?kind=audit"
    headers = {"Authorization": f"Bearer {caseworker.token}", "Idempotency-Key": "k"}
    answers = [
        caseworker.client.post(path, data={"file": (io.BytesIO(PDF), "审计.pdf")}, headers=headers)
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    made = answers[0].json
    assert answers[1].json == made
    assert (made["kind"], made["name"], made["size"]) == ("audit", "审计.pdf", len(PDF))
    assert [each["id"] for each in bureau.get(f"/firms/{firm_id}/attachments")["items"]] == [made["id"]]
    assert bureau("GET", f"/attachments/{made['id']}").data == PDF
    foreign = world.firm(street=HUSHU)
    world.session.commit()
    caseworker.get(f"/firms/{foreign}/attachments", 404)


@pytest.fixture(autouse=True)
def _let_go(world: World) -> Iterator[None]:
    yield
    world.session.rollback()
