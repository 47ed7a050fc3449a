"""Cohort conversion, by small cohorts."""

from datetime import date

from cultivate.domain.conversion import Entrance, conversions


def entrance(candidacy: int, order: int, stage: str, day: int) -> Entrance:
    return Entrance(candidacy, order, stage, date(2026, 1, day))


def test_share_and_median():
    found = conversions(
        [
            entrance(1, 1, "discover", 1),
            entrance(1, 2, "serve", 11),
            entrance(2, 3, "discover", 1),
            entrance(2, 4, "serve", 4),
            entrance(3, 5, "discover", 2),
        ]
    )
    assert (found["discover"].entered, found["discover"].passed) == (3, 2)
    assert found["discover"].median_days == round((10 + 3) / 2)
    assert (found["serve"].entered, found["serve"].rate, found["serve"].median_days) == (2, 0.0, None)
    assert "certify" not in found


def test_a_firm_sent_back_enters_twice_and_a_list_lifts_over_a_stage():
    found = conversions(
        [
            entrance(1, 1, "serve", 1),
            entrance(1, 2, "recommend", 5),
            entrance(1, 3, "serve", 9),
            entrance(1, 4, "certify", 20),
        ]
    )
    assert (found["serve"].entered, found["serve"].days) == (2, [4, 11])
    assert (found["recommend"].entered, found["recommend"].days) == (1, [15])


def test_nobody_entered():
    assert conversions([])["serve"].rate is None
