"""The sample lists in the layouts that streets and authorities send, down to the counts an import must report."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from cultivate.domain import credit_code
from cultivate.domain.matching import KnownFirm, NameIndex, match_list_row
from cultivate.domain.roster_rules import SeenRows, check_firm_row
from cultivate.domain.unit_names import UnitNames
from cultivate.errors import FileUnreadable, NoKnownColumn
from cultivate.spreadsheets import load

LISTS = Path(__file__).parents[1] / "data" / "lists"
EXPECTED: dict[str, dict[str, Any]] = json.loads((LISTS / "expected.json").read_text(encoding="utf-8"))
STREETS = [
    "米市巷",
    "湖墅",
    "小河",
    "和睦",
    "拱宸桥",
    "大关",
    "上塘",
    "祥符",
    "康桥",
    "半山",
    "天水",
    "武林",
    "长庆",
    "潮鸣",
    "朝晖",
    "文晖",
    "东新",
    "石桥",
]
UNITS = UnitNames((f"s{number}", f"{name}街道", "street") for number, name in enumerate(STREETS))


def _of_kind(kind: str) -> list[str]:
    return [name for name, facts in EXPECTED.items() if facts["kind"] == kind and not facts.get("unreadable")]


@pytest.fixture(scope="module")
def register() -> tuple[
    NameIndex, dict[int, str | None], dict[str, Counter[str]], dict[str, list[dict[str, Any]]]
]:
    """The three rosters taken in, with what was counted and found on the way."""
    index, codes = NameIndex([]), {}
    counts: dict[str, Counter[str]] = {}
    problems: dict[str, list[dict[str, Any]]] = {}
    for name in _of_kind("firms"):
        seen, counts[name], problems[name] = SeenRows(), Counter(), []
        for row in load(LISTS / name, name, "firms").rows:
            checked = check_firm_row(row.cells, UNITS, region=row.region)
            problems[name] += [
                {"row": row.number, "code": found.code, "has_suggestion": found.suggestion is not None}
                for found in checked.problems
            ]
            if not checked.ok:
                counts[name]["rejected"] += 1
            elif seen.find_or_add(row.number, checked.values):
                counts[name]["duplicate"] += 1
            else:
                counts[name]["create"] += 1
                code = checked.values.get("uscc")
                codes[len(codes)] = code if isinstance(code, str) else None
                index.add(KnownFirm(len(codes) - 1, str(checked.values["name"]), codes[len(codes) - 1]))
    return index, codes, counts, problems


@pytest.mark.parametrize(
    ("name", "sheet", "header_row"),
    [
        ("street-roster.xlsx", "摸排表", 3),
        ("roster-gbk.csv", "", 1),
        ("roster-97.xls", "Sheet1", 1),
        ("hnte-announcement.pdf", "", 1),
        ("ptsme-list.docx", "2024年度浙江省科技型中小企业备案名单", 1),
    ],
)
def test_sheet_header_and_rows(name: str, sheet: str, header_row: int) -> None:
    found = load(LISTS / name, name, EXPECTED[name]["kind"])
    assert (found.name, found.header_row, len(found.rows)) == (sheet, header_row, EXPECTED[name]["rows"])


@pytest.mark.parametrize("name", _of_kind("firms"))
def test_rosters_give_the_known_counts_and_problems(name: str, register: Any) -> None:
    _, _, counts, problems = register
    for outcome in ("create", "duplicate", "rejected"):
        assert counts[name][outcome] == EXPECTED[name][outcome]
    assert problems[name] == EXPECTED[name]["problems"]


@pytest.mark.parametrize("name", _of_kind("certificates"))
def test_official_lists_match_the_known_firms(name: str, register: Any) -> None:
    index, codes, _, _ = register
    matched, to_decide, unmatched = set(), set(), 0
    for row in load(LISTS / name, name, "certificates").rows:
        code = credit_code.check(str(row.cells.get("uscc", ""))).value
        match = match_list_row(code, str(row.cells["name"]), index)
        if match.firm_id is not None:
            matched.add(codes[match.firm_id])
        elif match.to_decide:
            to_decide |= {codes[firm] for firm in match.firm_ids}
        else:
            unmatched += 1
    assert sorted(matched) == EXPECTED[name]["matched_codes"]
    assert sorted(to_decide) == EXPECTED[name]["to_decide_codes"]
    assert unmatched == EXPECTED[name]["unmatched"]


def test_regions_carry_down() -> None:
    rows = load(LISTS / "ptsme-list.docx", "ptsme-list.docx", "certificates").rows
    assert Counter(row.region for row in rows) == {"杭州市上城区": 8, "杭州市拱墅区": 20, "宁波市海曙区": 9}


def test_formulas_come_in_as_text() -> None:
    rows = load(LISTS / "street-roster.xlsx", "street-roster.xlsx", "firms").rows
    notes = {row.number: row.cells["note"] for row in rows}
    assert notes[12] == '=HYPERLINK("http://127.0.0.1/x","查看")'
    assert rows[0].cells["sales_2024"] == "6186.8"


@pytest.mark.parametrize("name", ["not-a-workbook.xlsx", "empty.csv"])
def test_what_cannot_be_read_is_refused(name: str) -> None:
    with pytest.raises(FileUnreadable) as refusal:
        load(LISTS / name, name, "firms")
    assert refusal.value.problem == "file-unreadable"


def test_no_known_column() -> None:
    with pytest.raises(NoKnownColumn) as refusal:
        load(LISTS / "no-known-column.csv", "no-known-column.csv", "firms")
    assert refusal.value.problem == "no-known-column"
