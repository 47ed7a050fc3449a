"""Names: what is equal, what is the core, how a name sounds."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cultivate.domain.firm_names import core, initials, normalise, pinyin, stem


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("杭州云创（集团）有限公司", "杭州云创(集团)有限公司"),
        ("杭州云创\n科技有限公司", " 杭州云创 科技有限公司\u3000"),
        ("杭州ＡＢＣ科技有限公司", "杭州abc科技有限公司"),
        ("杭州云创〔浙江〕科技", "杭州云创(浙江)科技"),
        ("杭州云\u200b创", "杭州云创"),
    ],
)
def test_equal_names(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("杭州云创科技股份有限公司", "云创科技"),
        ("云创科技（杭州）有限公司", "云创科技"),
        ("浙江省云创科技集团有限公司", "云创科技"),
        ("杭州云创科技有限责任公司", "云创科技"),
        ("杭州市拱墅区云创科技（集团）股份有限公司", "云创科技"),
        ("杭州云创数据技术股份集团有限公司", "云创数据技术"),
        ("杭州云创投资合伙企业（有限合伙）", "云创投资"),
        ("云创科技有限公司杭州分公司", "云创科技有限公司杭州分公司"),  # a branch is a body of its own
        ("杭州控股集团有限公司", "杭州控股集团有限公司"),  # nothing would be left
    ],
)
def test_core(name: str, expected: str) -> None:
    assert core(name) == expected


def test_stem_sets_general_words_aside() -> None:
    assert stem("浙江云创技术有限公司") == stem("杭州云创科技发展有限公司") == "云创"


@pytest.mark.parametrize(
    ("name", "sound", "letters"),
    [
        ("杭州云创", "hangzhouyunchuang", "hzyc"),
        ("重庆ABC（集团）3D", "chongqingabcjituan3d", "cqabcjt3d"),
        ("长庆银行", "changqingyinhang", "cqyh"),
        ("", "", ""),
    ],
)
def test_sounds(name: str, sound: str, letters: str) -> None:
    assert pinyin(name) == sound
    assert initials(name) == letters


@given(st.text())
def test_normalising_twice_changes_nothing(name: str) -> None:
    assert normalise(normalise(name)) == normalise(name)


def test_a_district_of_names_takes_no_time() -> None:
    started = time.perf_counter()
    for number in range(6_000):
        pinyin(f"杭州云创{number}信息技术有限公司")
    assert time.perf_counter() - started < 3
