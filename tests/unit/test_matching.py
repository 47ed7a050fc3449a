"""Matching lines of lists to firms: certain, to be decided by a person, or a stranger."""

import pytest

from cultivate.domain.matching import KnownFirm, NameIndex, match_list_row

A, B, C = "91330105MA2KCLP6X2", "91330105MA2H2DUJ92", "91330106MA2B1C4UXN"

INDEX = NameIndex(
    [
        KnownFirm(1, "杭州云创科技有限公司", A, ("杭州老云创软件有限公司",)),
        KnownFirm(2, "杭州霁珞簇医疗器械有限公司"),
        KnownFirm(3, "杭州双名科技有限公司", B),
        KnownFirm(4, "杭州双名科技有限公司"),
        KnownFirm(5, "浙江昀笙翎信息技术有限公司"),
    ]
)


@pytest.mark.parametrize(
    ("code", "name", "kind", "firms"),
    [
        (A, "杭州云创科技有限公司", "code", (1,)),
        (A, "后来的新名字有限公司", "code", (1,)),  # renamed: the code stays
        (A, None, "code", (1,)),
        (A, "杭州霁珞簇医疗器械有限公司", "conflict", (1, 2)),  # code and name of two firms
        (C, "杭州云创科技有限公司", "conflict", (1,)),  # a successor under a new code
        (C, "杭州霁珞簇医疗器械有限公司", "name", (2,)),  # its code was not known yet
        (None, "杭州云创 科技有限公司 ", "name", (1,)),
        (None, "杭州老云创软件有限公司", "former", (1,)),
        (None, "杭州双名科技有限公司", "ambiguous", (3, 4)),
        (C, "杭州双名科技有限公司", "name", (4,)),  # the namesake has another code
        (None, "杭州云创科技集团有限公司", "near", (1,)),
        (C, "杭州云创科技集团有限公司", "none", ()),  # a code of its own: another firm
        (None, "宁波毫无关系有限公司", "none", ()),
        (None, None, "none", ()),
        (None, "", "none", ()),
    ],
)
def test_kinds(code: str | None, name: str | None, kind: str, firms: tuple[int, ...]) -> None:
    match = match_list_row(code, name, INDEX)
    assert (match.kind, match.firm_ids) == (kind, firms)
    assert (match.firm_id is not None) == (kind in {"code", "name", "former"})
    assert match.to_decide == (kind in {"near", "ambiguous", "conflict"})


@pytest.mark.parametrize(
    ("name", "firm"),
    [
        ("杭州霁珞簇医疗器械股份有限公司", 2),  # company form
        ("霁珞簇医疗器械（杭州）有限公司", 2),  # place
        ("浙江霁珞簇医疗器械有限公司", 2),
        ("杭州霁珞簇医疗机械有限公司", 2),  # a slip behind the trade name
        ("杭州霁簇医疗器械有限公司", 2),  # a rare character lost, as in PDF files
        ("杭州济珞簇医疗器械有限公司", 2),  # another character with the same sound
        ("浙江昀笙翎信息科技有限公司", 5),  # 科技 for 技术
        ("杭州老云创软件股份有限公司", 1),  # near a former name
    ],
)
def test_near_names(name: str, firm: int) -> None:
    assert [found for found, _ in INDEX.near(name)] == [firm]


@pytest.mark.parametrize(
    "name",
    [
        "杭州霁珞衍医疗器械有限公司",
        "杭州霁珞簇软件有限公司",
        "湖州霁珞簇医疗器械有限公司",
        "杭州医疗器械有限公司",
        "",
        "  ",
    ],
)
def test_other_firms_are_not_near(name: str) -> None:
    """Another trade name, another trade, another town: strangers, or every list would be nothing but questions."""
    assert INDEX.near(name) == []


def test_firms_can_be_added_after_near_names_were_asked_for() -> None:
    index = NameIndex([])
    assert index.near("杭州云创科技有限公司") == []
    index.add(KnownFirm(9, "杭州云创科技有限公司", A))
    assert index.near("杭州云创科技股份有限公司", limit=1)[0][0] == 9
    assert index.by_code(A) == 9
    assert index.code_of(9) == A
