"""Weeks, slots and windows; the Monday morning of an office eight hours ahead of Greenwich."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from apscheduler.triggers.cron import CronTrigger

from cultivate.domain.periods import Daily, EveryMinute, Week, Weekly, Window
from cultivate.domain.schedule import SCHEDULE, WEEKLY_LETTERS
from cultivate.errors import Invalid

SHANGHAI = ZoneInfo("Asia/Shanghai")
LETTER = Weekly(time(8, 30))
MOMENTS = ("2026-11-22T23:59:30", "2026-11-23T00:05:20", "2026-11-23T07:59:20", "2026-12-31T23:59:59")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("day", "week", "monday", "sunday"),
    [
        ("2026-11-22", "2026-W47", "2026-11-16", "2026-11-22"),
        ("2026-11-23", "2026-W48", "2026-11-23", "2026-11-29"),
        ("2027-01-01", "2026-W53", "2026-12-28", "2027-01-03"),
        ("2025-12-29", "2026-W01", "2025-12-29", "2026-01-04"),
    ],
)
def test_a_week_is_that_of_iso_8601(day, week, monday, sunday):
    found = Week.of(date.fromisoformat(day))
    assert (str(found), str(found.monday), str(found.sunday)) == (week, monday, sunday)
    assert Week.parse(week) == found


@pytest.mark.parametrize("text", ["2026-47", "2026-W54", "2025-W53", "W47", "", "2026-W00", "2026-W4x"])
def test_what_is_no_week_is_refused(text):
    with pytest.raises(Invalid) as refused:
        Week.parse(text)
    assert refused.value.field == "week"


@pytest.mark.parametrize(
    ("now", "key"),
    [
        ("2026-11-22T23:59:59", "2026-W46"),
        ("2026-11-23T00:05:00", "2026-W46"),  # still Sunday in Greenwich
        ("2026-11-23T07:59:59", "2026-W46"),  # the last minute in which it is
        ("2026-11-23T08:29:59", "2026-W46"),
        ("2026-11-23T08:30:00", "2026-W47"),
        ("2026-11-29T23:59:59", "2026-W47"),
    ],
)
def test_the_letter_of_a_week_is_due_on_monday_at_half_past_eight(now, key):
    assert LETTER.latest(at(now)).key == key


def test_a_letter_counts_as_of_sunday_and_knows_what_was_known_at_its_slot():
    period = LETTER.parse("2026-W47", SHANGHAI)
    assert period.as_of == date(2026, 11, 22)
    assert period.slot == datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
    assert LETTER.before(period).key == "2026-W46"
    assert LETTER.after(at("2026-11-23T08:30:00")) == at("2026-11-30T08:30:00")
    assert LETTER.after(at("2026-11-23T08:29:00")) == at("2026-11-23T08:30:00")


@pytest.mark.parametrize("now", ["2026-11-23T00:05:00", "2026-11-23T07:59:00"])
def test_the_cron_trigger_fires_at_the_same_slot_first(now):
    """APScheduler counts days of the week from Monday = 0, cron from Sunday = 0: names are safe."""
    trigger = CronTrigger(timezone=SHANGHAI, **LETTER.cron())
    assert trigger.get_next_fire_time(None, at(now)) == at("2026-11-23T08:30:00")
    assert trigger.get_next_fire_time(None, at("2026-11-23T08:30:01")) == at("2026-11-30T08:30:00")


@pytest.mark.parametrize("name", SCHEDULE)
@pytest.mark.parametrize("now", MOMENTS)
def test_every_job_fires_when_its_slots_say(name, now):
    slots = SCHEDULE[name]
    trigger = CronTrigger(timezone=SHANGHAI, **slots.cron())
    assert trigger.get_next_fire_time(None, at(now)) == slots.after(at(now))
    latest = slots.latest(at(now))
    assert latest.slot <= at(now) < slots.after(at(now))
    assert slots.parse(latest.key, SHANGHAI) == latest
    assert slots.before(latest).slot < latest.slot


def test_days_of_the_week_are_written_as_names():
    for name, slots in SCHEDULE.items():
        assert not str(slots.cron().get("day_of_week", "mon")).isdigit(), name
    assert SCHEDULE[WEEKLY_LETTERS].cron() == {"day_of_week": "mon", "hour": 8, "minute": 30}


def test_a_day_that_is_done_before_its_time_is_yesterday():
    daily = Daily(time(2, 10))
    assert daily.latest(at("2026-11-23T02:09:59")).key == "2026-11-22"
    assert daily.latest(at("2026-11-23T02:10:00")).key == "2026-11-23"
    with pytest.raises(Invalid):
        daily.parse("2026-W47", SHANGHAI)
    with pytest.raises(Invalid):
        EveryMinute().parse("soon", SHANGHAI)


def test_windows_end_before_their_end():
    week = Window(date(2026, 11, 16), date(2026, 11, 23))
    assert week.last == date(2026, 11, 22)
    assert week.start in week
    assert week.last in week
    assert week.end not in week
