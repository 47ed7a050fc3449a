"""The whole way of a roster with all its traps, and of a list, in a browser."""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect

from tests.browser.site import Site, enter

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.browser

LISTS = Path(__file__).resolve().parents[1] / "data" / "lists"
EXPECTED: dict[str, Any] = json.loads((LISTS / "expected.json").read_text("utf-8"))
ROSTER = "street-roster.xlsx"
OUTCOMES = {"create": "新增", "duplicate": "重复", "rejected": "退回"}


@pytest.fixture
def page(site: Site, browser: Browser) -> "Iterator[Page]":
    context = enter(browser, site, "bureau")
    opened = context.new_page()
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    yield opened
    context.close()
    # the browser itself notes each answer that refuses
    assert [each for each in problems if "status of 422" not in each] == []


def upload(page: Page, *files: Any) -> None:
    """Choose files on the page of imports and send them."""
    page.goto("/imports")
    page.set_input_files("main input[type=file]", list(files))
    with page.expect_navigation():
        page.click("main form:has(input[type=file]) button[type=submit]")


def count(page: Page, word: str) -> int:
    """What the sums on the page say of an outcome."""
    text = page.locator(".import-sums a", has_text=word).locator("b").inner_text()
    return int(text.replace(",", ""))


def press(page: Page, name: str | re.Pattern[str]) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name).click()


def test_a_roster_with_all_its_traps(page: Page, tmp_path: Path) -> None:
    expected = EXPECTED[ROSTER]
    upload(page, LISTS / ROSTER)
    assert count(page, "文件总行数") == expected["rows"]
    assert {outcome: count(page, word) for outcome, word in OUTCOMES.items()} == {
        outcome: expected[outcome] for outcome in OUTCOMES
    }
    # what needs a person stands first, with its reason
    first = page.locator(".import-rows tbody tr").first
    expect(first).to_contain_text("退回")
    expect(first.locator(".import-problem")).not_to_be_empty()

    suggested = [each["row"] for each in expected["problems"] if each["has_suggestion"]]
    accept_and_take_back(page, suggested, expected)
    accepted = suggested[1:]
    good = expected["create"] + len(accepted)

    # all or none is none: what is left cannot be taken
    page.get_by_label(re.compile("全部或不导")).check()
    press(page, re.compile(f"导入 {good} 行"))
    expect(page.locator(".notice-error")).to_contain_text("一行也没有导入")
    page.get_by_label("只导合格的行").check()
    press(page, re.compile(f"导入 {good} 行"))
    expect(page.locator(".import-done")).to_contain_text(f"写入 {good} 家企业")
    expect(page.locator(".import-repairs")).to_contain_text(f"已采纳 {len(accepted)} 条建议")
    address = page.url

    # one's own workbook, with a reason at each row that was left out
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("带原因")).click()
    back = tmp_path / "back.xlsx"
    download.value.save_as(back)
    sheet = load_workbook(back)["摸排表"]
    titles = [cell.value for cell in sheet[3]]
    outcome, reason = titles.index("结果"), titles.index("原因")
    wrong = {problem["row"] for problem in expected["problems"]} - set(accepted)
    assert {row for row in wrong if sheet.cell(row, outcome + 1).value != "退回"} == set()
    assert {row for row in wrong if not sheet.cell(row, reason + 1).value} == set()
    filled = [cell.value for (cell,) in sheet.iter_rows(min_row=4, min_col=outcome + 1, max_col=outcome + 1)]
    assert filled.count("新增") == good
    told = {row: str(sheet.cell(row, reason + 1).value) for row in accepted}
    assert [row for row, text in told.items() if "已采纳建议" not in text] == []

    # the same file again changes nothing
    upload(page, LISTS / ROSTER)
    expect(page.locator(".notice-warning")).to_contain_text("同一份文件")
    assert (count(page, "新增"), count(page, "无变化")) == (0, expected["create"])
    assert count(page, "退回") == expected["rejected"]
    press(page, "放弃")

    page.goto(address)
    page.locator(".import-undo summary").click()
    press(page, "撤销导入")
    expect(page.locator("main")).to_contain_text("已于")
    upload(page, LISTS / ROSTER)
    assert count(page, "新增") == expected["create"]
    press(page, "放弃")


def accept_and_take_back(page: Page, suggested: list[int], expected: dict[str, Any]) -> None:
    """Decide about the codes that the check digits can mend: all but the first are accepted in the end."""
    first = page.locator(f"#row-{suggested[0]}")
    with page.expect_navigation():
        first.get_by_role("button", name=re.compile("采纳")).click()
    assert (count(page, "新增"), count(page, "退回")) == (expected["create"] + 1, expected["rejected"] - 1)
    # it says what stood there and what was accepted, until it is taken back
    taken = page.locator(".import-repairs", has_text="已采纳")
    expect(taken.locator("li")).to_have_count(1)
    expect(taken.locator("li del")).not_to_be_empty()
    with page.expect_navigation():
        taken.get_by_role("button", name=re.compile("撤回")).click()
    assert (count(page, "新增"), count(page, "退回")) == (expected["create"], expected["rejected"])

    # all are looked at together, and one is left out
    page.locator(".import-repairs summary").click()
    boxes = page.locator(".import-repairs input[type=checkbox]")
    expect(boxes).to_have_count(len(suggested))
    boxes.first.uncheck()
    press(page, "采纳勾选的建议")

    # left and come back to: what was decided waits with the file
    mine = urlsplit(page.url).path
    page.goto("/imports")
    page.locator(f".import-waiting a[href='{mine}']", has_text="核对并确认").click()
    page.wait_for_url("**/imports/*")
    accepted = len(suggested) - 1
    assert count(page, "新增") == expected["create"] + accepted
    assert count(page, "退回") == expected["rejected"] - accepted
    expect(page.locator(f"#row-{suggested[0]}")).to_contain_text("退回")


def test_columns_set_once_and_remembered(page: Page) -> None:
    rows = "\n".join(f"杭州试样{number:03d}实业有限公司,湖墅,{number}" for number in range(1, 30))
    first = {"name": "六月.csv", "mimeType": "text/csv", "buffer": f"招牌,何处,人\n{rows}".encode()}
    upload(page, first)
    assert page.url.endswith("/columns")
    row = page.locator(".import-columns tbody tr")
    expect(row.nth(0).locator("select").first).to_have_value("name")
    expect(row.nth(1).locator("select").first).to_have_value("street")
    expect(row.nth(2).locator(".import-year")).to_be_hidden()
    row.nth(2).locator("select").first.select_option("sales")
    expect(row.nth(2).locator(".import-year")).to_be_visible()
    row.nth(2).locator("select").first.select_option("staff")
    press(page, "核对各行")
    assert count(page, "新增") == 29

    # left and come back to: it waits on the page of imports
    page.goto("/imports")
    page.locator(".import-waiting a", has_text="核对并确认").first.click()
    page.wait_for_url("**/imports/*")
    with page.expect_navigation():
        page.get_by_role("button", name="放弃").click()
    upload(page, {**first, "name": "七月.csv"})
    assert not page.url.endswith("/columns")
    expect(page.locator(".import-how")).to_contain_text("设定")
    press(page, "放弃")


def test_a_list_is_decided_line_by_line(page: Page, site: Site) -> None:
    """A near name waits for a person; decided, it is certified with the others and stays decided."""
    page.goto("/firms?stage=discover&track=hnte")
    name = page.locator("main tbody th a").first.inner_text().strip()
    near = name.replace("有限公司", "集团有限公司").replace("股份", "")
    assert near != name
    lines = f"企业名称,证书编号\n{near},GR202433009991\n外地某某有限公司,GR202433009992\n"
    page.goto("/imports?kind=certificates")
    page.set_input_files(
        "main input[type=file]", [{"name": "名单.csv", "mimeType": "text/csv", "buffer": lines.encode()}]
    )
    page.select_option("select[name=track]", "hnte")
    page.fill("input[name=issued_on]", "2024-12-06")
    press(page, "上传并比对")
    assert (count(page, "待认"), count(page, "非本区")) == (1, 1)
    page.goto("/imports")
    page.locator(".import-waiting a", has_text=re.compile("1 行")).first.click()
    page.wait_for_url("**/imports/*")
    press(page, re.compile("就是这家"))
    assert count(page, "待认") == 0
