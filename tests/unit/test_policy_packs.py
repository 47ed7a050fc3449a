"""The loader refuses what is incomplete, overlapping or contradictory, at its line; what ships is complete."""

import re

import pytest

from cultivate.domain.policy.local import read_local
from cultivate.domain.policy.nodes import PackInvalid, Problem
from cultivate.domain.policy.reading import parse, read_pack
from cultivate.packs.policies import policy, policy_names, policy_parsed, policy_text, track_policy

NAME = "hnte-2016"
TEXT = policy_text(NAME)


def problems(text: str, name: str = NAME) -> list[Problem]:
    with pytest.raises(PackInvalid) as caught:
        read_pack(name, parse(text, f"{name}.toml"))
    return caught.value.problems


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def changed(old: str, new: str, text: str = TEXT) -> str:
    assert old in text
    return text.replace(old, new, 1)


@pytest.mark.parametrize("name", ["hnte-2016", "ptsme-2016", "nsme-2017"])
def test_what_ships_is_read(name: str) -> None:
    pack = policy(name)
    assert name in policy_names()
    assert pack.conditions
    for condition in pack.conditions:
        assert condition.source.document.title.zh
        assert condition.source.article.zh
        assert condition.source.certainty.level


def test_the_contracts_ids() -> None:
    assert [row.code for row in policy("hnte-2016").conditions] == [
        "age",
        "ip",
        "field",
        "rd_staff_ratio",
        "rd_ratio",
        "rd_domestic_ratio",
        "hitech_income_ratio",
        "innovation_score",
        "no_violation",
    ]
    assert {row.code for row in policy("ptsme-2016").conditions} == {
        "age",
        "registered",
        "ip",
        "rd_staff_ratio",
        "innovation_spending",
        "sme",
    }
    score = policy("hnte-2016").score
    assert score is not None
    assert {"growth_net_assets", "growth_sales", "conversion", "rd_management"} <= {
        row.code for row in score.items
    }
    assert [group.max for group in score.groups] == [30, 30, 20, 20]


def test_the_national_evaluation_is_no_track() -> None:
    assert policy("nsme-2017").kind == "information"
    assert policy("nsme-2017").track == ""
    assert (track_policy("hnte"), track_policy("ptsme")) == ("hnte-2016", "ptsme-2016")


#: what is wrong: the text as it ships, what it becomes, the line of the problem, a word of it
BROKEN: dict[str, tuple[str, str, str, str]] = {
    "a gap between bands": (
        'range = "> 5000, <= 20000"',
        'range = "> 6000, <= 20000"',
        'range = "> 6000',
        "gap",
    ),
    "bands that overlap": (
        'range = "> 5000, <= 20000"',
        'range = "> 4000, <= 20000"',
        'range = "> 4000',
        "overlaps",
    ),
    "a boundary of two bands": (
        'range = "> 5000, <= 20000"',
        'range = ">= 5000, <= 20000"',
        'range = ">= 5000',
        "belongs to this band and",
    ),
    "a boundary of none": (
        'range = "<= 5000"',
        'range = "< 5000"',
        'range = "> 5000',
        "belongs neither",
    ),
    "equality not said": (
        'range = "> 20000"',
        'range = "20000-"',
        'range = "20000-"',
        "equality",
    ),
    "nothing above": (
        'range = "> 20000"',
        'range = "> 20000, < 99999"',
        'range = "> 20000, < 99999"',
        "above this band",
    ),
    "operator and equality contradict": (
        'equality = "met"',
        'equality = "not_met"',
        'equality = "not_met"',
        "contradict",
    ),
    "no equality": (
        'threshold = 365\nequality = "met"\n',
        "threshold = 365\n",
        "[[conditions]]",
        "equality",
    ),
    "no source": (
        'mend = "time"\ndocument = "195"\n',
        'mend = "time"\n',
        "[[conditions]]",
        "document",
    ),
    "an unknown document": (
        'mend = "time"\ndocument = "195"\n',
        'mend = "time"\ndocument = "196"\n',
        'document = "196"',
        "196",
    ),
    "no certainty": (
        'article_en = "3 (1), for art. 11 (1) of No. 32"\ncertainty = "known 95%"\n',
        'article_en = "x"\n',
        "[[conditions]]",
        "certainty",
    ),
    "a certainty nobody knows": (
        'certainty = "known 95%"',
        'certainty = "surely"',
        '"surely"',
        "How sure",
    ),
    "an unknown fact": (
        'fact = "established_on"',
        'fact = "founded_on"',
        'fact = "founded_on"',
        "founded_on",
    ),
    "a fact of another kind": (
        'fact = "established_on"',
        'fact = "field"',
        'fact = "field" }',
        "measured",
    ),
    "years that do not go with the fact": (
        'part = "rd_staff", whole = "staff", years = 0',
        'part = "rd_staff", whole = "staff", years = 1',
        'whole = "staff", years = 1',
        "years",
    ),
    "an unknown operator": (
        'operator = ">="',
        'operator = "=>"',
        'operator = "=>"',
        "=>",
    ),
    "an unknown unit": (
        'unit = "天"',
        'unit = "周"',
        'unit = "周"',
        "周",
    ),
    "an unknown measure": (
        'kind = "days"',
        'kind = "weeks"',
        'kind = "weeks"',
        "weeks",
    ),
    "dates reversed": (
        "from = 2016-01-01\n",
        "from = 2016-01-01\nto = 2015-01-01\n",
        "to = 2015",
        "reversed",
    ),
    "a window that closes first": (
        "closes_on = 2026-07-31",
        "closes_on = 2026-03-31",
        "closes_on = 2026-03-31",
        "reversed",
    ),
    "groups that do not add up": (
        "max = 100",
        "max = 90",
        "max = 90",
        "add up to 100",
    ),
    "items that do not add up": (
        'group = "growth"\nkind = "best"\nmax = 10',
        'group = "growth"\nkind = "best"\nmax = 9',
        'id = "growth", title_zh',
        "add up to 19",
    ),
    "points given twice": (
        "points = [5, 6] }",
        "points = [5, 7] }",
        'bands = [\n  { id = "high"',
        "once",
    ),
    "more that gives fewer": (
        "points = [9, 10], certainty",
        "points = [1, 10], certainty",
        'bands = [\n  { id = "35", title_zh = "35% 及以上", title_en = "35 % or more", range = ">= 0.35", points = [1',
        "fewer",
    ),
    "an id twice": (
        'id = "ip"\ntitle_zh = "拥有',
        'id = "age"\ntitle_zh = "拥有',
        'id = "age"\ntitle_zh = "拥有',
        "twice",
    ),
    "a misspelt key": (
        "threshold = 365",
        "threshold = 365\ntreshold = 1",
        "treshold",
        "treshold",
    ),
    "one language": (
        'title_en = "Registered for a year"\n',
        "",
        "[[conditions]]",
        "title_en",
    ),
    "a share above one": (
        "threshold = 0.10",
        "threshold = 10",
        "threshold = 10",
        "at most 1",
    ),
    "a negative threshold": (
        "threshold = 365",
        "threshold = -1",
        "threshold = -1",
        "negative",
    ),
    "an impossible score": (
        "threshold = 70",
        "threshold = 101",
        "threshold = 101",
        "No firm",
    ),
    "another name": (
        'name = "hnte-2016"',
        'name = "hnte-2017"',
        'name = "hnte-2017"',
        "hnte-2017",
    ),
    "a slip of syntax": (
        "threshold = 365",
        "threshold = = 365",
        "threshold = = 365",
        "cannot be read",
    ),
    "no threshold": (
        "threshold = 365\n",
        "",
        "[[conditions]]",
        "threshold",
    ),
    "an empty list to choose from": (
        'options = "fields"',
        'options = "feilds"',
        'options = "feilds"',
        "feilds",
    ),
    "a band with days of its own": (
        'range = "<= 5000", threshold = 0.05',
        'range = "<= 5000", to = 2026-12-31, threshold = 0.05',
        "to = 2026-12-31",
        "no days of its own",
    ),
    "a score item with days of its own": (
        'id = "ip_advancement"',
        'id = "ip_advancement"\nfrom = 2027-01-01',
        "from = 2027-01-01",
        "no days of its own",
    ),
    "an id that is no text": (
        'id = "rd_ratio"',
        "id = [1]",
        "id = [1]",
        "wrong kind",
    ),
    "something empty": (
        'article_zh = "第十一条（四）"',
        'article_zh = ""',
        'article_zh = ""',
        "article_zh",
    ),
    "an empty choice": (
        'fields = ["电子信息"',
        'fields = [" "',
        'fields = [" "',
        "wrong kind",
    ),
    "a day that is none": (
        "month = 5\nday = 31",
        "month = 4\nday = 31",
        "day = 31",
        "no such day",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_refused_at_its_line(name: str) -> None:
    old, new, where, words = BROKEN[name]
    text = changed(old, new)
    found = problems(text)
    assert words in "\n".join(map(str, found)), found
    lines = {each.line for each in found if words in str(each)}
    assert line_of(text, where) in lines, (lines, line_of(text, where))


def test_all_problems_are_found_at_once() -> None:
    text = changed("threshold = 365", "threshold = -1", changed('unit = "件"', 'unit = "打"'))
    assert len({each.line for each in problems(text)}) == 2


@pytest.mark.parametrize(
    "text", ["", "name = 3", "[[conditions]]", "conditions = 1", "\x00", "score = 1\nlists = 2", "[local]"]
)
def test_rubbish_is_refused_and_nothing_else(text: str) -> None:
    assert problems(text)


def test_a_pack_without_a_condition_is_incomplete() -> None:
    assert problems(re.sub(r"\[\[conditions\]\].*?(?=\n# ---- condition 7)", "", TEXT, flags=re.DOTALL))


def test_the_same_content_has_the_same_digest() -> None:
    one = read_pack(NAME, parse(TEXT, "a"))
    assert one.digest == policy(NAME).digest
    assert read_pack(NAME, parse(TEXT + "\n# a remark\n", "b")).digest == one.digest
    assert read_pack(NAME, parse(changed("= 365\n", "= 366\n"), "c")).digest != one.digest


LOCAL = """
[local]
name = "windows-2027"
base = "hnte-2016"
title_zh = "2027 年申报窗口"
title_en = "Window of 2027"
from = 2027-01-01

[[documents]]
id = "hz2027"
title_zh = "杭州市 2027 年申报通知"
title_en = "Notice of Hangzhou, 2027"
certainty = "verified"

[[windows]]
id = "2027"
opens_on = 2027-03-15
earliest_close = 2027-06-10
closes_on = 2027-06-30
document = "hz2027"
article_zh = "一"
article_en = "1"
certainty = "verified"
"""
STREET = """
[local]
name = "street"
base = "hnte-2016"
title_zh = "街道内控线"
title_en = "The street's own line"
from = 2027-01-01
to = 2027-12-31

[[documents]]
id = "own"
title_zh = "街道会议纪要"
title_en = "Minutes of the street"
certainty = "verified"

[[conditions]]
id = "rd_staff_ratio"
threshold = 0.12
document = "own"
article_zh = "二"
article_en = "2"
certainty = "verified"
"""


def local(text: str):
    return read_local(text, "local.toml", policy_parsed(NAME), NAME)


def local_problems(text: str) -> list[Problem]:
    with pytest.raises(PackInvalid) as caught:
        local(text)
    return caught.value.problems


def test_a_local_version_changes_what_it_names_and_nothing_else() -> None:
    found = local(STREET)
    changed_one = found.pack.condition("rd_staff_ratio")
    assert changed_one is not None
    assert str(changed_one.threshold) == "3/25"
    assert changed_one.source.document.code == "own"
    assert found.pack.condition("rd_ratio") == policy(NAME).condition("rd_ratio")
    assert found.pack.local == ("street",)
    assert str(policy(NAME).condition("rd_staff_ratio").threshold) == "1/10"
    assert found.pack.digest != policy(NAME).digest


def test_a_local_window() -> None:
    window = local(LOCAL).pack.window(2027)
    assert window is not None
    assert (window.opens_on.isoformat(), window.closes_on.isoformat()) == ("2027-03-15", "2027-06-30")
    assert window.title.zh == "2027 年申报"


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        (
            STREET.replace('id = "rd_staff_ratio"', 'id = "staff_ratio"'),
            'id = "staff_ratio"',
            "no “staff_ratio”",
        ),
        (STREET.replace('document = "own"\n', ""), "[[conditions]]", "where the changed number comes from"),
        (STREET.replace("threshold = 0.12", "threshold = 12"), "threshold = 12", "at most 1"),
        (STREET.replace("to = 2027-12-31", "to = 2026-12-31"), "to = 2026", "reversed"),
        (STREET.replace('base = "hnte-2016"', 'base = "ptsme-2016"'), 'base = "ptsme', "ptsme-2016"),
        (STREET.replace("threshold = 0.12", "treshold = 0.12\nthreshold = 0.12"), "treshold", "treshold"),
        ('track = "x"\n' + STREET, 'track = "x"', "cannot change"),
        (LOCAL.replace("closes_on = 2027-06-30", "closes_on = 2027-06-01"), "earliest_close", "reversed"),
        (LOCAL.replace('[local]\nname = "windows-2027"\n', "[local]\n"), "[local]", "name"),
        (STREET.replace('id = "rd_staff_ratio"', "id = [1]"), "id = [1]", "to change"),
        (LOCAL.replace("[local]", "[locale]"), "", "local"),
    ],
)
def test_a_local_version_is_refused_at_its_own_line(text: str, where: str, words: str) -> None:
    found = local_problems(text)
    assert words in "\n".join(map(str, found))
    assert {each.file for each in found} == {"local.toml"}
    if where:
        lines = {each.line for each in found if words in str(each)}
        assert line_of(text, where) in lines or line_of(text, where) + 1 in lines, lines


def test_moving_one_edge_of_a_band_is_refused() -> None:
    text = (
        STREET
        + """
[[conditions]]
id = "rd_ratio"
document = "own"
article_zh = "三"
article_en = "3"
certainty = "verified"
bands = [
  { id = "to_5000", range = "<= 6000" },
]
"""
    )
    assert any("overlap" in str(each) for each in local_problems(text))
