"""What tests run in processes of its own. They are forked from a server that has everything loaded."""

import multiprocessing
import signal
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from typing import Any

import matplotlib.figure  # noqa: F401 what a letter needs, so that only the server loads it

import cultivate.reports.frames  # noqa: F401 the same
from cultivate import create_app
from cultivate.settings import Settings
from jobs import scheduler
from jobs.send_outbox import send_waiting

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.processes"])


def start(work: Callable[..., Any], *arguments: str) -> BaseProcess:
    """Begin ``work`` elsewhere; the caller joins it."""
    process = _context.Process(target=work, args=arguments, daemon=True)
    process.start()
    return process


def send(database_url: str, smtp_url: str) -> None:
    """One round of the outbox."""
    app = _app(database_url, smtp_url)
    with app.app_context():
        send_waiting(app.extensions["database"])


def schedule(database_url: str, smtp_url: str) -> None:
    """A scheduler, until SIGTERM."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    scheduler.run_forever(_app(database_url, smtp_url))


def _app(database_url: str, smtp_url: str) -> Any:
    return create_app(
        Settings(database_url=database_url, smtp_url=smtp_url, secret_key="test", base_url="http://localhost")
    )
