"""Whether what a list says of a place is this district. Only words count, never the credit code.

A code keeps the digits of the place of first registration: a firm that moved here long ago has another
district's, and one that left keeps ours.
"""

import re
import unicodedata
from enum import StrEnum


class Says(StrEnum):
    """What a text says of the district."""

    HERE = "here"
    ONCE = "once"
    """A district that was dissolved into this one: part of it went elsewhere, so a person is asked."""
    ELSEWHERE = "elsewhere"
    NOTHING = "nothing"


#: dissolved districts that (mostly) became part of this one, by its code: 下城区 in 2021
FORMER: dict[str, tuple[str, ...]] = {"330105": ("下城区",)}

_ABOVE = re.compile(r"(?:中国|浙江省|浙江|杭州市|杭州)+")
_NAMED = re.compile(r"[一-鿿]{2,4}?(?:区|县)|[一-鿿]{2,3}市")
#: districts and counties of Hangzhou, as they are written without their last word
_NEIGHBOURS = (
    "上城",
    "西湖",
    "滨江",
    "萧山",
    "余杭",
    "富阳",
    "临安",
    "临平",
    "钱塘",
    "桐庐",
    "淳安",
    "建德",
    "江干",
)


def says(text: str, district: str, former: tuple[str, ...] = ()) -> Says:
    """What a column, a heading or an address says; ``district`` and ``former`` are full names (拱墅区)."""
    folded = "".join(unicodedata.normalize("NFKC", text).split())
    bare = _ABOVE.sub("", folded)
    if district in folded:
        return Says.HERE
    if any(name in folded or bare.startswith(name[:-1]) for name in former):
        return Says.ONCE
    if bare.startswith(district[:-1]):
        return Says.HERE
    if any(name in bare for name in _NEIGHBOURS) or _NAMED.search(bare):
        return Says.ELSEWHERE
    return Says.NOTHING
