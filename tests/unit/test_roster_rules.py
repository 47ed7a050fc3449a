"""What a row of a roster must be like; duplicates inside a file; units by what people write for them."""

import datetime as dt
from decimal import Decimal

import pytest

from cultivate.domain.certificate_number import warning
from cultivate.domain.roster_rules import SeenRows, check_firm_row, tidy_name
from cultivate.domain.unit_names import UnitNames
from cultivate.domain.values import CLEAR

UNITS = UnitNames(
    [
        ("330105001", "米市巷街道", "street"),
        ("330105018", "东新街道", "street"),
        ("330105-p06", "北城·智汇园", "park"),
        ("330105-kjj", "区科学技术局", "bureau"),
    ]
)
CODE = "91330105MA2KCLP6X2"
GOOD = {"name": "甲有限公司", "uscc": CODE, "street": "东新"}


def test_a_good_row_is_converted() -> None:
    checked = check_firm_row(
        GOOD
        | {
            "name": " 浙江甲\n科技 有限公司 ",
            "park": "北城智汇园",
            "established_on": dt.date(2020, 1, 2),
            "registered_capital": "1,000",
            "contact_name": "王 经理",
            "contact_phone": "0571-00000001",
            "staff": "12",
            "rd_staff": "",
            "sales_2024": "3.5",
            "net_assets_2024": "-3.5",
            "certificate_number": "GR202433015698",
            "seq": "1",
        },
        UNITS,
    )
    assert checked.ok
    assert checked.values == {
        "uscc": CODE,
        "name": "浙江甲科技有限公司",
        "street": "330105018",
        "park": "330105-p06",
        "established_on": dt.date(2020, 1, 2),
        "registered_capital": Decimal(1000),
        "contact_name": "王 经理",
        "contact_phone": "0571-00000001",
        "staff": 12,
        "sales_2024": Decimal("3.5"),
        "net_assets_2024": Decimal("-3.5"),
    }


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"uscc": "91330105MA2KCLP6X3"}, "credit-code-invalid", "uscc"),
        ({"name": ""}, "name-missing", "name"),
        ({"name": "—"}, "name-missing", "name"),
        ({"name": "（清空）"}, "name-missing", "name"),
        ({"name": "长" * 201}, "text-too-long", "name"),
        ({"street": "余杭街道"}, "unit-unknown", "street"),
        ({"street": "区科学技术局"}, "unit-unknown", "street"),
        ({"sales_2024": "约三千"}, "number-invalid", "sales_2024"),
        ({"sales_2024": "-1"}, "number-invalid", "sales_2024"),
        ({"staff": "十人"}, "number-invalid", "staff"),
        ({"established_on": "2031-02-30"}, "date-invalid", "established_on"),
        ({"established_on": "2027-01-01"}, "date-invalid", "established_on"),
        ({"contact_phone": "王经理"}, "phone-invalid", "contact_phone"),
        ({"staff": "5", "rd_staff": "6"}, "row-inconsistent", "rd_staff"),
        ({"rd_2024": "5", "rd_domestic_2024": "6"}, "row-inconsistent", "rd_domestic_2024"),
        ({"total_income_2024": "5", "hitech_income_2024": "6"}, "row-inconsistent", "hitech_income_2024"),
    ],
)
def test_a_bad_row_says_what_and_where(change: dict[str, str], code: str, field: str) -> None:
    checked = check_firm_row(GOOD | change, UNITS, today=dt.date(2026, 11, 23))
    assert [(problem.code, problem.field) for problem in checked.problems] == [(code, field)]
    assert checked.problems[0].msgid % checked.problems[0].params


def test_every_problem_of_a_row_is_named() -> None:
    checked = check_firm_row({"name": "", "uscc": "1", "street": "天上"}, UNITS)
    assert [problem.code for problem in checked.problems] == [
        "credit-code-invalid",
        "name-missing",
        "unit-unknown",
    ]


def test_an_unknown_park_is_only_a_warning() -> None:
    checked = check_firm_row(GOOD | {"park": "某某大厦"}, UNITS)
    assert checked.ok
    assert [problem.code for problem in checked.warnings] == ["park-unknown"]
    assert "park" not in checked.values


def test_blank_keeps_and_the_mark_clears() -> None:
    values = check_firm_row(GOOD | {"park": "（清空）", "note": "清空", "staff": ""}, UNITS).values
    assert (values["park"], values["note"], "staff" in values) == (CLEAR, CLEAR, False)


@pytest.mark.parametrize(
    "text", ["东新", "东新街道", "拱墅区东新街道", "杭州市拱墅区东新街道", " 东 新 街道", "330105018"]
)
def test_streets_as_people_write_them(text: str) -> None:
    assert UNITS.find(text, "street") == "330105018"


@pytest.mark.parametrize("text", ["", "街道", "新", "东新园"])
def test_what_is_no_street(text: str) -> None:
    assert UNITS.find(text, "street") is None


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ({"uscc": CODE, "name": "甲"}, {"uscc": CODE, "name": "乙"}, True),
        ({"name": "甲 有限公司"}, {"name": "甲有限公司\u3000"}, True),
        ({"uscc": CODE, "name": "甲"}, {"name": "甲"}, True),
        ({"name": "甲"}, {"uscc": CODE, "name": "甲"}, True),
        ({"uscc": CODE, "name": "甲"}, {"uscc": "91330105MA2H2DUJ92", "name": "甲"}, False),
        ({"name": "甲"}, {"name": "乙"}, False),
    ],
)
def test_duplicates_in_a_file(first: dict[str, str], second: dict[str, str], same: bool) -> None:
    seen = SeenRows()
    assert seen.find_or_add(4, dict(first)) is None
    assert seen.find_or_add(5, dict(second)) == (4 if same else None)


def test_names_are_tidied() -> None:
    assert tidy_name(" 杭州 ABC  Soft 科技\n有限公司 ") == "杭州ABC Soft科技有限公司"


@pytest.mark.parametrize(
    ("number", "year", "fine"),
    [
        ("GR202433015698", 2024, True),
        ("ｇｒ２０２４３３０１５６９８", 2024, True),
        ("GF201233000001", None, True),
        ("GR202444206948", 2024, False),
        ("GR201933015698", 2024, False),
        ("202433015698", 2024, False),
        ("", None, False),
    ],
)
def test_certificate_numbers_are_warned_of(number: str, year: int | None, fine: bool) -> None:
    assert (warning(number, track="hnte", issued_year=year) is None) == fine
    assert warning(number, track="ptsme") is None
