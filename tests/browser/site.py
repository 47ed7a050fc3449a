"""A running demonstration for a browser: a small district in a temporary folder, served on a free port."""

import contextlib
import logging
import os
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import Browser, BrowserContext, Page, Playwright
from werkzeug.serving import make_server

from cultivate import clock, create_app
from cultivate.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from flask import Flask

PASSWORD = "look-and-see-2026"
ROLES = ("bureau", "leader", "caseworker", "admin")
WIDTHS = {1440: 900, 390: 844}
#: milliseconds that a page is waited for: the machine may be busy with others
PATIENCE = 60_000
# a browser of the test's own: no sandbox as root in a container, no calls home
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Site:
    """Where it answers, and the application behind it."""

    address: str
    app: "Flask"


@contextlib.contextmanager
def demonstration(firms: int, today: "date | None" = None) -> "Iterator[Site]":
    """Make the data with the commands that people use, the bureau's letter of last week included, and serve them.

    With ``today`` the data end on that day, and the caller stands there; letters are left to it.
    """
    with tempfile.TemporaryDirectory(prefix="cultivate-site-") as folder:
        environment = {"CULTIVATE_INSTANCE": folder, "CULTIVATE_DEMO_PASSWORD": PASSWORD}
        ends = ["--today", today.isoformat()] if today else []
        _command(environment, "demo", "--no-serve", "--firms", str(firms), *ends)
        if today is None:
            last = (clock.today() - timedelta(days=7)).isocalendar()
            # the letters of the whole district take as long as all else together
            _command(
                environment, "letters", "weekly", "--week", f"{last.year}-W{last.week:02}", "--to", "bureau"
            )
            _command(environment, "jobs", "run", "verify")
        database = Path(folder) / "cultivate.db"
        app = create_app(Settings(f"sqlite:///{database}", "look", login_attempts=50))
        with _served(app) as address:
            yield Site(address, app)
        app.extensions["database"].engine.dispose()


def _command(environment: dict[str, str], *words: str) -> None:
    program = "from cultivate.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, *words],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"cultivate {' '.join(words)}: {done.stdout}{done.stderr}"


@contextlib.contextmanager
def _served(app: "Flask") -> "Iterator[str]":
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def launch(playwright: Playwright, program: str) -> Browser:
    """The machine's Chromium."""
    return playwright.chromium.launch(executable_path=program, args=FLAGS)


def enter(
    browser: Browser, site: Site, username: str | None, width: int = 1440, locale: str = "zh"
) -> BrowserContext:
    """A fresh profile, logged in as that person (``None``: nobody) and reading that language."""
    context = browser.new_context(
        viewport={"width": width, "height": WIDTHS[width]},
        locale="zh-CN",
        base_url=site.address,
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto("/login")
    if username is not None:
        page.fill("#username", username)
        page.fill("#password", PASSWORD)
        page.click("main button[type=submit]")
        page.wait_for_url(lambda url: not url.endswith("/login"))
    speak(page, locale)
    page.close()
    return context


def speak(page: Page, locale: str) -> None:
    """Switch the language by the page's own button, if it is another."""
    button = page.locator(f".language button[value={locale}]")
    if button.count():
        with page.expect_navigation():
            button.click()
