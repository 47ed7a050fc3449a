"""The year-end forecast, against a case worked by hand."""

from datetime import date
from math import sqrt

import pytest

from cultivate.domain.forecast import SPREAD_OF_80_PERCENT, Newcomers, Observed, forecast

YEAR_END = date(2026, 12, 31)


def test_a_case_worked_by_hand():
    groups = [
        Observed("renewal", waiting=20, seen=30, reached=24),
        Observed("serve", waiting=50, seen=100, reached=10),
        Observed("recommend", waiting=10, seen=20, reached=15),
    ]
    found = forecast(YEAR_END, 100, groups)
    # 100 - 20 + 20 * 0.8 + 50 * 0.1 + 10 * 0.75 = 108.5
    assert found.mid == round(108.5)
    renewal, serve, recommend = 25 / 32, 11 / 102, 16 / 22
    variance = (
        20 * renewal * (1 - renewal) * (1 + 20 / 30)
        + 50 * serve * (1 - serve) * (1 + 50 / 100)
        + 10 * recommend * (1 - recommend) * (1 + 10 / 20)
    )
    spread = SPREAD_OF_80_PERCENT * sqrt(variance)
    assert spread == pytest.approx(5.108, abs=0.001)
    assert (found.low, found.high) == (103, 114)  # 108.5 ± 5.108, outwards
    assert (found.in_force, found.ending) == (100, 20)


def test_without_history_the_number_of_today_stands():
    found = forecast(YEAR_END, 77, [Observed("renewal", 5, 0, 0), Observed("discover", 30, 0, 0)])
    assert (found.low, found.mid, found.high) == (77, 77, 77)
    assert not found.has_history
    assert found.ending == 5


def test_an_empty_register_forecasts_nothing():
    found = forecast(YEAR_END, 0, [])
    assert (found.low, found.mid, found.high, found.has_history) == (0, 0, 0, False)


def test_a_group_never_seen_adds_nothing():
    found = forecast(YEAR_END, 10, [Observed("serve", 4, 8, 8), Observed("discover", 100, 0, 0)])
    assert (found.mid, found.high) == (14, 14)


def test_the_range_stays_between_none_and_all():
    found = forecast(YEAR_END, 10, [Observed("renewal", 3, 4, 4), Observed("recommend", 2, 2, 0)])
    assert found.mid == 10
    assert 7 <= found.low <= found.mid <= found.high <= 12


def test_three_of_three_is_no_certainty():
    found = forecast(YEAR_END, 10, [Observed("recommend", 3, 3, 3)])
    assert (found.mid, found.high) == (13, 13)
    assert found.low < 13


def test_newcomers_of_earlier_years_come_again():
    groups = [Observed("recommend", waiting=2, seen=4, reached=4)]
    found = forecast(YEAR_END, 10, groups, Newcomers(years=3, came=12))
    # 10 + 2 + 4; variance 2 * 5/6 * 1/6 * 1.5 + 4 * 4/3 = 5.75, so ± 3.07
    assert (found.low, found.mid, found.high) == (12, 16, 20)
