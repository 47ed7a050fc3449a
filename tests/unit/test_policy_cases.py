"""The two packs on the agreed cases: every field that a case gives, exactly."""

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from cultivate.domain.policy.assess import Assessment, assess
from cultivate.domain.policy.facts import read_facts
from cultivate.packs.policies import policy
from cultivate.packs.policy_words import plain

CASES = json.loads(
    (Path(__file__).resolve().parents[1] / "data/policy-cases.json").read_text(encoding="utf-8"),
    parse_float=Decimal,
)
EXPECTED = [
    pytest.param(case["facts"], name, case[name], id=f"{number}-{name}")
    for number, case in enumerate(CASES)
    for name in ("hnte-2016", "ptsme-2016")
]


def test_there_are_cases() -> None:
    assert len(EXPECTED) == 48


@pytest.mark.parametrize(("facts", "name", "expected"), EXPECTED)
def test_case(facts: dict, name: str, expected: dict) -> None:
    found = assess(policy(name), read_facts(facts))
    assert set(expected) <= {"conditions", "verdict", "growth_bands"}
    for code, fields in expected["conditions"].items():
        row = found.condition(code)
        assert set(fields) <= {"result", "shortfall", "threshold"}
        assert row.result == fields["result"], code
        for field in ("shortfall", "threshold"):
            if field in fields:
                assert getattr(row, field) == Fraction(fields[field]), (code, field)
    if "verdict" in expected:
        assert found.verdict == expected["verdict"]
    for growth, points in expected.get("growth_bands", {}).items():
        assert list(score_of(found, f"growth_{growth}")) == points, growth


@pytest.mark.parametrize(("facts", "name", "expected"), EXPECTED)
def test_floats_say_the_same(facts: dict, name: str, expected: dict) -> None:
    """Facts that came through binary floating point are read by their text."""
    floats = json.loads(json.dumps(facts, default=float))
    exact, found = assess(policy(name), read_facts(facts)), assess(policy(name), read_facts(floats))
    assert [(row.code, row.result, row.value, row.shortfall) for row in exact.conditions] == [
        (row.code, row.result, row.value, row.shortfall) for row in found.conditions
    ]
    assert exact.fingerprint == found.fingerprint


def test_a_json_value_of_a_fraction_is_its_nearest_number() -> None:
    assert plain(Fraction("514.3837")) == 514.3837
    assert plain(Fraction(11)) == 11


def score_of(found: Assessment, item: str) -> tuple[int, int]:
    assert found.score is not None
    return found.score.of(item)
