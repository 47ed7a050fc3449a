"""The keyboard: search, ways to pages, dialogues that close and lose nothing."""

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.site import Site, enter

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.browser


@pytest.fixture
def page(site: Site, browser: Browser) -> "Iterator[Page]":
    context = enter(browser, site, "admin")
    opened = context.new_page()
    opened.goto("/admin/users")
    yield opened
    context.close()


def test_slash_goes_to_the_search_and_escape_leaves_it(page: Page):
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("/x")
    expect(page.locator("#search")).to_have_value("/x")
    page.keyboard.press("Escape")
    expect(page.locator("#search")).not_to_be_focused()


def test_question_mark_shows_the_keys_and_escape_closes_them(page: Page):
    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_be_visible()
    page.keyboard.press("j")
    assert page.locator(".is-at").count() == 0
    page.keyboard.press("Escape")
    expect(page.locator("#shortcuts")).to_be_hidden()


def test_g_and_a_letter_go_to_a_page(page: Page):
    page.keyboard.press("g")
    page.keyboard.press("o")
    page.wait_for_url("**/")


def test_j_and_k_walk_through_a_list_and_enter_opens(page: Page):
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    first = page.locator("[data-list] tbody tr").first
    expect(first).to_have_class("is-at")
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/users/*")


def test_the_first_stop_of_tab_skips_to_the_content(page: Page):
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")


def test_escape_closes_the_menu_and_gives_the_focus_back(page: Page):
    page.click(".menu summary")
    expect(page.locator(".menu-body")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".menu-body")).to_be_hidden()
    expect(page.locator(".menu summary")).to_be_focused()
