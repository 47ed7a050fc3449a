"""Pairs of firms: what speaks for one, what they probably are, and names that look alike and are not."""

import random
import time
from datetime import date

import pytest

from cultivate.domain import duplicates
from cultivate.domain.duplicates import Blocks, FirmFacts, compare, digest, near_pairs

A, B = "91330105FAKE000011", "91330105FAKE000022"


def pair(one: str, other: str, **facts: object) -> duplicates.Likeness | None:
    """Two firms by name; ``codes`` and whatever both share."""
    codes = facts.pop("codes", (None, None))
    former = facts.pop("former", ((), ()))
    firms = [
        FirmFacts(number, name, former_names=old, code=code, **facts)  # type: ignore[arg-type]
        for number, (name, code, old) in enumerate(zip((one, other), codes, former, strict=True), 1)  # type: ignore[call-overload]
    ]
    return compare(*firms)


@pytest.mark.parametrize(
    ("one", "other", "facts", "reason", "hint"),
    [
        # written in another way
        ("杭州云创科技有限公司", "杭州云创科技 有限公司", {}, "same-name", "same"),
        ("云创科技（杭州）有限公司", "云创科技(杭州)有限公司", {}, "same-name", "same"),
        ("杭州云创科技有限公司", "云创科技（杭州）有限公司", {}, "same-core", "same"),
        ("杭州三六零数据有限公司", "杭州360数据有限公司", {}, "same-core", "same"),
        ("杭州云创科技有限公司", "杭州云创科技股份有限公司", {}, "same-core", "renamed"),
        ("杭州云创科技有限公司", "杭州云创科技集团有限公司", {}, "same-core", "affiliate"),
        # near, with a phone or an address beside it
        ("杭州云创科技有限公司", "杭州云创技术有限公司", {"phone": "138 0000 1234"}, "near-name", "same"),
        ("杭州云创数据有限公司", "杭州芸创数据有限公司", {"phone": "13800001234"}, "near-name", "same"),
        ("杭州云创数据有限公司", "杭州云创数椐有限公司", {"address": "祥园路88号2幢"}, "near-name", "same"),
        # two codes: successors, sisters
        ("杭州云创科技有限公司", "杭州云创科技有限公司", {"codes": (A, B)}, "same-name", "successor"),
        (
            "杭州云创科技有限公司",
            "杭州数桥科技有限公司",
            {"codes": (A, B), "former": ((), ("杭州云创科技有限公司",))},
            "former-name",
            "successor",
        ),
        (
            "杭州云创科技有限公司",
            "浙江云创科技股份有限公司",
            {"codes": (A, B), "address": "祥园路88号2幢"},
            "same-core",
            "affiliate",
        ),
        # renamed
        (
            "杭州数桥科技有限公司",
            "杭州云创科技有限公司",
            {"codes": (A, None), "former": (("杭州云创科技有限公司",), ())},
            "former-name",
            "renamed",
        ),
        # branches
        ("杭州云创科技有限公司", "杭州云创科技有限公司拱墅分公司", {}, "branch-name", "branch"),
        (
            "杭州云创科技有限公司（拱墅分公司）",
            "杭州云创科技有限公司",
            {"codes": (A, B)},
            "branch-name",
            "branch",
        ),
        ("云创科技（杭州）分公司", "云创科技股份有限公司", {}, "branch-name", "branch"),
    ],
)
def test_what_two_firms_are(one: str, other: str, facts: dict, reason: str, hint: str) -> None:
    found = pair(one, other, **facts)
    assert found is not None
    assert (found.reasons[0], found.hint) == (reason, hint)
    assert 50 <= found.likeness <= 100


@pytest.mark.parametrize(
    ("one", "other", "facts"),
    [
        ("杭州云创科技有限公司", "杭州云创网络科技有限公司", {}),
        (
            "杭州云创科技有限公司",
            "杭州云创网络科技有限公司",
            {"phone": "13800001234", "address": "祥园路88号2幢"},
        ),
        ("杭州云创机械一厂", "杭州云创机械二厂", {"phone": "13800001234", "address": "祥园路88号2幢"}),
        ("杭州第一机械有限公司", "杭州第二机械有限公司", {"address": "祥园路88号2幢"}),
        (
            "杭州云创数据1号合伙企业（有限合伙）",
            "杭州云创数据2号合伙企业（有限合伙）",
            {"address": "祥园路88号2幢"},
        ),
        ("杭州云创甲电子有限公司", "杭州云创乙电子有限公司", {"phone": "13800001234"}),
        # near names alone are common
        ("杭州云创科技有限公司", "杭州云创技术有限公司", {}),
        ("杭州云创数据有限公司", "杭州芸创数据有限公司", {}),
        # another trade name at the same address is a neighbour
        (
            "杭州云创科技有限公司",
            "杭州云智科技有限公司",
            {"phone": "13800001234", "address": "祥园路88号2幢"},
        ),
        # same core, each with its own code, and nothing else in common
        ("杭州云创科技有限公司", "浙江云创科技有限公司", {"codes": (A, B)}),
        # two branches of one firm
        ("杭州云创科技有限公司拱墅分公司", "杭州云创科技有限公司西湖分公司", {"phone": "13800001234"}),
        (
            "杭州云创科技有限公司",
            "杭州数桥科技有限公司",
            {"phone": "13800001234", "established_on": date(2020, 1, 2)},
        ),
    ],
)
def test_firms_that_only_look_alike(one: str, other: str, facts: dict) -> None:
    assert pair(one, other, **facts) is None
    assert pair(other, one, **facts) is None


def test_what_else_agrees_makes_a_pair_likelier() -> None:
    bare = pair("杭州云创科技有限公司", "云创科技（杭州）有限公司")
    backed = pair(
        "杭州云创科技有限公司",
        "云创科技（杭州）有限公司",
        phone="0571-8800 1234",
        established_on=date(2020, 1, 2),
    )
    assert bare is not None
    assert backed is not None
    assert backed.likeness > bare.likeness
    assert backed.reasons == ("same-core", "same-day", "same-phone")


def test_one_body_under_two_registrations_is_one_firm() -> None:
    found = pair(
        "杭州云创科技有限公司", "杭州数桥科技有限公司", codes=("91330105FAKE000011", "91330103FAKE00001X")
    )
    assert found is not None
    assert (found.reasons[0], found.hint, found.likeness) == ("same-body", "same", 95)


def test_phones_and_addresses_are_compared_without_their_dress() -> None:
    assert (
        duplicates.phone_key("+86 138-0000-1234")
        == duplicates.phone_key("１３８００００１２３４")
        == "13800001234"
    )
    assert duplicates.phone_key("8800") is None
    assert duplicates.address_key("浙江省杭州市拱墅区祥符街道祥园路 88号2幢") == duplicates.address_key(
        "祥园路88号2幢"
    )
    assert duplicates.address_key("杭州市拱墅区") is None


def test_the_digest_follows_codes_and_names_only() -> None:
    one, other = FirmFacts(1, "杭州云创科技有限公司"), FirmFacts(2, "杭州云创科技有限公司")
    kept = digest(one, other)
    assert kept == digest(other, one)
    assert kept == digest(one, FirmFacts(2, "杭州云创科技有限公司", phone="13800001234"))
    assert kept != digest(one, FirmFacts(2, "杭州云创科技有限公司", code=A))
    assert kept != digest(one, FirmFacts(2, "杭州云创科技有限公司", ("杭州旧名科技有限公司",)))


def test_blocks_find_what_comparing_all_with_all_finds() -> None:
    chance = random.Random(7)
    words = ["云创", "芸创", "数桥", "三六零", "360", "一", "二", "网络", "科技", "技术", "数据"]
    firms = [
        FirmFacts(
            number,
            "杭州"
            + "".join(chance.sample(words, 3))
            + chance.choice(["有限公司", "股份有限公司", "有限公司拱墅分公司"]),
            former_names=("杭州旧名数据有限公司",) if chance.random() < 0.1 else (),
            code=None if chance.random() < 0.5 else f"91330105FAKE{number:05d}1",
            phone=chance.choice([None, "13800001234", "13800005678"]),
            address=chance.choice([None, "祥园路88号2幢", "莫干山路100号"]),
        )
        for number in range(1, 250)
    ]
    by_id = {firm.id: firm for firm in firms}
    expected = {
        (one.id, other.id) for one in firms for other in firms if one.id < other.id and compare(one, other)
    }
    blocks = Blocks()
    for firm in firms:
        blocks.add(firm)
    tried = set(blocks.candidates())
    for group in blocks.neighbours():
        tried |= set(near_pairs(by_id[each] for each in group))
    found = {(one, other) for one, other in tried if compare(by_id[one], by_id[other])}
    assert found == expected
    assert len(expected) > 50


@pytest.mark.slow
def test_many_firms_are_blocked_in_linear_time() -> None:
    start = time.perf_counter()
    blocks = Blocks()
    for number in range(20_000):
        name = f"杭州{chr(0x4E00 + number % 4000)}{chr(0x5E00 + number // 4000)}数据科技有限公司"
        blocks.add(
            FirmFacts(
                number, name, phone=f"138{number // 3:08d}", address=f"祥园路{number % 900}号{number}幢"
            )
        )
    assert sum(1 for _ in blocks.candidates()) < 100
    assert time.perf_counter() - start < 20


def test_a_few_names_are_asked_by_many() -> None:
    index: duplicates.NearNames[str] = duplicates.NearNames()
    index.add("杭州云创科技有限公司", "one")
    index.add("杭州云创机械一厂", "two")
    assert index.near("云创技术(杭州)股份有限公司") == ["one"]
    index.add("杭州云创智能装备有限公司", "three")
    for slip in (
        "杭州云创智装备有限公司",
        "杭州创智能装备有限公司",
        "杭州云智能装备有限公司",
        "杭州云创智能设备有限公司",
    ):
        assert index.near(slip) == ["three"], slip
    assert index.near("杭州芸创科技有限公司") == ["one"]
    assert index.near("杭州云创科技有限公司") == [], "the same name is no near one"
    assert index.near("杭州云创机械二厂") == []
    assert index.near("杭州云创网络科技有限公司") == []
