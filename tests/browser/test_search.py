"""The field in the header: firms as one types, by keyboard and by touch."""

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from cultivate.models import Firm
from tests.browser.site import Site, enter
from tests.browser.test_accessibility import serious

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.browser


@pytest.fixture(params=[1440, 390])
def page(request: pytest.FixtureRequest, site: Site, browser: Browser) -> "Iterator[Page]":
    context = enter(browser, site, "bureau", request.param)
    opened = context.new_page()
    opened.goto("/work")
    yield opened
    context.close()


@pytest.fixture
def firm(site: Site) -> tuple[int, str, str]:
    """Id, name and code of some firm."""
    with site.app.extensions["database"].reading() as session:
        found = session.execute(
            select(Firm.id, Firm.name, Firm.uscc).where(Firm.uscc.is_not(None)).order_by(Firm.id).limit(1)
        ).one()
    return found.id, found.name, found.uscc


def test_typing_a_code_and_two_keys_open_the_firm(page: Page, firm: tuple[int, str, str]):
    firm_id, name, code = firm
    page.keyboard.press("/")
    page.keyboard.type(code[4:])
    field, options = page.locator("#search"), page.locator("#search-box [role=option]")
    expect(options).to_have_count(1)
    expect(options.first).to_contain_text(name)
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#search-count")).to_contain_text("1")
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.keyboard.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", "search-1")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/firms/{firm_id}")


def test_escape_closes_the_list_and_keeps_the_words(page: Page):
    field, box = page.locator("#search"), page.locator("#search-box")
    field.press_sequentially("youxian")
    expect(box).to_be_visible()
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    expect(field).to_have_value("youxian")
    expect(field).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(box).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(field).not_to_be_focused()
    expect(field).to_have_value("youxian")


def test_the_last_line_and_enter_lead_to_the_whole_list(page: Page):
    field = page.locator("#search")
    field.press_sequentially("有限")
    page.locator("#search-all").click()
    page.wait_for_url("**/firms?q=*")
    assert page.locator("[data-list] tbody tr").count() > 8
    field = page.locator("#search")
    field.fill("hzabc")
    page.keyboard.press("Enter")
    page.wait_for_url("**/firms?q=hzabc*")


def test_what_nobody_has_can_be_registered(page: Page):
    page.locator("#search").press_sequentially("没有这家公司")
    page.locator("#search-new").click()
    page.wait_for_url("**/firms/new?name=*")
    expect(page.locator("#name")).to_have_value("没有这家公司")


def test_the_answer_is_the_one_to_the_last_words(page: Page):
    slow = []

    def delay(route):
        if "q=you&" in route.request.url or route.request.url.endswith("q=you"):
            slow.append(route)
        else:
            route.continue_()

    page.route("**/search?q=*", delay)
    field = page.locator("#search")
    field.press_sequentially("you")
    page.wait_for_function("() => true")
    page.wait_for_timeout(400)
    field.press_sequentially("qqqq")
    expect(page.locator("#search-new")).to_be_visible()
    for route in slow:
        route.abort()
    expect(page.locator("#search-new")).to_be_visible()


def test_without_the_script_the_field_sends_its_form(site: Site, browser: Browser, page: Page):
    context = browser.new_context(
        base_url=site.address, java_script_enabled=False, storage_state=page.context.storage_state()
    )
    plain = context.new_page()
    plain.goto("/work")
    plain.fill("#search", "有限")
    plain.press("#search", "Enter")
    plain.wait_for_url("**/firms?q=*")
    context.close()
