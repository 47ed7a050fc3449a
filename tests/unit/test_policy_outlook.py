"""What-if, and what must still happen before 31 December."""

from fractions import Fraction

import pytest

from cultivate.domain.policy.facts import read_facts
from cultivate.domain.policy.outlook import a_year_on, next_year, what_if
from cultivate.errors import Invalid
from cultivate.packs.policies import policy
from tests.unit.test_policy_engine import facts

HNTE = policy("hnte-2016")


def test_closing_a_gap_turns_the_condition() -> None:
    raw = facts(y2025_rd=0)
    tried = what_if(HNTE, raw, {"years.2025.rd": 90})
    assert tried.before.condition("rd_ratio").shortfall == 90
    assert "rd_ratio" in tried.turned
    assert raw["years"]["2025"]["rd"] == 0


def test_none_takes_a_fact_away_and_a_changed_figure_has_no_calibre() -> None:
    raw = facts(y2025_rd_calibre="tax")
    tried = what_if(HNTE, raw, {"staff": None, "years.2025.rd": 1, "expert.rd_management": 3})
    assert "staff" not in tried.facts
    assert "rd_calibre" not in tried.facts["years"]["2025"]
    assert tried.facts["expert"]["rd_management"] == 3


@pytest.mark.parametrize(
    "path", ["", "stafff", "years.2025", "years.2025.rdd", "a.b.c", "other.rd", "years.2025.rd.x"]
)
def test_a_path_that_is_none_is_refused(path: str) -> None:
    with pytest.raises(Invalid):
        what_if(HNTE, facts(), {path: 1})


def test_next_year_says_what_the_open_year_must_bring() -> None:
    """2026 closes on 31 December: 2024–2026 count, and 2026 has no figures yet but sales so far."""
    raw = facts(y2024_rd=100, y2025_rd=100, y2026_sales=2000, y2026_rd=20)
    ahead = next_year(HNTE, read_facts(raw))
    row = ahead.assessment.condition("rd_ratio")
    assert row.years == (2024, 2025, 2026)
    assert row.shortfall == Fraction(8000) * 5 / 100 - 220
    assert not ahead.no_figures
    assert "rd_ratio" in {each.code for each in ahead.to_do}
    assert ahead.closes_on.isoformat() == "2026-12-31"
    carried = {each.threshold: each.surplus for each in ahead.carried if each.condition == "rd_ratio"}
    assert carried == {Fraction(5, 100): -100, Fraction(4, 100): -40, Fraction(3, 100): 20}


def test_next_year_without_a_day_is_refused() -> None:
    with pytest.raises(Invalid):
        next_year(HNTE, read_facts({}))


def test_a_leap_day_a_year_on() -> None:
    from datetime import date

    assert a_year_on(date(2028, 2, 29)) == date(2029, 2, 28)
