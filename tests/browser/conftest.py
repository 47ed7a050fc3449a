"""One site and one browser for all browser tests."""

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.site import PATIENCE, Site, demonstration, launch

if TYPE_CHECKING:
    from collections.abc import Iterator

expect.set_options(timeout=PATIENCE / 2)


@pytest.fixture(scope="session")
def site() -> "Iterator[Site]":
    """A district of 200 firms."""
    with demonstration(200) as made:
        yield made


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> "Iterator[Browser]":
    """The machine's Chromium; each test opens its own profile with ``enter``."""
    with sync_playwright() as playwright:
        started = launch(playwright, chromium_path)
        yield started
        started.close()
