"""axe finds nothing serious on the main pages, wide and narrow."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.site import WIDTHS, Site, enter
from tests.look import walk

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
#: whose pages cover all: the bureau sees the business, the administrator the rest
READERS = ("bureau", "admin")
WIDE = max(WIDTHS)
#: a walk that loses its way must not pass for one that found nothing
SEEN_AT_LEAST = 60


def serious(page: Page, *, contrast: bool = True) -> list[str]:
    """Serious and critical findings, each with the place."""
    options = {"resultTypes": ["violations"], "rules": {"color-contrast": {"enabled": contrast}}}
    found = Axe().run(page, options=options).response["violations"]
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
        page = context.new_page()
        for name, _ in walk(page, site):
            if name in looked_at:
                continue
            looked_at.add(name)
            for width, height in WIDTHS.items():
                page.set_viewport_size({"width": width, "height": height})
                # colours are the same at every width, and reckoning them is two thirds of the time
                findings += serious(page, contrast=width == WIDE)
        context.close()
    assert len(looked_at) > SEEN_AT_LEAST
    assert findings == []


@pytest.mark.parametrize("width", WIDTHS)
def test_the_way_in_shuts_nobody_out(site: Site, browser: Browser, width: int):
    context = enter(browser, site, None, width)
    page = context.new_page()
    page.goto("/login")
    assert serious(page) == []
    context.close()
