"""Converters: what people write, and what is refused rather than guessed."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cultivate.domain.values import (
    CLEAR,
    Problem,
    is_blank,
    to_count,
    to_day,
    to_money,
    to_number,
    to_phone,
    to_ratio,
    to_text,
)

ALL = [to_text, to_money, to_number, to_ratio, to_count, to_day, to_phone]


@pytest.mark.parametrize("converter", ALL)
@pytest.mark.parametrize("cell", ["", "  ", "—", "-", "——", "/", "／", "无", "－", "N/A", "\u3000"])
def test_strokes_are_blanks(converter: Callable[[str], object], cell: str) -> None:
    assert converter(cell) is None
    assert is_blank(cell)


@pytest.mark.parametrize("converter", ALL)
@pytest.mark.parametrize("cell", ["清空", "（清空）", "[clear]"])
def test_the_mark_that_empties(converter: Callable[[str], object], cell: str) -> None:
    assert converter(cell) is CLEAR


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("1,000", "1000"),
        ("３,625.46", "3625.46"),
        ("1000万元", "1000"),
        ("1000万", "1000"),
        ("15000元", "1.5"),
        ("2亿元", "20000"),
        ("0.5亿", "5000"),
        ("30千元", "3"),
        ("人民币500万元", "500"),
        ("500万元人民币", "500"),
        ("1 000 000", "1000000"),
        ("1.5E+3", "1500"),
        ("0", "0"),
    ],
)
def test_money(cell: str, expected: str) -> None:
    assert to_money(cell) == Decimal(expected)


@pytest.mark.parametrize(
    "cell", ["约三千", "1,00", "1,0000", "10 20", "12万3", "-5", "1e99", "NaN", "#N/A", "1.2.3", "5人"]
)
def test_no_money(cell: str) -> None:
    problem = to_money(cell)
    assert isinstance(problem, Problem)
    assert problem.code == "number-invalid"
    assert problem.msgid % problem.params


def test_negative_only_where_it_makes_sense() -> None:
    assert to_money("-5", negative=True) == -5
    assert to_number("(1,000)") == -1000


@pytest.mark.parametrize(
    ("cell", "expected"), [("5.2%", "0.052"), ("0.052", "0.052"), ("５％", "0.05"), ("120%", "1.2")]
)
def test_ratio(cell: str, expected: str) -> None:
    assert to_ratio(cell) == Decimal(expected)


def test_a_bare_ratio_above_one_is_ambiguous() -> None:
    assert isinstance(to_ratio("5.2"), Problem)


@pytest.mark.parametrize(
    ("cell", "expected"), [("12", 12), ("12人", 12), ("1,200", 1200), ("12.0", 12), ("0", 0)]
)
def test_count(cell: str, expected: int) -> None:
    assert to_count(cell) == expected


@pytest.mark.parametrize("cell", ["3.5", "-1", "十二", "99999999999"])
def test_no_count(cell: str) -> None:
    assert isinstance(to_count(cell), Problem)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (dt.datetime(2021, 1, 27, 8, 0, tzinfo=dt.UTC), dt.date(2021, 1, 27)),
        (dt.date(2021, 1, 27), dt.date(2021, 1, 27)),
        ("2023.2.6", dt.date(2023, 2, 6)),
        ("2020年7月13日", dt.date(2020, 7, 13)),
        ("２０２０年７月１３日", dt.date(2020, 7, 13)),
        ("2014/08/20", dt.date(2014, 8, 20)),
        ("2014-08-2 10:00", dt.date(2014, 8, 2)),
        ("2014-08-20T00:00:00", dt.date(2014, 8, 20)),
        ("20140820", dt.date(2014, 8, 20)),
        ("42771", dt.date(2017, 2, 5)),
        ("42771.5", dt.date(2017, 2, 5)),
        ("60000", dt.date(2064, 4, 8)),
    ],
)
def test_day(cell: str | dt.date, expected: dt.date) -> None:
    assert to_day(cell) == expected


@pytest.mark.parametrize(
    "cell", ["2031-02-30", "2020年7月", "2020", "2020.7", "19999", "60001", "6/7/2020", "明年", "20141320"]
)
def test_no_day(cell: str) -> None:
    problem = to_day(cell)
    assert isinstance(problem, Problem)
    assert problem.code == "date-invalid"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("0571-00009551", "0571-00009551"),
        ("１３８００００００００", "13800000000"),
        ("0571-1234567/ 13800000000", "0571-1234567/ 13800000000"),
    ],
)
def test_phone(cell: str, expected: str) -> None:
    assert to_phone(cell) == expected


@pytest.mark.parametrize("cell", ["孙经理", "1.38E+10", "123", "1" * 50])
def test_no_phone(cell: str) -> None:
    assert isinstance(to_phone(cell), Problem)


def test_text_is_put_on_one_line_and_bounded() -> None:
    assert to_text(" 甲\n乙\t丙 ") == "甲 乙 丙"
    assert isinstance(to_text("长" * 501), Problem)
    assert to_text('=HYPERLINK("http://127.0.0.1/x","查看")') == '=HYPERLINK("http://127.0.0.1/x","查看")'


@pytest.mark.parametrize("converter", ALL)
@given(cell=st.text(max_size=60))
def test_nothing_breaks(converter: Callable[[str], object], cell: str) -> None:
    outcome = converter(cell)
    assert not isinstance(outcome, Problem) or outcome.msgid % outcome.params
