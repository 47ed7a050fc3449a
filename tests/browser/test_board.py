"""The board: a card is dragged, taken back, moved by keys, refused in words; on a phone one column and the menu."""

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.site import Site, enter
from tests.browser.test_accessibility import serious

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.browser
BOARD = "/pipeline/hnte?view=board"


@pytest.fixture
def page(site: Site, browser: Browser) -> "Iterator[Page]":
    context = enter(browser, site, "bureau")
    opened = context.new_page()
    opened.goto(BOARD)
    yield opened
    context.close()


def column(page: Page, stage: str) -> Locator:
    return page.locator(f"[data-column={stage}]")


def expect_counts(page: Page, discover: int, serve: int) -> None:
    expect(page.locator("#count-discover")).to_have_text(str(discover))
    expect(page.locator("#count-serve")).to_have_text(str(serve))


def test_a_card_is_dragged_taken_back_moved_by_keys_and_refused_in_words(page: Page):
    discover, serve = (int(page.locator(f"#count-{each}").inner_text()) for each in ("discover", "serve"))
    # of somebody's charge, so that an undo leaves nothing behind
    card = column(page, "discover").locator("[data-card]").filter(has_not_text="无人负责").nth(1)
    name = card.locator(".board-card-name").inner_text()
    mine = f"#{card.get_attribute('id')}"
    place = page.locator("[data-column=discover] [data-card]").evaluate_all(
        "(all, id) => all.findIndex(one => '#' + one.id === id)", mine
    )

    card.drag_to(column(page, "serve").locator("h2"))
    expect(column(page, "serve").locator("[data-card]").first).to_have_id(mine[1:])
    expect_counts(page, discover - 1, serve + 1)
    expect(page.locator("#board-said")).to_contain_text(f"{name}：发现 → 服务")
    page.locator("#board-said form button").click()
    expect(column(page, "discover").locator("[data-card]").nth(place)).to_have_id(mine[1:])
    expect_counts(page, discover, serve)

    # the card that came back is the one to go on from
    expect(page.locator(mine)).to_have_class("board-card is-at")
    page.keyboard.press("m")
    expect(page.locator("#ways-discover")).to_contain_text(name)
    page.keyboard.press("Escape")
    expect_counts(page, discover, serve)
    page.keyboard.press("m")
    page.keyboard.press("Enter")
    expect(column(page, "serve").locator(mine)).to_have_class("board-card is-at")
    expect_counts(page, discover - 1, serve + 1)
    page.keyboard.press("u")
    expect(column(page, "discover").locator(mine)).to_have_class("board-card is-at")
    expect_counts(page, discover, serve)

    page.locator(mine).drag_to(column(page, "certify").locator("h2"))
    expect(page.locator("#board-said")).to_contain_text("不能这样流转")
    expect(column(page, "discover").locator(mine)).to_be_visible()
    expect_counts(page, discover, serve)
    page.reload()
    expect_counts(page, discover, serve)


def test_keys_walk_within_a_column_and_across_and_select(page: Page):
    at = page.locator(".is-at")
    page.keyboard.press("m")
    expect(page.locator("dialog[open]")).to_have_count(0)
    for key, stage in (
        ("j", "discover"),
        ("j", "discover"),
        ("l", "serve"),
        ("ArrowRight", "recommend"),
        ("h", "serve"),
    ):
        page.keyboard.press(key)
        expect(at).to_have_attribute("data-stage", stage)
    page.keyboard.press("k")
    first = column(page, "serve").locator("[data-card]").first
    expect(first).to_have_class("board-card is-at")
    page.keyboard.press("x")
    expect(page.locator("[data-select-bar]")).to_be_visible()
    page.keyboard.press("m")
    page.wait_for_url("**/bulk/move?**view=board**")
    page.get_by_role("link", name="取消").click()
    # loaded, not only there to see: keys do nothing before the script has run
    page.wait_for_url(f"**{BOARD}**")
    page.keyboard.press("j")
    expect(at).to_have_count(1)
    page.keyboard.press("Enter")
    page.wait_for_url("**/firms/*")


def test_on_a_phone_one_column_and_the_menu(site: Site, browser: Browser):
    context = enter(browser, site, "bureau", width=390)
    page = context.new_page()
    page.goto(BOARD)
    assert serious(page) == []
    page.locator("[data-tab=recommend]").click()
    expect(page.locator("[data-column]:visible")).to_have_count(1)
    expect(column(page, "recommend")).to_be_visible()
    assert "stage=recommend" in page.url
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    column(page, "recommend").locator(".board-card-menu").first.click()
    expect(page.locator("dialog[open]")).to_be_visible()
    assert serious(page) == []
    page.locator("dialog[open] [data-to=certify]").click()
    page.wait_for_url("**/candidacies/*/move/certify?next=**")
    page.get_by_role("link", name="取消").click()
    expect(column(page, "recommend")).to_be_visible()
    context.close()


def test_the_board_shuts_nobody_out(page: Page):
    assert serious(page) == []
