"""What must hold whatever the facts: monotone, order-free, honest about what is not known."""

import random
from dataclasses import replace
from datetime import date
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from cultivate.domain.policy.assess import assess, verdict
from cultivate.domain.policy.facts import read_facts
from cultivate.domain.policy.judged import MET, NOT_MET, UNKNOWN
from cultivate.domain.policy.outlook import changed_facts, next_year, what_if
from cultivate.packs.policies import policy

HNTE = policy("hnte-2016")
PACKS = [HNTE, policy("ptsme-2016"), policy("nsme-2017")]
RANK = {NOT_MET: 0, UNKNOWN: 1, MET: 2}
YEARS = (2023, 2024, 2025)

money = st.integers(0, 300_000_000).map(lambda value: Fraction(value, 10_000))
FIGURES = {
    "sales": money,
    "total_income": money,
    "hitech_income": money,
    "rd": money,
    "rd_domestic": money,
    "net_assets": st.one_of(money, money.map(lambda value: -value)),
    "assets": money,
    "costs": money,
}
flags = st.booleans()
FIRM = {
    "applied_on": st.just("2026-06-30"),
    "established_on": st.dates(min_value=date(2019, 1, 1), max_value=date(2026, 12, 31)),
    "registered_in_zhejiang": flags,
    "field": st.sampled_from(["电子信息", "新材料", "餐饮"]),
    "major_violation": flags,
    "staff": st.one_of(st.integers(0, 600), st.integers(0, 60).map(lambda tens: tens * 10)),
    "rd_staff": st.one_of(st.integers(0, 600), st.integers(0, 60)),
    "class1_ip": st.integers(0, 3),
    "class2_ip": st.integers(0, 9),
    "ip_self_developed": flags,
    "own_ip_or_knowhow": flags,
    "sme": flags,
    "innovation_spending": flags,
    "conversions_3y": st.integers(0, 30),
    "valid_hnte": flags,
    "resident": flags,
}
whole_years = st.fixed_dictionaries({str(year): st.fixed_dictionaries(FIGURES) for year in YEARS})
some_years = st.fixed_dictionaries(
    {}, optional={str(year): st.fixed_dictionaries({}, optional=FIGURES) for year in YEARS}
)


@st.composite
def raw_facts(draw: st.DrawFn) -> dict:
    """All that may be known of a firm, as often as any part of it: of parts alone a ratio is hardly ever formed."""
    if draw(st.booleans()):
        made = draw(st.fixed_dictionaries({"years": whole_years, **FIRM}))
    else:
        made = draw(st.fixed_dictionaries({"years": some_years}, optional=FIRM))
    made["expert"] = {}
    return made


def results(raw: dict, pack=HNTE) -> dict[str, str]:
    return {row.code: row.result for row in assess(pack, read_facts(raw)).conditions}


@given(raw_facts(), st.sampled_from(YEARS), money)
def test_more_research_never_hurts_its_ratio(raw: dict, year: int, more: Fraction) -> None:
    rd = raw["years"].get(str(year), {}).get("rd")
    if rd is None:
        return
    after = changed_facts(raw, {f"years.{year}.rd": rd + more})
    assert RANK[results(after)["rd_ratio"]] >= RANK[results(raw)["rd_ratio"]]


@given(raw_facts(), st.randoms())
def test_the_order_of_facts_never_matters(raw: dict, chance: random.Random) -> None:
    def shuffled(value: object) -> object:
        if not isinstance(value, dict):
            return value
        names = list(value)
        chance.shuffle(names)
        return {name: shuffled(value[name]) for name in names}

    for pack in PACKS:
        one, other = assess(pack, read_facts(raw)), assess(pack, read_facts(shuffled(raw)))
        assert one.conditions == other.conditions
        assert one.score == other.score
        assert one.warnings == other.warnings
        assert one.fingerprint == other.fingerprint


@given(raw_facts(), st.data())
def test_taking_a_fact_away_never_turns_unknown_into_met(raw: dict, data: st.DataObject) -> None:
    """Seen the other way round: unknown becomes met only by a new fact."""
    names = [name for name in raw if name not in {"years", "expert", "applied_on", "established_on"}]
    names += [f"years.{year}.{name}" for year, row in raw["years"].items() for name in row]
    if not names:
        return
    less = changed_facts(raw, dict.fromkeys(data.draw(st.sets(st.sampled_from(names))), None))
    for pack in PACKS:
        before, after = results(raw, pack), results(less, pack)
        for code, result in after.items():
            if result == MET:
                assert before[code] == MET, code
            if result == NOT_MET:
                assert before[code] == NOT_MET, code


@given(raw_facts(), st.data())
def test_the_interval_always_contains_the_exact_score(raw: dict, data: st.DataObject) -> None:
    """Filling in what is not known, and then what experts give within their range, only narrows."""
    first = assess(HNTE, read_facts(raw)).score
    assert first is not None
    full = changed_facts(
        raw,
        {
            name: data.draw(values)
            for name, values in (
                ("class1_ip", st.integers(0, 3)),
                ("class2_ip", st.integers(0, 9)),
                ("ip_self_developed", flags),
                ("conversions_3y", st.integers(0, 30)),
                # not after a year of which there are figures: those would be another firm's
                (
                    "established_on",
                    st.dates(date(2019, 1, 1), date(min(map(int, raw["years"]), default=2026), 1, 1)),
                ),
                ("applied_on", st.just("2026-06-30")),
            )
            if name not in raw
        },
    )
    second = assess(HNTE, read_facts(full)).score
    assert second is not None
    assert first.low <= second.low <= second.high <= first.high
    given = {f"expert.{row.code}": data.draw(st.integers(row.low, row.high)) for row in second.items}
    exact = assess(HNTE, read_facts(changed_facts(full, given))).score
    assert exact is not None
    assert exact.low == exact.high
    assert second.low <= exact.low <= second.high
    for before, after in zip(second.items, exact.items, strict=True):
        assert before.low <= after.low == after.high <= before.high


@given(raw_facts(), st.fractions(0, 1, max_denominator=1000))
def test_a_higher_threshold_never_turns_not_met_into_met(raw: dict, more: Fraction) -> None:
    facts = read_facts(raw)
    for pack in PACKS:
        rising = [row for row in pack.conditions if row.operator in {">=", ">"}]
        harder = tuple(
            replace(
                row,
                threshold=None if row.threshold is None else row.threshold * (1 + more),
                bands=tuple(replace(band, threshold=band.threshold * (1 + more)) for band in row.bands),
            )
            for row in rising
        )
        before = assess(replace(pack, conditions=tuple(rising)), facts).conditions
        after = assess(replace(pack, conditions=harder), facts).conditions
        for old, new in zip(before, after, strict=True):
            assert RANK[new.result] <= RANK[old.result], old.code


@given(raw_facts())
def test_a_shortfall_closed_exactly_turns_the_condition_and_a_step_less_does_not(raw: dict) -> None:
    found = assess(HNTE, read_facts(raw))
    applied = 2025
    paths = {
        "rd_ratio": f"years.{applied}.rd",
        "rd_domestic_ratio": f"years.{applied}.rd_domestic",
        "hitech_income_ratio": f"years.{applied}.hitech_income",
        "rd_staff_ratio": "rd_staff",
    }
    for row in found.conditions:
        if row.result != NOT_MET or row.code not in paths:
            continue
        assert row.shortfall is not None
        assert row.shortfall > 0
        path = paths[row.code]
        now = read_facts(raw).number(*_step(path)) or Fraction(0)
        least = Fraction(1) if row.unit == "人" else Fraction(1, 10_000)
        closed = results(changed_facts(raw, {path: now + row.shortfall}))
        assert closed[row.code] == MET, row.code
        if row.shortfall >= least:
            almost = results(changed_facts(raw, {path: now + row.shortfall - least}))
            assert almost[row.code] == NOT_MET, row.code


def _step(path: str) -> tuple:
    parts = path.split(".")
    return (parts[0],) if len(parts) == 1 else (parts[2], int(parts[1]))


@given(raw_facts())
def test_the_verdict_follows_from_the_conditions(raw: dict) -> None:
    for pack in PACKS:
        found = assess(pack, read_facts(raw))
        each = {row.result for row in found.conditions}
        expected = NOT_MET if NOT_MET in each else UNKNOWN if UNKNOWN in each else MET
        assert found.verdict == expected == verdict(found.conditions)
        for row in found.conditions:
            assert (row.shortfall is None) or row.result == NOT_MET
            assert row.result != UNKNOWN or row.missing or row.message.params


@given(raw_facts(), st.sampled_from(YEARS), money)
def test_what_if_leaves_the_facts_alone(raw: dict, year: int, rd: Fraction) -> None:
    before = changed_facts(raw, {})
    tried = what_if(HNTE, raw, {f"years.{year}.rd": rd})
    assert changed_facts(raw, {}) == before
    assert tried.before.fingerprint == assess(HNTE, read_facts(raw)).fingerprint
    assert tried.facts["years"][str(year)]["rd"] == rd
    assert {row.code for row in tried.after.conditions} >= set(tried.turned)


@given(raw_facts())
def test_next_year_looks_at_the_years_shifted_by_one(raw: dict) -> None:
    raw = {**raw, "applied_on": "2026-06-30"}
    ahead = next_year(HNTE, read_facts(raw))
    assert ahead.closing_year == 2026
    assert ahead.days_left == 184
    assert ahead.no_figures
    assert ahead.assessment.condition("hitech_income_ratio").result == UNKNOWN
    for row in ahead.carried:
        assert row.years[-1] == 2025
