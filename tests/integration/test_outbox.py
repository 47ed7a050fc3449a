"""The outbox: each letter leaves once, whatever dies in between; and who may read which."""

import signal
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from cultivate import clock
from cultivate.errors import Conflict, Forbidden, Invalid
from cultivate.mailer.message import Part
from cultivate.mailer.transport import parse
from cultivate.models import Delivery
from cultivate.queries import deliveries
from cultivate.services import outbox
from cultivate.services.outbox import NewLetter
from jobs.send_outbox import Sent, send_waiting
from tests import processes
from tests.fixtures import World
from tests.mail_server import serving

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

WEEK = "2026-W47"


@pytest.fixture
def mailbox(app):
    with serving() as made:
        app.extensions["settings"] = replace(app.extensions["settings"], smtp_url=made.url)
        yield made


@pytest.fixture
def database(app):
    return app.extensions["database"]


def letter_to(world: World, username: str, address: str | None = "", period: str = WEEK) -> int:
    world.users[username].email = f"{username}@example.org" if address == "" else address
    world.session.flush()
    recipient = next(row for row in deliveries.recipients(world.session) if row.actor.username == username)
    letter = NewLetter(
        kind="weekly",
        period=period,
        subject=f"拱墅培育周报 给{username}",
        text="正文",
        html='<html><head></head><body><p>正文</p><img src="cid:funnel"></body></html>',
        known_at=clock.now(),
        parts=(
            Part("funnel.png", "image/png", b"\x89PNG\r\n\x1a\n", "funnel"),
            Part(
                "2026-W47.xlsx",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                b"PK\x03\x04",
            ),
        ),
    )
    made = outbox.put(world.session, letter, recipient, "http://localhost")
    assert made is not None
    assert outbox.put(world.session, letter, recipient, "http://localhost") is None
    world.session.commit()
    return made


def state(database, delivery_id: int) -> Delivery:
    with database.reading() as session:
        return session.scalars(select(Delivery).where(Delivery.id == delivery_id)).one()


def age(database, delivery_id: int) -> None:
    """As if the claim had been made long ago, or the wait were over."""
    long_ago = clock.now() - timedelta(hours=12)
    with database.unit_of_work() as session:
        session.execute(
            update(Delivery)
            .where(Delivery.id == delivery_id)
            .values(claimed_at=long_ago, next_attempt_at=None)
        )


def test_a_letter_arrives_as_it_was_written(world, database, mailbox):
    delivery_id = letter_to(world, "bureau")
    assert send_waiting(database) == Sent(sent=1)
    [message] = mailbox.taken
    assert message["Subject"] == "拱墅培育周报 给bureau"
    assert message["To"].addresses[0].addr_spec == "bureau@example.org"
    assert message["Message-ID"] == f"<weekly.{WEEK}.{world.users['bureau'].id}@localhost>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_body(("plain",)).get_content().strip() == "正文"
    assert "cid:funnel" in message.get_body(("html",)).get_content()
    assert [part["Content-ID"] for part in message.walk() if part.get_content_type() == "image/png"] == [
        "<funnel>"
    ]
    assert [part.get_filename() for part in message.iter_attachments()] == ["2026-W47.xlsx"]
    assert state(database, delivery_id).status == "sent"
    assert send_waiting(database) == Sent()


def test_without_a_server_letters_stay(world, database, client_as):
    delivery_id = letter_to(world, "bureau")
    assert send_waiting(database) == Sent()
    assert state(database, delivery_id).status == "queued"
    assert "没有设置邮件服务器" in client_as("bureau").get("/outbox").text


def test_a_server_that_is_away_costs_one_try_of_one_letter(world, database, app):
    first, second = letter_to(world, "bureau"), letter_to(world, "leader")
    app.extensions["settings"] = replace(app.extensions["settings"], smtp_url="smtp://127.0.0.1:9")
    assert send_waiting(database) == Sent(later=1)
    assert (state(database, first).attempts, state(database, second).attempts) == (1, 0)


def test_a_refusal_for_now_is_tried_again_later_and_later(world, database, mailbox):
    delivery_id = letter_to(world, "bureau")
    mailbox.on_recipient = lambda _address: "450 4.2.0 greylisted"
    waits = []
    for _attempt in range(6):
        before = clock.now()
        assert send_waiting(database) == Sent(later=1)
        row = state(database, delivery_id)
        assert (row.status, row.last_error) == ("queued", "450 4.2.0 greylisted")
        waits.append(round((row.next_attempt_at - before).total_seconds() / 60))
        assert send_waiting(database) == Sent(), "not before its time"
        age(database, delivery_id)
    assert waits == [1, 5, 30, 120, 360, 360]
    mailbox.on_recipient = lambda _address: "250 OK"
    assert send_waiting(database) == Sent(sent=1)
    assert (state(database, delivery_id).status, state(database, delivery_id).last_error) == ("sent", None)


def test_after_days_it_counts_as_refused(world, database, mailbox):
    delivery_id = letter_to(world, "bureau")
    mailbox.on_data = lambda _message: "451 later"
    with database.unit_of_work() as session:
        session.execute(update(Delivery).values(attempts=outbox.GIVE_UP - 1))
    send_waiting(database)
    assert state(database, delivery_id).status == "failed"


def test_a_mailbox_that_refuses_is_shown_with_the_server_s_words_and_can_be_tried_again(
    world, database, mailbox, client_as
):
    delivery_id, other = letter_to(world, "bureau"), letter_to(world, "leader")
    mailbox.on_recipient = lambda address: "550 5.1.1 no such user" if "bureau" in address else "250 OK"
    assert send_waiting(database) == Sent(sent=1, failed=1)
    assert state(database, other).status == "sent"
    client = client_as("bureau")
    page = client.get(f"/outbox/{delivery_id}").text
    assert "550 5.1.1 no such user" in page
    assert "/try-again" in page
    assert "550 5.1.1 no such user" in client.get("/outbox?status=failed").text
    mailbox.on_recipient = lambda _address: "250 OK"
    world.users["bureau"].email = "new@example.org"
    world.session.commit()
    with database.unit_of_work() as session:
        outbox.try_again(session, world.bureau, delivery_id)
    assert send_waiting(database) == Sent(sent=1)
    assert mailbox.taken[-1]["To"].addresses[0].addr_spec == "new@example.org"
    with pytest.raises(Conflict), database.unit_of_work() as session:
        outbox.try_again(session, world.bureau, delivery_id)
    with pytest.raises(Forbidden), database.unit_of_work() as session:
        outbox.try_again(session, world.caseworker, delivery_id)


def test_an_address_that_is_none_is_refused_and_the_others_go(world, database, mailbox):
    bad, good = letter_to(world, "bureau", "no address at all"), letter_to(world, "leader")
    assert send_waiting(database) == Sent(sent=1, failed=1)
    assert (state(database, bad).status, state(database, good).status) == ("failed", "sent")


def test_a_letter_without_address_is_kept_and_can_be_read(world, database, mailbox, client_as):
    delivery_id = letter_to(world, "caseworker", None)
    assert state(database, delivery_id).status == "unsendable"
    assert send_waiting(database) == Sent()
    assert client_as("caseworker").get(f"/outbox/{delivery_id}").status_code == 200


@pytest.mark.slow
@pytest.mark.parametrize(("moment", "copies"), [("before it is taken", 1), ("after it is taken", 2)])
def test_a_sender_killed_in_the_middle_loses_nothing_and_makes_no_second_message(
    world, database, mailbox, clean_database, moment, copies
):
    delivery_id, other = letter_to(world, "bureau"), letter_to(world, "leader")
    doomed: list[BaseProcess] = []

    def kill(_argument: object) -> str:
        doomed[0].kill()
        doomed[0].join()
        return "250 OK" if moment.startswith("after") else "451 nobody is there"

    if moment.startswith("after"):
        mailbox.on_data = kill
    else:
        mailbox.on_recipient = kill
    doomed.append(processes.start(processes.send, clean_database, mailbox.url))
    doomed[0].join(60)
    assert doomed[0].exitcode == -signal.SIGKILL
    mailbox.on_data = mailbox.on_recipient = lambda _argument: "250 OK"
    assert state(database, delivery_id).status == "sending"
    assert send_waiting(database) == Sent(sent=1), "only the other: the first may still be on its way"
    age(database, delivery_id)
    assert send_waiting(database) == Sent(sent=1)
    assert {state(database, delivery_id).status, state(database, other).status} == {"sent"}
    mine = f"<weekly.{WEEK}.{world.users['bureau'].id}@localhost>"
    assert mailbox.ids.count(mine) == copies
    assert len(set(mailbox.ids)) == 2


@pytest.mark.slow
def test_two_senders_at_once_send_each_letter_once(world, database, mailbox, clean_database):
    for number in range(12):
        letter_to(world, "bureau", period=f"2026-W{number + 10}")
    senders = [processes.start(processes.send, clean_database, mailbox.url) for _ in range(2)]
    for sender in senders:
        sender.join(60)
    assert [sender.exitcode for sender in senders] == [0, 0]
    assert len(mailbox.ids) == len(set(mailbox.ids)) == 12


@pytest.mark.parametrize(
    ("url", "port", "user", "password"),
    [
        ("smtp://localhost", 25, None, None),
        ("smtps://mail.example.org", 465, None, None),
        ("smtp+starttls://a%40b.cn:p%3Aw@mail.example.org:2525", 2525, "a@b.cn", "p:w"),
        ("smtp+starttls://mail.example.org", 587, None, None),
    ],
)
def test_the_server_s_address_is_taken_apart(url, port, user, password):
    server = parse(url)
    assert (server.port, server.user, server.password) == (port, user, password)


@pytest.mark.parametrize("url", ["mail.example.org", "http://mail.example.org", "smtp://", "smtp://h:port"])
def test_an_address_of_no_server_is_refused(url):
    with pytest.raises(Invalid):
        parse(url)


def test_people_read_their_own_letters_and_the_bureau_all(world, client_as):
    mine, theirs = letter_to(world, "caseworker"), letter_to(world, "neighbour")
    caseworker = client_as("caseworker")
    assert "给caseworker" in caseworker.get("/outbox").text
    assert "给neighbour" not in caseworker.get("/outbox").text
    for path in ("", "/html", "?as=text"):
        assert caseworker.get(f"/outbox/{mine}{path}").status_code == 200
        assert caseworker.get(f"/outbox/{theirs}{path}").status_code == 404
        assert client_as("bureau").get(f"/outbox/{theirs}{path}").status_code == 200
    parts = deliveries.list_parts(world.session, theirs)
    world.session.rollback()
    assert caseworker.get(f"/outbox/{theirs}/files/{parts[0].id}").status_code == 404
    assert caseworker.get(f"/outbox/{mine}/files/{parts[0].id}").status_code == 404
    assert client_as("leader").get(f"/outbox/{theirs}").status_code == 404


def test_the_frame_shows_the_letter_with_its_picture_and_may_only_stand_in_our_page(world, client_as):
    delivery_id = letter_to(world, "caseworker")
    answer = client_as("caseworker").get(f"/outbox/{delivery_id}/html")
    assert "data:image/png;base64," in answer.text
    assert "cid:" not in answer.text
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    page = client_as("caseworker").get(f"/outbox/{delivery_id}")
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    assert "2026-W47.xlsx" in page.text


def test_a_file_is_kept_under_its_name(world, client_as):
    delivery_id = letter_to(world, "caseworker")
    sheet = next(row for row in deliveries.list_parts(world.session, delivery_id) if row.content_id is None)
    world.session.rollback()
    answer = client_as("caseworker").get(f"/outbox/{delivery_id}/files/{sheet.id}")
    assert answer.data == b"PK\x03\x04"
    assert "2026-W47.xlsx" in answer.headers["Content-Disposition"]


def test_statuses_are_counted_and_filtered(world, client_as):
    letter_to(world, "bureau")
    letter_to(world, "caseworker", None)
    with world.session.begin():
        assert deliveries.counts(world.session, world.bureau)["unsendable"] == 1
        page = deliveries.list_deliveries(world.session, world.bureau, "queued")
    assert (page.total, page.items[0].recipient_id) == (1, world.users["bureau"].id)
