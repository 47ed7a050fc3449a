"""Pictures of every page: ``python -m tests.look [--role NAME] [--firms N]`` writes them into ``look/``.

Pages are found by following links, one of a kind (endpoint), as each role; each is taken at 1440 and 390 pixels
and in both languages. It fails on a console error, a failed request, and a page that scrolls sideways on a phone.
"""

import argparse
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright
from werkzeug.exceptions import HTTPException

from tests.browser.site import ROLES, WIDTHS, Site, demonstration, enter, launch

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).resolve().parent.parent / "look"
LOCALES = ("zh", "en")
#: leave them to people: files, and pages of programs
SKIPPED = ("/static/", "/api/", "/healthz", "/readyz")
ROSTER = Path(__file__).resolve().parent / "data" / "lists" / "street-roster.xlsx"


@dataclass
class Findings:
    """What is wrong, with the page on which it was seen."""

    lines: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Listen to the page's console and requests."""
        page.on("pageerror", lambda error: self.lines.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda message: (
                self.lines.append(f"{page.url}: {message.text}") if message.type == "error" else None
            ),
        )
        page.on(
            "requestfailed",
            lambda request: (
                self.lines.append(f"{page.url}: {request.url} {request.failure}")
                if request.failure != "net::ERR_ABORTED"
                else None
            ),
        )


def find_pages(context: BrowserContext, site: Site) -> dict[str, str]:
    """One address for each endpoint that links lead to, and the preview of an import where one may import."""
    page = context.new_page()
    found = dict(walk(page, site))
    page.close()
    return found


def walk(page: Page, site: Site) -> "Iterator[tuple[str, str]]":
    """Endpoint and address of each such page, while ``page`` shows it."""
    seen: set[str] = set()
    waiting = ["/"]
    while waiting:
        address = waiting.pop(0)
        name = endpoint(site, address)
        if name is None or name in seen or not opens(page, address):
            continue
        seen.add(name)
        waiting += page.eval_on_selector_all(
            "a[href]", "links => links.map(link => link.getAttribute('href'))"
        )
        yield name, address
    if "imports.index" in seen and (preview := upload(page)):
        yield "imports.preview", preview


def opens(page: Page, address: str) -> bool:
    """Go to an address, if a page and no file is there."""
    try:
        answer = page.goto(address)
    except Error as refused:
        if "Download is starting" in refused.message or "ERR_ABORTED" in refused.message:
            return False
        raise
    return answer is not None and "text/html" in answer.headers.get("content-type", "")


def endpoint(site: Site, address: str) -> str | None:
    """Which page an address is; ``None`` for what is not looked at."""
    parts = urlsplit(address)
    if parts.netloc or not parts.path.startswith("/") or parts.path.startswith(SKIPPED):
        return None
    try:
        return site.app.url_map.bind("127.0.0.1").match(parts.path)[0]
    except HTTPException:
        return None


def upload(page: Page) -> str | None:
    """Send a roster in and return the address of its preview."""
    for address in ("/imports/new", "/imports"):
        page.goto(address)
        chooser = page.locator("main input[type=file]")
        if chooser.count():
            chooser.first.set_input_files(ROSTER)
            with page.expect_navigation():
                page.locator("main form:has(input[type=file]) button[type=submit]").first.click()
            return urlsplit(page.url).path
    return None


def take(page: Page, address: str, target: Path, findings: Findings) -> None:
    """One picture of a whole page, whatever its height."""
    width = page.viewport_size["width"]
    page.goto(address)
    page.wait_for_load_state("load")
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > width:
        findings.lines.append(f"{address}: {wide} pixels wide at {width}")
    page.set_viewport_size(
        {"width": width, "height": max(WIDTHS[width], page.evaluate("document.body.scrollHeight"))}
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=target)
    page.set_viewport_size({"width": width, "height": WIDTHS[width]})


def look_as(browser: Browser, site: Site, role: str | None, findings: Findings) -> int:
    """All pages of a role, at both widths and in both languages; returns how many pages there are."""
    if role is None:
        pages = {"account.login": "/login", "not-found": "/nothing-here"}
    else:
        context = enter(browser, site, role)
        pages = find_pages(context, site)
        context.close()
    for width in WIDTHS:
        for locale in LOCALES:
            context = enter(browser, site, role, width, locale)
            page = context.new_page()
            if role is not None:
                findings.watch(page)
            for name, address in pages.items():
                take(page, address, FOLDER / f"{width}-{locale}" / f"{role or 'nobody'}-{name}.png", findings)
            context.close()
    return len(pages)


def main() -> int:
    """Look; 1 when something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--role", choices=ROLES, action="append")
    parser.add_argument("--firms", type=int, default=600)
    chosen = parser.parse_args()
    program = shutil.which("chromium")
    if program is None:
        sys.exit("there is no Chromium; `make browser` installs it")
    findings = Findings()
    with demonstration(chosen.firms) as site, sync_playwright() as playwright:
        browser = launch(playwright, program)
        for role in (None, *(chosen.role or ROLES)):
            print(f"{role or 'nobody'}: {look_as(browser, site, role, findings)} pages")
        browser.close()
    print(f"pictures in {FOLDER.name}/")
    for line in sorted(set(findings.lines)):
        print(line)
    return 1 if findings.lines else 0


if __name__ == "__main__":
    sys.exit(main())
