"""The weekly letter: each reader's own numbers, the same as the page's, for ever those of its week."""

import io
import json
from datetime import date, datetime
from itertools import pairwise

import openpyxl
import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from cultivate import clock
from cultivate.cli import main
from cultivate.domain.periods import Week
from cultivate.errors import Conflict
from cultivate.models import Delivery, FirmNeed, User
from cultivate.queries import deliveries, ledger
from cultivate.queries.progress import progress
from cultivate.queries.weekly import weekly
from cultivate.services import firm_needs, letters, reminders, service_records
from cultivate.services.firm_needs import Need
from cultivate.settings import Settings
from jobs import runner
from jobs.registry import JOBS
from jobs.weekly_letters import compose, readers, write
from tests.fixtures import HUSHU, MISHIXIANG, World


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=clock.zone())


@pytest.fixture
def database(app):
    return app.extensions["database"]


def certified(world: World, recorded: str, effective: str, street: str = MISHIXIANG) -> int:
    """A firm certified on a day, as the book learned it at a time."""
    with clock.standing_at(at(recorded)):
        firm_id = world.firm(street=street)
        world.at_stage("certify", firm_id, "hnte", date.fromisoformat(effective))
        world.session.commit()
    return firm_id


@pytest.fixture
def story(world: World) -> World:
    """Certified: one in W43, one in W45, one in W46, and one of W46 of which the book heard in W47."""
    for name in ("bureau", "leader", "caseworker"):
        world.users[name].email = f"{name}@example.org"
    world.users["leader"].locale = "en"
    world.session.flush()
    world.session.execute(update(User).values(created_at=at("2026-10-26T10:00")))
    world.session.commit()
    certified(world, "2026-10-20T10:00", "2026-10-20")
    certified(world, "2026-11-05T10:00", "2026-11-05")
    certified(world, "2026-11-12T10:00", "2026-11-12", HUSHU)
    certified(world, "2026-11-18T10:00", "2026-11-11", HUSHU)
    return world


def letter_of(database, username: str, week: str) -> Delivery:
    with database.reading() as session:
        return session.scalars(
            select(Delivery)
            .join(User, User.id == Delivery.recipient_id)
            .where(User.username == username, Delivery.period == week, Delivery.kind == "weekly")
        ).one()


def test_three_weeks_of_downtime_are_caught_up_each_with_its_own_numbers(story, database):
    job = JOBS["weekly-letters"]
    with database.unit_of_work() as session:  # one reader is enough to see it
        session.execute(update(User).where(User.username != "bureau").values(active=False))
    with clock.standing_at(at("2026-11-02T08:31")):
        assert [outcome.period for outcome in runner.run_due(database, job)] == ["2026-W44"]
    with clock.standing_at(at("2026-11-23T09:00")):
        outcomes = runner.run_due(database, job)
        assert [(outcome.period, outcome.status) for outcome in outcomes] == [
            ("2026-W45", "done"),
            ("2026-W46", "done"),
            ("2026-W47", "done"),
        ]
        assert runner.run_due(database, job) == []
    subjects = [letter_of(database, "bureau", f"2026-W{week}").subject for week in (44, 45, 46, 47)]
    assert subjects == [
        "拱墅培育周报 第44周：高企 1/1000（±0），省科小 0/2600（±0）",
        "拱墅培育周报 第45周：高企 2/1000（+1），省科小 0/2600（±0）",
        "拱墅培育周报 第46周：高企 3/1000（+1），省科小 0/2600（±0）",
        "拱墅培育周报 第47周：高企 4/1000（±0），省科小 0/2600（±0）",
    ]
    assert letter_of(database, "bureau", "2026-W46").known_at == at("2026-11-16T08:30")


def test_a_letter_names_what_was_recorded_late(story, database):
    with clock.standing_at(at("2026-11-23T09:00")), database.reading() as session:
        slot = letters.due_slot(Week.parse("2026-W47"))
        numbers = weekly(session, story.bureau, slot, clock.today())
        before = letters.due_slot(Week.parse("2026-W46"))
        told = weekly(session, story.bureau, before, clock.today())
    hnte = numbers.tracks[0]
    assert (hnte.told, hnte.corrected, hnte.change, hnte.in_force) == (3, 1, 0, 4)
    assert hnte.told == told.tracks[0].in_force
    assert [(row.source, row.target) for row in numbers.corrections] == list(
        pairwise(["outside", "discover", "serve", "recommend", "certify"])
    )
    assert {row.effective_on for row in numbers.corrections} == {date(2026, 11, 11)}
    assert told.corrections == ()


def test_the_numbers_are_those_of_the_page(story, database):
    slot = letters.preview_slot(Week.parse("2026-W46"))
    for reader in (story.bureau, story.caseworker):
        with database.reading() as session:
            numbers = weekly(session, reader, slot, clock.today())
            page = progress(session, reader.scope, slot.as_of, slot.known_at)
            assert [row.progress for row in numbers.tracks] == page
            for row in numbers.tracks:
                stock = ledger.balances(session, reader.scope, row.track, slot.as_of, slot.known_at)[0]
                assert row.stock == stock
                places = sum(place.tracks[numbers.tracks.index(row)].in_force for place in numbers.places)
                assert places == stock.in_force, "streets add up to the whole"


def test_a_letter_is_written_once_and_stays_as_it_was(story, database):
    with clock.standing_at(at("2026-11-23T09:00")):
        slot = letters.due_slot(Week.parse("2026-W46"))
        recipient = readers(database, "bureau")[0]
        first = write(database, recipient, slot)
        certified(story, "2026-11-23T09:00", "2026-11-12")
        second = write(database, recipient, slot)
    assert (first.new, second.new, second.delivery_id) == (True, False, first.delivery_id)
    again = compose(database, recipient, slot)
    assert again.subject == first.letter.subject, "what was recorded since does not change what was known"


def test_a_letter_is_not_due_before_its_slot(story, database):
    with clock.standing_at(at("2026-11-23T08:29:59")):
        with pytest.raises(Conflict):
            letters.due_slot(Week.parse("2026-W47"))
        slot = letters.preview_slot(Week.parse("2026-W48"))
        assert (slot.as_of, slot.known_at) == (date(2026, 11, 23), clock.now())
    with clock.standing_at(at("2026-11-23T08:30")):
        assert letters.due_slot(Week.parse("2026-W47")).as_of == date(2026, 11, 22)


def test_everybody_but_the_administrator_gets_one(story, database):
    assert [row.actor.username for row in readers(database)] == [
        "bureau",
        "caseworker",
        "leader",
        "neighbour",
    ]
    with database.unit_of_work() as session:
        session.execute(update(User).where(User.username == "neighbour").values(active=False))
    assert [row.actor.username for row in readers(database)] == ["bureau", "caseworker", "leader"]


def test_a_caseworker_reads_of_their_units_only(story, database):
    slot = letters.preview_slot(Week.parse("2026-W47"))
    mine, theirs = (
        compose(database, readers(database, name)[0], slot) for name in ("caseworker", "neighbour")
    )
    assert mine.subject == "米市巷街道培育周报 第47周：高企 2（±0），省科小 0（±0）"
    assert theirs.subject == "湖墅街道培育周报 第47周：高企 2（±0），省科小 0（±0）"
    for body in (mine.text, mine.html):
        assert "湖墅街道" not in body
        assert "0003" not in body
    assert "往期更正 0 笔" in mine.text
    assert "往期更正 4 笔" in theirs.text
    assert "unit=330105001" in mine.html, "its figures lead to the lists of the unit"


def test_an_english_reader_gets_english(story, database):
    letter = compose(database, readers(database, "leader")[0], letters.preview_slot(Week.parse("2026-W45")))
    assert letter.subject == "Gongshu cultivation, week 45: HNTE 2/1000 (+1), PTSME 0/2600 (±0)"
    assert "Nothing waits for you." in letter.text
    assert 'lang="en"' in letter.html


def test_a_letter_needs_nothing_from_elsewhere(story, database):
    """600 px, tables, one picture by cid, no script, no style sheet; every link leads into the application."""
    html = compose(
        database, readers(database, "bureau")[0], letters.preview_slot(Week.parse("2026-W47"))
    ).html
    assert html.count("<img") == html.count('src="cid:funnel"') == 1
    assert 'width="600"' in html
    for foreign in ("<script", "<link", "@import", "url(", "class="):
        assert foreign not in html
    assert html.count("href=") == html.count('href="http://localhost/')


def test_the_workbook_carries_numbers(story, database):
    letter = compose(database, readers(database, "bureau")[0], letters.preview_slot(Week.parse("2026-W47")))
    picture, sheet = letter.parts
    assert picture.content.startswith(b"\x89PNG")
    book = openpyxl.load_workbook(io.BytesIO(sheet.content))
    assert book.sheetnames == ["总览", "漏斗", "街道", "待办", "更正"]
    overview = list(book["总览"].iter_rows(min_row=3, values_only=True))
    assert dict(zip(overview[0], overview[1], strict=True))["有效期内"] == 4
    assert len(list(book["更正"].iter_rows(min_row=4))) == 4
    assert len(list(book["街道"].iter_rows(min_row=4))) == 18
    assert book["街道"].freeze_panes == "B4"
    assert book["街道"].print_title_rows == "$3:$3"


def test_what_waits_is_what_the_work_page_counts(story, database):
    with clock.standing_at(at("2026-11-20T10:00")):
        stalled = story.firm()
        story.at_stage("discover", stalled, "hnte", date(2026, 3, 2))
        served = story.at_stage("serve", story.firm(), "hnte", date(2026, 11, 2))
        service_records.record(
            story.session, story.bureau, served, "visit", date(2026, 11, 3), "", date(2026, 11, 10)
        )
        story.session.commit()
    with clock.standing_at(at("2026-11-23T09:00")):
        slot = letters.due_slot(Week.parse("2026-W47"))
        with database.reading() as session:
            numbers = weekly(session, story.bureau, slot, clock.today())
        letter = compose(database, readers(database, "bureau")[0], slot)
    assert {section: page.total for section, page in numbers.waiting.items()} == {"overdue": 1, "stalled": 1}
    assert "待办 2 件" in letter.text
    assert "逾期 13 天" in letter.html
    assert "266 天" in letter.html


def test_the_command_shows_and_queues(story, clean_database, monkeypatch):
    monkeypatch.setenv("CULTIVATE_DATABASE_URL", clean_database)
    command = CliRunner()
    weekly_47 = ["letters", "weekly", "--week", "2026-W47", "--json"]
    shown = json.loads(command.invoke(main, [*weekly_47, "--dry-run", "--to", "bureau"]).stdout)
    assert (shown["queued"], shown["letters"][0]["status"]) == (0, "dry-run")
    assert "高企 4 / 1,000" in shown["letters"][0]["text"]
    assert json.loads(command.invoke(main, weekly_47).stdout)["queued"] == 3
    again = json.loads(command.invoke(main, weekly_47).stdout)
    assert (again["queued"], {row["status"] for row in again["letters"]}) == (0, {"exists"})
    assert command.invoke(main, ["letters", "weekly", "--week", "2126-W47"]).exit_code == 1
    assert command.invoke(main, ["letters", "weekly", "--week", "soon"]).exit_code == 1
    assert command.invoke(main, ["letters", "weekly", "--week", "2026-W47", "--to", "admin"]).exit_code == 1
    sent = command.invoke(main, ["outbox", "send", "--json"])
    assert (sent.exit_code, json.loads(sent.stdout)["waiting"]) == (0, 3)


def test_each_threshold_is_told_once_and_a_quiet_week_brings_no_digest(story, database):
    """A follow-up is told a week ahead and once when it is overdue; a stalled candidacy on its first day."""
    with clock.standing_at(at("2026-10-20T10:00")):
        served = story.at_stage("serve", story.firm(), "hnte", date(2026, 10, 1))
        service_records.record(
            story.session, story.bureau, served, "visit", date(2026, 10, 2), "", date(2026, 11, 12)
        )
        story.at_stage("discover", story.firm(), "hnte", date(2026, 7, 15))  # stalled from 2026-11-13
        story.session.commit()
    told = {}
    for monday in ("2026-11-02", "2026-11-09", "2026-11-16", "2026-11-23"):
        with clock.standing_at(at(f"{monday}T08:20")):
            assert runner.run_once(database, "reminders").status == "done"
    with database.reading() as session:
        for row in session.scalars(
            select(Delivery).where(Delivery.kind == "reminder").order_by(Delivery.period)
        ):
            told[row.period] = row.text
            assert row.recipient_id == story.users["bureau"].id, "who is in charge"
    assert list(told) == ["2026-W45", "2026-W46"]
    assert "近日要回访 1" in told["2026-W45"]
    assert "到期未回访 1" in told["2026-W46"]
    assert "停滞 1" in told["2026-W46"]


def test_wishes_are_told_ahead_and_once_when_overdue_to_who_answers(story, database):
    """To their owner; the one that nobody was named for to the bureau, and never to another street."""
    with clock.standing_at(at("2026-10-20T10:00")):
        firm = story.firm()
        who = story.users["caseworker"].id
        due = {"finance": (who, date(2026, 11, 12)), "talent": (None, date(2026, 11, 13))}
        for kind, (owner, day) in due.items():
            said = Need(kind=kind, text="贷款", owner_id=owner, due_on=day)
            firm_needs.raise_need(story.session, story.bureau, firm, said)
        closed = firm_needs.raise_need(
            story.session, story.bureau, firm, Need(kind="space", text="厂房", due_on=date(2026, 11, 12))
        )
        firm_needs.answer(story.session, story.bureau, closed, "answered", "已对接园区")
        story.session.commit()
    for monday in ("2026-11-02", "2026-11-09", "2026-11-16", "2026-11-23"):
        with clock.standing_at(at(f"{monday}T08:20")):
            assert runner.run_once(database, "reminders").status == "done"
    with database.reading() as session:
        rows = session.execute(
            select(Delivery.period, User.username, Delivery.text, Delivery.html)
            .join(User, User.id == Delivery.recipient_id)
            .where(Delivery.kind == "reminder")
            .order_by(Delivery.period, User.username)
        ).all()
        ids = dict(session.execute(select(FirmNeed.kind, FirmNeed.id)).all())
    told = [
        (period, username, "近日要答复的诉求 1" in text, "逾期未答复的诉求 1" in text)
        for period, username, text, _ in rows
    ]
    assert told == [
        ("2026-W45", "bureau", True, False),
        ("2026-W45", "caseworker", True, False),
        ("2026-W46", "bureau", False, True),
        ("2026-W46", "caseworker", False, True),
    ]
    theirs = next(row for row in rows if row.username == "caseworker")
    for words in (theirs.text, theirs.html):
        assert "融资贷款" in words
        assert f"/needs/{ids['finance']}" in words
        assert "人才招聘" not in words


def test_reminders_start_where_the_last_ones_left_off(story, database):
    with clock.standing_at(at("2026-10-20T10:00")):
        story.at_stage("discover", story.firm(), "hnte", date(2026, 7, 10))  # stalled from 2026-11-08
        story.session.commit()
    with clock.standing_at(at("2026-11-02T08:20")):
        runner.run_once(database, "reminders")
    with clock.standing_at(at("2026-11-23T08:20")):
        runner.run_once(database, "reminders")
    with database.reading() as session:
        digests = session.scalars(select(Delivery.period).where(Delivery.kind == "reminder")).all()
    assert digests == ["2026-W47"]


#: days on which the digests are told, before and after the thresholds of a filing that closes on the day
TOLD = {
    "2026-07-31": ("2025-W40", "2026-W05", "2026-W18", "2026-W27"),
    "2026-06-30": ("2025-W36", "2026-W01", "2026-W14", "2026-W22"),
}


@pytest.mark.parametrize(
    ("renewed", "by_batch"), [(False, False), (False, True), (True, True)], ids=["pack", "batch", "renewed"]
)
def test_certificates_are_counted_back_from_the_filing_window(story, database, renewed, by_batch):
    """300, 180, 90 and 30 days before the year's filing closes, by its batch, else by the pack."""
    with clock.standing_at(at("2023-12-11T10:00")):
        firm_id = story.firm()
        story.at_stage("certify", firm_id, "hnte", date(2023, 12, 8))
        if by_batch:
            story.open_batch("hnte", date(2026, 4, 15), date(2026, 6, 30), 1)
        story.session.commit()
    if renewed:
        with clock.standing_at(at("2025-12-20T10:00")):
            runner.run_once(database, "renewals", "2026-01-01")
    told = []
    for week in sorted({week for weeks in TOLD.values() for week in weeks}):
        period = JOBS["reminders"].slots.parse(week, clock.zone())
        with clock.standing_at(period.slot), database.reading() as session:
            recipient = deliveries.recipients(session, "bureau")[0]
            letter = reminders.compose(session, recipient, period, Settings())
            told += [(week, day) for day in TOLD if letter is not None and f"{day}前" in letter.text]
    day = "2026-06-30" if by_batch else "2026-07-31"
    expected = [(week, day) for week in TOLD[day]]
    assert told == ([] if renewed else expected)
