"""The engine at each boundary, on both sides and on it; zeros, negatives, young firms, calibres."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from cultivate.domain.policy.assess import Assessment, asked, assess, closeness
from cultivate.domain.policy.conditions import judge
from cultivate.domain.policy.facts import read_facts, yearly_mean
from cultivate.domain.policy.judged import MET, NOT_MET, UNKNOWN
from cultivate.domain.policy.messages import english, percentage, render
from cultivate.errors import Invalid
from cultivate.packs.policies import policy

READY = {
    "applied_on": "2026-06-30",
    "established_on": "2019-03-01",
    "registered_in_zhejiang": True,
    "field": "电子信息",
    "major_violation": False,
    "staff": 50,
    "rd_staff": 6,
    "class1_ip": 1,
    "class2_ip": 6,
    "ip_self_developed": True,
    "own_ip_or_knowhow": True,
    "sme": True,
    "innovation_spending": True,
    "conversions_3y": 15,
    "years": {
        year: {
            "sales": 3000,
            "total_income": 3100,
            "hitech_income": 2000,
            "rd": 180,
            "rd_domestic": 170,
            "net_assets": 900,
        }
        for year in ("2023", "2024", "2025")
    },
    "expert": {"ip_advancement": 6, "ip_core_support": 6, "ip_standards": 0, "rd_management": 18},
}


def facts(**changes: object) -> dict:
    """Ready facts, changed; ``y2025_rd=…`` changes a figure of a year."""
    made = {**READY, "years": {year: dict(row) for year, row in READY["years"].items()}}
    for name, value in changes.items():
        if name.startswith("y2"):
            year, figure = name[1:5], name[6:]
            made["years"].setdefault(year, {})[figure] = value
        else:
            made[name] = value
    return made


def answer(raw: dict, name: str = "hnte-2016") -> Assessment:
    return assess(policy(name), read_facts(raw))


def result(raw: dict, code: str, name: str = "hnte-2016") -> str:
    return answer(raw, name).condition(code).result


def points(raw: dict, item: str, name: str = "hnte-2016") -> tuple[int, int]:
    score = answer(raw, name).score
    assert score is not None
    return score.of(item)


def years(**figures: list) -> dict:
    """Three years by figure: oldest first, ``None`` leaves a year out."""
    made: dict = {"2023": {}, "2024": {}, "2025": {}}
    for name, values in figures.items():
        for year, value in zip(made, values, strict=True):
            if value is not None:
                made[year][name] = value
    return made


@pytest.mark.parametrize(
    ("sales", "rd", "threshold", "expected"),
    [
        # the latest year chooses the threshold; three equal years make the sum ratio the same
        (5000, 250, "0.05", MET),
        (5000, 249.9999, "0.05", NOT_MET),
        (4999.9999, 249.999995, "0.05", MET),
        (5000.0001, 200.000004, "0.04", MET),
        (5000.0001, 200, "0.04", NOT_MET),
        (20000, 800, "0.04", MET),
        (20000, 799.9999, "0.04", NOT_MET),
        (20000.0001, 600.000003, "0.03", MET),
        (20000.0001, 600, "0.03", NOT_MET),
        (100, 0, "0.05", NOT_MET),
    ],
)
def test_rd_ratio_by_latest_sales(sales: float, rd: float, threshold: str, expected: str) -> None:
    row = answer(facts(years=years(sales=[sales] * 3, rd=[rd] * 3))).condition("rd_ratio")
    assert (row.threshold, row.result) == (Fraction(threshold), expected)


@pytest.mark.parametrize(
    ("domestic", "expected", "short"),
    [("600", MET, None), ("599.9999", NOT_MET, "0.0001"), ("600.0001", MET, None), ("0", NOT_MET, "600")],
)
def test_sixty_percent_in_china(domestic: str, expected: str, short: str | None) -> None:
    raw = facts(years=years(rd=[300, 300, 400], rd_domestic=[0, 0, Fraction(domestic)]))
    row = answer(raw).condition("rd_domestic_ratio")
    assert row.result == expected
    assert row.shortfall == (Fraction(short) if short else None)


@pytest.mark.parametrize(
    ("income", "expected"), [("60", MET), ("59.9999", NOT_MET), ("60.0001", MET), ("0", NOT_MET)]
)
def test_hitech_income_of_the_last_year_only(income: str, expected: str) -> None:
    raw = facts(years=years(total_income=[1, 1, 100], hitech_income=[1, 1, Fraction(income)]))
    assert result(raw, "hitech_income_ratio") == expected


def test_denominators_are_never_mixed() -> None:
    """Sales decide the R&D ratio, total income the high-tech share: swapping the two would turn both."""
    raw = facts(
        years=years(
            sales=[1000] * 3,
            total_income=[5000] * 3,
            rd=[50] * 3,
            hitech_income=[700] * 3,
            rd_domestic=[50] * 3,
        )
    )
    assert result(raw, "rd_ratio") == MET
    assert result(raw, "hitech_income_ratio") == NOT_MET


@pytest.mark.parametrize(
    ("staff", "rd_staff", "expected", "short"),
    [(50, 5, MET, None), (51, 5, NOT_MET, 1), (60, 5, NOT_MET, 1), (61, 5, NOT_MET, 2), (10, 0, NOT_MET, 1)],
)
@pytest.mark.parametrize("name", ["hnte-2016", "ptsme-2016"])
def test_ten_percent_of_staff_in_whole_people(
    name: str, staff: int, rd_staff: int, expected: str, short: int | None
) -> None:
    row = answer(facts(staff=staff, rd_staff=rd_staff), name).condition("rd_staff_ratio")
    assert (row.result, row.shortfall) == (expected, short)


@pytest.mark.parametrize(
    ("day", "expected", "short"),
    [
        ("2025-06-30", MET, None),
        ("2025-07-01", NOT_MET, 1),
        ("2025-06-29", MET, None),
        ("2026-06-30", NOT_MET, 365),
        ("2026-07-01", NOT_MET, 366),
    ],
)
def test_365_days(day: str, expected: str, short: int | None) -> None:
    row = answer(facts(established_on=day)).condition("age")
    assert (row.result, row.shortfall) == (expected, short)


def test_a_leap_year_has_366_days() -> None:
    raw = facts(applied_on="2024-06-30", established_on="2023-07-01")
    assert result(raw, "age") == MET


@pytest.mark.parametrize(
    ("rate", "band"),
    [
        ("0.35", (9, 10)),
        ("0.3499", (7, 8)),
        ("0.3501", (9, 10)),
        ("0.25", (7, 8)),
        ("0.2499", (5, 6)),
        ("0.15", (5, 6)),
        ("0.1499", (3, 4)),
        ("0.05", (3, 4)),
        ("0.0499", (1, 2)),
        ("0.0001", (1, 2)),
        ("0", (0, 0)),
        ("-0.0001", (0, 0)),
        ("-0.9", (0, 0)),
    ],
)
@pytest.mark.parametrize(("figure", "item"), [("sales", "growth_sales"), ("net_assets", "growth_net_assets")])
def test_growth_bands(figure: str, item: str, rate: str, band: tuple[int, int]) -> None:
    step = 1 + Fraction(rate)
    raw = facts(years=years(**{figure: [Fraction(1000), 1000 * step, 1000 * step * step]}))
    assert points(raw, item) == band


@pytest.mark.parametrize(
    ("values", "band"),
    [
        ([0, 100, 135], (9, 10)),  # first year 0: the last two years
        ([100, 0, 500], (0, 0)),  # second year 0: no points
        ([0, 0, 500], (0, 0)),
        ([100, 200, 0], (0, 0)),
        ([-1, 100, 200], (0, 10)),  # negative: a person judges
        ([100, 200, -1], (0, 10)),
        ([100, None, 200], (0, 10)),
    ],
)
def test_growth_at_zero_and_below(values: list, band: tuple[int, int]) -> None:
    assert points(facts(years=years(net_assets=values)), "growth_net_assets") == band


def test_growth_of_young_firms() -> None:
    two = facts(established_on="2024-05-01", years=years(sales=[None, 100, 125]))
    assert points(two, "growth_sales") == (7, 8)
    from_nothing = facts(established_on="2024-05-01", years=years(sales=[None, 0, 125]))
    assert points(from_nothing, "growth_sales") == (0, 0)
    one = facts(established_on="2025-05-01", years=years(sales=[None, None, 125]))
    assert points(one, "growth_sales") == (0, 10)


@pytest.mark.parametrize(
    ("first", "second", "band"),
    [
        (1, 0, (7, 8)),
        (3, 9, (7, 8)),
        (0, 6, (5, 6)),
        (0, 5, (5, 6)),
        (0, 4, (3, 4)),
        (0, 3, (3, 4)),
        (0, 2, (1, 2)),
        (0, 1, (1, 2)),
        (0, 0, (0, 0)),
        (None, 4, (3, 8)),
        (0, None, (0, 6)),
        (1, None, (7, 8)),
        (None, None, (0, 8)),
    ],
)
def test_number_of_rights(first: int | None, second: int | None, band: tuple[int, int]) -> None:
    assert points(facts(class1_ip=first, class2_ip=second), "ip_quantity") == band


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [(0, 0, NOT_MET), (1, None, MET), (None, 1, MET), (0, None, UNKNOWN), (None, 0, UNKNOWN), (0, 1, MET)],
)
def test_one_right_is_enough_whatever_the_other_class(
    first: int | None, second: int | None, expected: str
) -> None:
    assert result(facts(class1_ip=first, class2_ip=second), "ip") == expected


@pytest.mark.parametrize(
    ("count", "band"),
    [
        (30, (25, 30)),
        (15, (25, 30)),
        (14, (19, 24)),
        (12, (19, 24)),
        (11, (13, 18)),
        (9, (13, 18)),
        (8, (7, 12)),
        (6, (7, 12)),
        (5, (1, 6)),
        (3, (1, 6)),
        (2, (0, 0)),
        (0, (0, 0)),
        (None, (0, 30)),
    ],
)
def test_conversions_a_year(count: int | None, band: tuple[int, int]) -> None:
    assert points(facts(conversions_3y=count), "conversion") == band


@pytest.mark.parametrize(
    ("founded", "band"), [("2023-12-31", (7, 12)), ("2024-01-01", (13, 18)), ("2025-02-01", (25, 30))]
)
def test_conversions_of_a_young_firm_are_averaged_over_its_own_years(
    founded: str, band: tuple[int, int]
) -> None:
    assert points(facts(established_on=founded, conversions_3y=7), "conversion") == band


@pytest.mark.parametrize("name", ["established_on", "applied_on"])
def test_conversions_of_a_firm_of_unknown_age_may_give_any_points(name: str) -> None:
    """Seven are 2.3 a year over three years and 7 over one: neither is to be guessed. None at all are none."""
    assert points(facts(**{name: None}, conversions_3y=7), "conversion") == (0, 30)
    assert points(facts(**{name: None}, conversions_3y=0), "conversion") == (0, 0)


@pytest.mark.parametrize(("self_developed", "band"), [(True, (1, 6)), (False, (1, 3)), (None, (0, 6))])
def test_how_rights_were_obtained(self_developed: bool | None, band: tuple[int, int]) -> None:
    assert points(facts(ip_self_developed=self_developed), "ip_acquisition") == band


def test_what_could_not_give_more_points_is_not_missed() -> None:
    """A right of class Ⅰ gives 7 points at least, class Ⅱ 6 at most: nobody need count the second."""
    score = answer(facts(class1_ip=1, class2_ip=None)).score
    assert score is not None
    item = next(row for row in score.items if row.code == "ip_quantity")
    assert (item.missing, item.unsettled) == ((), False)


def test_a_limit_is_not_kept_by_the_part_that_is_known() -> None:
    """Enough of the one class meets a floor whatever the other is; of a limit it says nothing."""
    floor = policy("hnte-2016").condition("ip")
    assert floor is not None
    limit = replace(floor, operator="<=")
    assert judge(limit, read_facts(facts(class1_ip=0, class2_ip=None)), None).result == UNKNOWN
    assert judge(limit, read_facts(facts(class1_ip=0, class2_ip=1)), None).result == MET


EXPERT = {
    "ip_advancement": 8,
    "ip_core_support": 8,
    "ip_quantity": 8,
    "ip_acquisition": 6,
    "ip_standards": 2,
    "conversion": 30,
    "rd_management": 10,
    "growth_net_assets": 0,
    "growth_sales": 0,
}


@pytest.mark.parametrize(
    ("management", "expected", "short"), [(11, MET, None), (10, NOT_MET, 1), (0, NOT_MET, 11)]
)
def test_seventy_points_fail_and_seventy_one_pass(management: int, expected: str, short: int | None) -> None:
    """30 for IP (32 are capped), 30 for results: 10 more make 70."""
    row = answer(facts(expert={**EXPERT, "rd_management": management})).condition("innovation_score")
    assert (row.result, row.shortfall) == (expected, short)
    assert row.value == 60 + management


def test_ip_is_capped_with_the_extra_points() -> None:
    score = answer(facts(expert=EXPERT)).score
    assert score is not None
    assert ("ip", 30) in {(code, high) for code, _, high in score.groups}


def test_an_experts_points_outside_what_the_facts_allow_are_taken_and_said() -> None:
    found = answer(facts(conversions_3y=14, expert={"conversion": 25}))
    assert found.score is not None
    assert found.score.of("conversion") == (25, 25)
    assert [row.field for row in found.warnings] == ["expert.conversion"]


def test_parts_of_an_item_narrow_it() -> None:
    assert points(facts(expert={"rd_management_system": 5, "rd_management_people": 0}), "rd_management") == (
        5,
        15,
    )


def test_more_points_than_there_are_is_refused() -> None:
    with pytest.raises(Invalid) as caught:
        answer(facts(expert={"ip_advancement": 9}))
    assert caught.value.field == "expert.ip_advancement"


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"years": years(sales=[0, 0, 0], rd=[1, 1, 1])}, "rd_ratio", "is 0"),
        ({"years": years(total_income=[1, 1, 0], hitech_income=[0, 0, 0])}, "hitech_income_ratio", "is 0"),
        ({"years": years(rd=[0, 0, 0], rd_domestic=[0, 0, 0])}, "rd_domestic_ratio", "is 0"),
        ({"years": years(sales=[-1, 100, 100], rd=[9, 9, 9])}, "rd_ratio", "negative"),
        ({"staff": 0, "rd_staff": 0}, "rd_staff_ratio", "is 0"),
        ({"established_on": "2026-02-01"}, "rd_ratio", "no fiscal year closed"),
        ({"applied_on": None}, "rd_ratio", "Missing: day of the application"),
        ({"applied_on": None}, "age", "Missing: day of the application"),
        (
            {"established_on": None, "years": years(sales=[None, 1, 1], rd=[1, 1, 1])},
            "rd_ratio",
            "sales of 2023",
        ),
        ({"staff": None}, "rd_staff_ratio", "Missing: staff"),
        ({"field": None}, "field", "technology field"),
        ({"field": "  "}, "field", "technology field"),
    ],
)
def test_what_is_not_known_is_said_and_never_guessed(changes: dict, code: str, words: str) -> None:
    row = answer(facts(**changes)).condition(code)
    assert row.result == UNKNOWN
    assert words in render(row.message, english, "en")


def test_a_field_that_is_none_of_the_eight() -> None:
    assert result(facts(field="餐饮"), "field") == NOT_MET
    assert result(facts(field=" 新材料 "), "field") == MET


def test_a_young_firm_is_judged_on_its_actual_years() -> None:
    raw = facts(established_on="2024-05-01", years=years(sales=[None, 100, 100], rd=[None, 4, 6]))
    row = answer(raw).condition("rd_ratio")
    assert (row.result, row.years) == (MET, (2024, 2025))


def test_figures_from_before_the_registration_are_left_out_and_said() -> None:
    raw = facts(established_on="2024-05-01", years=years(sales=[900, 100, 100], rd=[0, 5, 5]))
    found = answer(raw)
    assert found.condition("rd_ratio").result == MET
    assert ("before-registration", "years.2023") in {(row.code, row.field) for row in found.warnings}


def test_a_figure_of_another_calibre_is_used_with_a_warning_that_names_it() -> None:
    raw = facts(y2025_rd={"value": 180, "calibre": "tax"}, y2024_sales_calibre="statistics")
    found = answer(raw)
    assert found.condition("rd_ratio").result == MET
    warned = {
        row.field: render(row.message, english, "en") for row in found.warnings if row.code == "calibre"
    }
    assert set(warned) == {"years.2025.rd", "years.2024.sales"}
    assert "“tax”" in warned["years.2025.rd"]
    assert answer(facts(y2025_rd_calibre="hnte")).warnings == ()


def test_doubtful_facts_are_used_and_said() -> None:
    found = answer(facts(rd_staff=60, y2025_hitech_income=9999, rd_stafff=3))
    assert [(row.code, row.field) for row in found.warnings] == [
        ("more-than-whole", "rd_staff"),
        ("more-than-whole", "years.2025.hitech_income"),
        ("fact-unknown", "rd_stafff"),
    ]


def test_rules_outside_their_days_are_used_with_a_warning() -> None:
    raw = facts(applied_on="2015-06-30", established_on="2010-01-01")
    found = answer(raw)
    assert [row.code for row in found.warnings] == ["pack-not-in-force"]
    assert len(found.conditions) == 9


def test_a_number_as_programs_compute_it_is_read() -> None:
    """A third of 100 has 15 decimals in a float; 1e-999999 is a slip."""
    found = read_facts({"years": {"2025": {"rd": 33.333333333333336}}})
    assert found.number("rd", 2025) == Fraction("33.333333333333336")
    with pytest.raises(Invalid):
        read_facts({"staff": Decimal("1e-999999")})


def test_heads_are_a_mean_of_monthly_means() -> None:
    assert yearly_mean([[10, 20]] * 6 + [[20, 30]] * 6) == 20
    raw = facts(staff=None, staff_months=[[40, 44]] * 12, rd_staff=4.2)
    assert result(raw, "rd_staff_ratio") == MET


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({"staff": "50"}, "staff"),
        ({"staff": -1}, "staff"),
        ({"staff": True}, "staff"),
        ({"class1_ip": 1.5}, "class1_ip"),
        ({"class1_ip": float("nan")}, "class1_ip"),
        ({"years": {"2025": {"rd": 1e300}}}, "years.2025.rd"),
        ({"years": {"2025": {"rd": float("inf")}}}, "years.2025.rd"),
        ({"years": {"2025": {"rd": "1"}}}, "years.2025.rd"),
        ({"years": {"2025": [1]}}, "years.2025"),
        ({"years": [1]}, "years"),
        ({"years": {"25": {}}}, "years.25"),
        ({"years": {"2025": {"rd": {"value": 1, "calibre": "wrong"}}}}, "years.2025.rd.calibre"),
        ({"years": {"2025": {"rd_calibre": 3}}}, "years.2025.rd_calibre"),
        ({"applied_on": "2026-02-30"}, "applied_on"),
        ({"applied_on": 2026}, "applied_on"),
        ({"major_violation": "no"}, "major_violation"),
        ({"field": 3}, "field"),
        ({"expert": {"conversion": 2.5}}, "expert.conversion"),
        ({"expert": {"conversion": -1}}, "expert.conversion"),
        ({"expert": [1]}, "expert"),
        ({"staff_months": [[1, 2]] * 13}, "staff_months"),
        ({"staff_months": [[1]]}, "staff_months"),
        ({"staff_months": [[1, "x"]]}, "staff_months.0"),
    ],
)
def test_what_is_of_the_wrong_type_is_refused_by_name(raw: dict, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_facts(raw)
    assert caught.value.field == field
    assert field.rsplit(".", maxsplit=1)[-1] in str(caught.value) or field in str(caught.value)


def test_national_evaluation_takes_the_better_of_two_ways() -> None:
    raw = facts(y2025_rd=100, y2025_sales=2000, y2025_costs=400)
    assert points(raw, "rd", "nsme-2017") == (40, 40)
    assert points(facts(y2025_rd=100, y2025_sales=2000), "rd", "nsme-2017") == (40, 50)


def test_national_evaluation_passes_directly() -> None:
    low = facts(class1_ip=0, class2_ip=0, rd_staff=0, y2025_rd=0, y2025_costs=100)
    shut = dict.fromkeys(("valid_hnte", "award_5y", "provincial_rd_body", "led_standard_5y"), False)
    assert result({**low, **shut}, "score", "nsme-2017") == NOT_MET
    assert result({**low, **shut, "award_5y": None}, "score", "nsme-2017") == UNKNOWN
    assert result({**low, **shut, "valid_hnte": True}, "score", "nsme-2017") == MET
    half_known = answer({**facts(class1_ip=1, rd_staff=None), "valid_hnte": False}, "nsme-2017")
    assert half_known.condition("staff_score").result == UNKNOWN
    assert half_known.condition("staff_score").missing == ()  # points are wanted, not the ways past them


def test_a_limit_says_by_how_much_it_is_passed() -> None:
    row = answer(facts(staff=501), "nsme-2017").condition("staff_limit")
    assert (row.result, row.shortfall) == (NOT_MET, 1)
    assert "Too much by 1 person" in render(row.message, english, "en")
    assert result(facts(staff=500), "staff_limit", "nsme-2017") == MET


def test_closeness_counts_and_keeps_units_apart() -> None:
    found = closeness(answer(facts(staff=80, y2025_rd=0, field=None)))
    assert (found.not_met, found.people, found.unknown) == (2, 2, 2)
    assert found.money == Fraction(450 - 360)
    assert found.hardest == "money"
    assert closeness(answer(facts(staff=80))).key < found.key


def test_what_a_pack_asks_for() -> None:
    wanted = {row.fact: row.years for row in asked(policy("hnte-2016"))}
    assert wanted["sales"] == wanted["rd"] == wanted["net_assets"] == 3
    assert wanted["hitech_income"] == 1
    assert wanted["staff"] == wanted["conversions_3y"] == 0
    assert "sme" not in wanted
    assert {"registered_in_zhejiang", "sme"} <= {row.fact for row in asked(policy("ptsme-2016"))}


@pytest.mark.parametrize(
    ("value", "against", "shown"),
    [
        ("0.05", "0.05", "5%"),
        ("0.0432", "0.05", "4.3%"),
        ("0.049999", "0.05", "4.9999%"),
        ("0.049999", None, "5%"),
        ("0.0499", "0.05", "4.99%"),
        ("0.05000001", "0.05", "5.000001%"),
        ("0.2999999", "0.6", "30%"),
        ("1.25", "0.6", "125%"),
    ],
)
def test_a_percentage_never_reads_as_the_threshold_it_misses(
    value: str, against: str | None, shown: str
) -> None:
    assert percentage(Fraction(value), Fraction(against) if against else None) == shown
