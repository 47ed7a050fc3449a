"""What every test shares: databases, data builders, hypothesis profiles, and the rule about the browser."""

import os
import shutil

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.databases", "tests.fixtures", "tests.api_client"]

# the same examples on every machine; HYPOTHESIS_PROFILE=deep looks further, at random
settings.register_profile(
    "suite", derandomize=True, max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "deep", max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))

CHROMIUM = shutil.which("chromium")


def pytest_configure() -> None:
    """In CI a missing browser is a failure, not a remark."""
    if CHROMIUM is None and os.environ.get("CI") == "true":
        raise pytest.UsageError("CI runs the browser tests and Chromium is missing: make browser")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the browser tests out where there is no browser; the summary says so."""
    if CHROMIUM is not None:
        return
    left_out = [item for item in items if item.get_closest_marker("browser")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker("browser")]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what this machine could not run."""
    if CHROMIUM is None:
        terminalreporter.section("not run", sep="=", yellow=True)
        terminalreporter.line(
            "The browser tests were NOT RUN: there is no Chromium. As root, `make browser` installs it."
        )


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The browser's program; only tests marked ``browser`` ask for it."""
    assert CHROMIUM is not None, "mark the test `browser`"
    return CHROMIUM
