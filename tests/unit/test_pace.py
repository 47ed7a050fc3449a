"""The straight line from baseline to target."""

from datetime import date

import pytest

from cultivate.domain.plans import pace
from cultivate.domain.scope import WHOLE_DISTRICT, Scope
from cultivate.queries.targets import Promise, applying, of_scope

START, END = date(2020, 12, 31), date(2025, 12, 31)


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        (date(2019, 1, 1), 466),
        (START, 466),
        (date(2021, 1, 1), 466),  # 534 / 1826 of a firm
        (date(2021, 12, 31), 572),  # 466 + 534 * 365 // 1826
        (date(2023, 7, 2), 733),  # the middle of the period: 913 of 1826 days
        (date(2025, 12, 30), 999),
        (END, 1000),
        (date(2026, 11, 23), 1000),  # the period is over: the target itself
    ],
)
def test_pace_of_the_plan(as_of, expected):
    assert pace(466, 1000, START, END, as_of) == expected


def test_pace_never_runs_backwards():
    line = [
        pace(466, 1000, START, END, date.fromordinal(day))
        for day in range(START.toordinal(), END.toordinal() + 1)
    ]
    assert line == sorted(line)


def promise(unit_id: int, kind: str, end: date, track: str = "hnte") -> Promise:
    return Promise("plan", unit_id, kind, track, 10, START, 20, end)


def test_the_first_plan_that_has_not_ended_applies_else_the_last():
    rows = [promise(1, "district", date(2030, 12, 31)), promise(1, "district", END)]
    assert applying(rows, "hnte", date(2024, 5, 1)).target_on == END
    assert applying(rows, "hnte", END).target_on == END
    assert applying(rows, "hnte", date(2026, 1, 1)).target_on == date(2030, 12, 31)
    assert applying(rows, "hnte", date(2031, 1, 1)).target_on == date(2030, 12, 31)
    assert applying(rows, "ptsme", date(2024, 5, 1)) is None


def test_whose_promise_a_reader_is_measured_against():
    rows = [promise(1, "district", END), promise(3, "street", END), promise(4, "street", END)]
    assert [row.unit_id for row in of_scope(rows, WHOLE_DISTRICT)] == [1]
    assert [row.unit_id for row in of_scope(rows, Scope(unit_ids=frozenset({3})))] == [3]
    assert of_scope(rows, Scope(unit_ids=frozenset({5}))) == []
    assert of_scope(rows, Scope(unit_ids=frozenset({3, 4}))) == []  # several units are never added
