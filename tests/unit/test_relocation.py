"""Which way a firm went, and whether a text speaks of this district."""

from functools import partial

import pytest

from cultivate.domain.districts import Says, says
from cultivate.domain.relocation import Way, way

ours = partial(says, district="拱墅区", former=("下城区",))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("拱墅区", Says.HERE),
        ("杭州市拱墅区", Says.HERE),
        ("浙江省杭州市拱墅区湖墅南路1号", Says.HERE),
        ("拱墅", Says.HERE),
        ("拱 墅 区（12家）", Says.HERE),
        ("下城区", Says.ONCE),
        ("杭州下城", Says.ONCE),
        ("西湖区", Says.ELSEWHERE),
        ("杭州市余杭", Says.ELSEWHERE),
        ("杭州高新区（滨江）", Says.ELSEWHERE),
        ("宁波市鄞州区", Says.ELSEWHERE),
        ("嘉兴市", Says.ELSEWHERE),
        ("杭州市", Says.NOTHING),
        ("浙江省", Says.NOTHING),
        ("", Says.NOTHING),
    ],
)
def test_what_a_text_says_of_the_district(text: str, expected: Says) -> None:
    assert ours(text) == expected


@pytest.mark.parametrize(
    ("direction", "moved_from", "moved_to", "street", "expected"),
    [
        ("迁出", "", "", False, Way.OUT),
        ("迁入", "", "", False, Way.IN),
        ("转出", "", "", False, Way.OUT),
        ("迁出至余杭区", "", "", False, Way.OUT),
        ("由西湖区迁入", "", "", False, Way.IN),
        ("迁入拱墅区", "", "", False, Way.IN),
        ("拱墅区迁出", "", "", False, Way.OUT),
        ("由拱墅区迁入西湖区", "", "", False, Way.OUT),
        ("从西湖区迁入余杭区", "", "", False, Way.FOREIGN),
        ("迁入余杭区", "", "", False, Way.OUT),
        ("", "拱墅区", "滨江区", False, Way.OUT),
        ("", "滨江区", "拱墅区", False, Way.IN),
        ("", "下城区", "拱墅区", False, Way.WITHIN),
        ("", "", "", True, Way.IN),
        ("", "拱墅区", "", True, Way.WITHIN),
        ("迁入", "嘉兴市", "", False, Way.IN),
        ("", "", "", False, Way.UNKNOWN),
        ("迁入/迁出", "", "", False, Way.UNKNOWN),
        ("已办结", "", "", False, Way.UNKNOWN),
    ],
)
def test_which_way_a_firm_went(
    direction: str, moved_from: str, moved_to: str, street: bool, expected: Way
) -> None:
    assert way(direction, moved_from, moved_to, street=street, says=ours) == expected
