"""axe finds nothing serious on the main pages, wide and narrow."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.site import WIDTHS, Site, enter
from tests.look import find_pages

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
#: whose pages cover all: the bureau sees the business, the administrator the rest
READERS = ("bureau", "admin")


def serious(page: Page) -> list[str]:
    """Serious and critical findings, each with the place."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{page.url} {rule['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for rule in found
        if rule["impact"] in {"serious", "critical"}
        for node in rule["nodes"][:3]
    ]


def test_no_page_shuts_anybody_out(site: Site, browser: Browser) -> None:
    findings: list[str] = []
    looked_at: set[str] = set()
    for username in READERS:
        context = enter(browser, site, username)
        found = find_pages(context, site)
        page = context.new_page()
        for name in found.keys() - looked_at:
            page.goto(found[name])
            for width, height in WIDTHS.items():
                page.set_viewport_size({"width": width, "height": height})
                findings += serious(page)
        looked_at |= found.keys()
        context.close()
    assert findings == []


@pytest.mark.parametrize("width", WIDTHS)
def test_the_way_in_shuts_nobody_out(site: Site, browser: Browser, width: int):
    context = enter(browser, site, None, width)
    page = context.new_page()
    page.goto("/login")
    assert serious(page) == []
    context.close()
