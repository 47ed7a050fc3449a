"""Lists at the keyboard: select, move, read what became of it, take it back; views and columns."""

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.site import Site, enter

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.browser


@pytest.fixture
def page(site: Site, browser: Browser) -> "Iterator[Page]":
    context = enter(browser, site, "bureau")
    yield context.new_page()
    context.close()


def test_select_with_the_keyboard_move_read_the_summary_and_take_it_back(page: Page):
    page.goto("/pipeline/hnte?stage=discover")
    total = page.locator("nav.tabs a[aria-current=true] .muted").inner_text()
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    expect(page.locator("[data-select-bar]")).to_be_visible()
    expect(page.locator("[data-selected]").first).to_have_text("2")
    names = page.locator("tr:has(input[data-select]:checked) th a").all_inner_texts()
    page.keyboard.press("m")
    expect(page.locator("h1")).to_contain_text("2")
    page.get_by_label("服务（").check()
    page.locator("main form[method=post] button.btn-primary").click()
    expect(page.locator("h1")).to_contain_text("家")
    shown = page.locator("main").inner_text()
    assert all(name in shown for name in names)
    page.locator("form[data-ends] button").click()
    expect(page.locator("h1")).to_contain_text("已撤回")
    page.get_by_role("link", name="返回列表").click()
    expect(page.locator("nav.tabs a[aria-current=true] .muted")).to_have_text(total)


def test_m_acts_on_the_row_one_stands_on_and_on_nothing_without_one(page: Page):
    page.goto("/pipeline/hnte?stage=serve")
    page.keyboard.press("m")
    expect(page.locator("table[data-list]")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("m")
    expect(page.locator("h1")).to_contain_text("1")


def test_the_whole_list_is_selected_until_a_row_is_taken_out(page: Page):
    page.goto("/firms")
    page.locator("[data-select-all]").check()
    page.locator("[data-select-filter]").check()
    whole = page.locator("[data-select-filter]").get_attribute("data-total")
    expect(page.locator("[data-selected]").first).to_have_text(whole or "")
    page.get_by_role("button", name="标签").click()
    expect(page.locator("h1")).to_contain_text("200" if whole == "200" else "家企业")
    assert "all=1" in page.url
    assert "row=" not in page.url
    page.go_back()
    page.locator("[data-select-all]").check()
    page.locator("[data-select-filter]").check()
    page.locator("input[data-select]").first.uncheck()
    expect(page.locator("[data-select-filter]")).not_to_be_checked()


def test_columns_are_chosen_and_a_view_keeps_them(page: Page):
    page.goto("/firms?stage=serve")
    page.get_by_role("button", name="选择列").click()
    page.locator("#columns input[value=staff]").check()
    row = page.locator("#columns li:has(input[value=staff])")
    while page.locator("#columns li").first.locator("input").get_attribute("value") != "staff":
        row.locator("[data-up]").click()
    page.locator("#columns button[type=submit]").click()
    expect(page.locator("thead th:not(.is-tick)").nth(1)).to_have_text("职工总数")
    page.locator(".list-views-side").get_by_role("link", name="存为视图").click()
    page.get_by_label("视图名称").fill("在服务，带人数")
    page.get_by_role("button", name="保存").click()
    current = page.locator(".list-views-side [aria-current]")
    expect(current).to_have_text("在服务，带人数")
    expect(page.locator("thead th:not(.is-tick)").nth(1)).to_have_text("职工总数")
    page.select_option("#stage", "recommend")
    expect(current).to_contain_text("已改动")
    page.locator(".list-views-side .list-view-edit").click()
    page.get_by_role("button", name="删除视图").click()
    page.get_by_role("button", name="恢复").click()
    expect(page.locator(".list-views-side [aria-current]")).to_have_text("在服务，带人数")


@pytest.mark.parametrize("address", ["/firms?stage=serve", "/pipeline/hnte"])
def test_on_a_phone_the_views_are_a_sheet_and_nothing_scrolls_sideways(
    site: Site, browser: Browser, address: str
):
    context = enter(browser, site, "caseworker", width=390)
    page = context.new_page()
    page.goto(address)
    expect(page.locator(".list-views-side")).to_be_hidden()
    page.locator(".list-views-sheet > summary").click()
    expect(page.locator(".list-views-body")).to_be_visible()
    page.locator("input[data-select]").first.check()
    expect(page.locator("[data-select-bar]")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()


def test_a_file_is_made_while_its_page_says_so_and_stays(page: Page):
    """The answer is held back until the page was looked at."""
    page.goto("/firms")
    for number in range(2):
        page.locator("input[data-select]").nth(number).check()
    page.get_by_role("button", name="一页纸", exact=True).click()
    address = page.url
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/bulk/dossiers?*", hold)
    button = page.locator("main form button.btn-primary")
    button.click()
    expect(page.locator("[data-words]")).to_be_visible()
    expect(button).to_be_disabled()
    with page.expect_download() as download:
        held[0].continue_()
    assert download.value.suggested_filename.endswith(".pdf")
    expect(button).to_be_enabled()
    expect(page.locator("[data-words]")).to_be_hidden()
    assert page.url == address
