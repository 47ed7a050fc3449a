"""``cultivate serve``: the web processes of an installation. The scheduler is a program of its own."""

import os
from typing import TYPE_CHECKING, Any

import click

from cultivate import create_app
from cultivate.cli.edge import application
from cultivate.errors import N_, Invalid
from cultivate.extensions import settings

if TYPE_CHECKING:
    from flask import Flask

THREADS = 8
#: seconds that a request may take: the largest import is committed in one
PATIENCE = 300


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    default=2,
    show_default=True,
    help="Processes; each has eight threads.",
)
def serve_command(*, host: str, port: int, workers: int) -> None:
    """Serve the pages and the API; needs CULTIVATE_SECRET_KEY."""
    with application():
        if not settings().secret_key:
            raise Invalid(
                N_("CULTIVATE_SECRET_KEY is not set. Give the same long random text to every web process."),
                field="secret_key",
                code="secret-key-missing",
            )
    if os.name == "nt":
        _serve_by_waitress(host, port)
    else:
        _serve_by_gunicorn(host, port, workers)


def _serve_by_waitress(host: str, port: int) -> None:
    """On Windows, where processes cannot be forked: one process."""
    import waitress

    waitress.serve(create_app(), host=host, port=port, threads=THREADS)


def _serve_by_gunicorn(host: str, port: int, workers: int) -> None:
    """A master that watches its workers; each makes its own application and its own connections."""
    from gunicorn.app.base import BaseApplication

    class Server(BaseApplication):
        """Gunicorn, told its options here instead of by a file."""

        def load_config(self) -> None:
            for name, value in _options(host, port, workers).items():
                if name in self.cfg.settings:
                    self.cfg.set(name, value)

        def load(self) -> "Flask":
            return create_app()

    Server().run()


def _options(host: str, port: int, workers: int) -> dict[str, Any]:
    return {
        "bind": f"{host}:{port}",
        "workers": workers,
        "worker_class": "gthread",
        "threads": THREADS,
        "timeout": PATIENCE,
        "graceful_timeout": 30,
        "accesslog": "-",
        "proc_name": "cultivate",
        # newer versions would open a control socket in the home folder
        "control_socket_disable": True,
    }
