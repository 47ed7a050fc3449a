"""In which class of the screening a firm stands, and who comes first."""

from fractions import Fraction

import pytest

from cultivate.domain.policy.assess import assess
from cultivate.domain.policy.facts import read_facts
from cultivate.domain.policy.readiness import Readiness, signals, stand
from cultivate.packs.policies import policy
from tests.unit.test_policy_engine import EXPERT, facts, years

HNTE = policy("hnte-2016")


def standing(**changes: object) -> Readiness:
    return stand(HNTE, assess(HNTE, read_facts(facts(**changes))))


NEXT_YEAR = {
    f"y2026_{figure}": value
    for figure, value in {
        "sales": 3000,
        "total_income": 3000,
        "hitech_income": 2000,
        "rd": 200,
        "rd_domestic": 200,
        "net_assets": 950,
    }.items()
}
LOW = years(
    sales=[9000, 1000, 1000],
    total_income=[9000, 1000, 1000],
    hitech_income=[9000, 700, 700],
    rd=[100, 60, 60],
    rd_domestic=[100, 10, 10],
    net_assets=[1, 1, 1],
)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "ready"),
        ({"major_violation": None, "expert": {}}, "ready"),  # to ask holds nobody back
        ({"field": None}, "unknown"),
        ({"y2025_sales": -1}, "unknown"),  # nothing is missing, and a person has to judge
        ({"rd_staff": 1}, "one"),
        ({"rd_staff": 1, "y2025_total_income": None}, "far"),  # a second thing is not known
        ({"rd_staff": 1, "class1_ip": 0, "class2_ip": 0}, "far"),
        ({"y2025_rd": 0}, "one"),  # money may be spent: it is the one thing, not only time
        ({"established_on": "2026-03-01", "years": {}}, "next"),
        ({"established_on": "2026-03-01", "years": {}, "rd_staff": 1}, "far"),
        ({"established_on": "2026-03-01", "years": {}, "field": None}, "far"),
        ({"established_on": "2025-12-01", "years": {}}, "far"),  # figures of 2025 are wanted next year too
        ({"years": LOW}, "next"),  # the bad year falls out of the three
        ({"years": LOW, "rd_staff": 1}, "far"),
        ({"years": LOW, "expert": {}, **NEXT_YEAR}, "next"),
        ({"years": LOW, **NEXT_YEAR, "y2026_sales": -1}, "far"),
    ],
)
def test_class(changes: dict, expected: str) -> None:
    assert standing(**changes).readiness == expected


def test_the_easier_to_mend_comes_first_and_then_the_smaller_amount() -> None:
    order = [
        standing().order,
        standing(field=None).order,
        standing(staff=80).order,
        standing(staff=100).order,
        standing(y2025_rd=89).order,
        standing(y2025_rd=0).order,
        standing(staff=80, y2025_rd=0).order,
    ]
    assert order == sorted(order)
    assert len(set(order)) == len(order)


def test_a_score_short_at_its_highest_is_not_mended_by_papers() -> None:
    """Even with all that experts may give: more rights or results are wanted, which is harder than another head."""
    given = {**EXPERT, "rd_management": 20}
    capped = standing(expert={**given, "rd_management": 0, "conversion": 24})
    assert (capped.readiness, capped.close.hardest, capped.close.points) == ("one", "rights", 17)
    assert standing(staff=80, expert=given).order < capped.order < standing(y2025_rd=89, expert=given).order


def test_what_is_hardest_ranks_whatever_stands_last() -> None:
    """People stand before money in the pack, and the field (to ask) behind neither."""
    found = standing(staff=80, y2025_hitech_income=0, class1_ip=0, class2_ip=0)
    assert found.close.hardest == "money"


@pytest.mark.parametrize(
    ("sales", "expected"),
    [
        ([1, 100, 150], Fraction(1, 2)),
        ([1, 100, 0], Fraction(-1)),
        ([1, 0, 100], None),
        ([1, -5, 100], None),
        ([1, 100, -5], None),
        ([1, None, 100], None),
    ],
)
def test_growth_as_a_signal(sales: list, expected: Fraction | None) -> None:
    assert signals(read_facts(facts(years=years(sales=sales)))).growth == expected


@pytest.mark.parametrize(
    ("sales", "rd", "expected"),
    [
        ([100, 100, 100], [1, 2, 3], (Fraction(3, 100), 2025)),
        ([100, 100, 0], [1, 2, 3], (Fraction(2, 100), 2024)),
        ([100, 100, 100], [1, 2, None], (Fraction(2, 100), 2024)),
        ([100, 100, 100], [1, 2, -3], (Fraction(2, 100), 2024)),
        ([None, None, None], [1, 2, 3], (None, None)),
    ],
)
def test_research_over_sales_as_a_signal(sales: list, rd: list, expected: tuple) -> None:
    found = signals(read_facts(facts(years=years(sales=sales, rd=rd))))
    assert (found.rd_ratio, found.rd_year) == expected
