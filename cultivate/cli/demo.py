"""``cultivate demo``: what ``make demo`` runs."""

import os
import secrets
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from cultivate import clock, create_app, i18n, log
from cultivate.cli.edge import emit, json_option, locale, refuse
from cultivate.db import migrate
from cultivate.demo import keys, logins
from cultivate.demo.course import FULL_SIZE, OPENING
from cultivate.demo.load import Loaded, Say, is_empty, load
from cultivate.errors import N_, CultivateError, Invalid
from cultivate.extensions import database, settings
from cultivate.i18n import _
from cultivate.services import passwords
from cultivate.settings import Settings, normalise_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

HOST = "127.0.0.1"
THREADS = 8
DEFAULT_SEED = 466
#: how long Ctrl-C waits for a job
STOP_SECONDS = 5


@click.command("demo")
@click.option(
    "--firms",
    type=click.IntRange(10, 200_000),
    default=FULL_SIZE,
    show_default=True,
    help="Size of the district.",
)
@click.option(
    "--seed", type=int, default=DEFAULT_SEED, show_default=True, help="Same seed and day, same data."
)
@click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DAY",
    help="Day on which the data end; default: today.",
)
@click.option("--no-serve", is_flag=True, help="Make the data and stop.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@json_option
def demo_command(*, firms: int, seed: int, today: Any, no_serve: bool, port: int, as_json: bool) -> None:
    """Make up a district, serve it on this machine with the scheduler, and print how to log in."""
    day = today.date() if today else clock.today()
    if day <= OPENING:
        raise click.BadParameter(f"the books open on {OPENING}", param_hint="--today")
    app = create_app(_settings(port))
    with app.app_context(), i18n.in_language(locale()):
        try:
            server = None if no_serve else _bind(app, port)
            result = _prepare(firms, seed, day)
        except CultivateError as error:
            refuse(error, as_json=as_json)
        emit(result, as_json=as_json, human=_print)
    if server is not None:
        _serve(app, server)


def _settings(port: int) -> Settings:
    """Those of the environment, with a key of the demonstration's own and its address."""
    chosen = Settings.from_environment()
    if not os.environ.get("CULTIVATE_BASE_URL"):
        chosen = replace(chosen, base_url=f"http://{HOST}:{port}")
    return replace(
        chosen, secret_key=chosen.secret_key or keys.kept("secret_key", lambda: secrets.token_hex(32))
    )


def _bind(app: "Flask", port: int) -> Any:
    """Take the port before anything is made up: a port in use is said at once."""
    from waitress import create_server

    try:
        return create_server(app, host=HOST, port=port, threads=THREADS)
    except OSError as error:
        raise Invalid(
            N_("Port %(port)s is in use. Choose another with --port."),
            field="port",
            code="port-in-use",
            port=port,
        ) from error


def _prepare(firms: int, seed: int, today: date) -> dict[str, Any]:
    """Schema, and data where there are none; what there is to print."""
    migrate.upgrade(normalise_url(settings().database_url))
    chosen = logins.password()
    with _progress() as say, database().unit_of_work() as session:
        made: Loaded | None = None
        if is_empty(session):
            made = load(
                session, size=firms, seed=seed, today=today, password_hash=passwords.hashed(chosen), say=say
            )
        users = logins.named_users(session)
        logins.let_in(users, chosen)
        return {
            "address": settings().base_url,
            "created": asdict(made) if made else None,
            "logins": [{"username": user.username, "role": user.role, "password": chosen} for user in users],
        }


@contextmanager
def _progress() -> "Iterator[Say]":
    """What is being done, on standard error: a line that changes on a terminal, lines elsewhere."""
    console = Console(stderr=True)
    with console.status("…") as status:

        def say(msgid: str, **params: int) -> None:
            message = _(msgid, **params)
            if console.is_terminal:
                status.update(message)
            else:
                click.echo(message, err=True)

        yield say


def _print(result: dict[str, Any]) -> None:
    made = result["created"]
    if made:
        click.echo(
            _(
                "A made-up district of %(firms)s firms, %(candidacies)s candidacies and %(moves)s moves.",
                **made,
            )
        )
    else:
        click.echo(_("The data of an earlier start are kept."))
    click.echo(_("Address: %(address)s", address=result["address"]))
    if not result["logins"]:
        click.echo(_("This database is not a demonstration: log in with its own accounts."))
    for login in result["logins"]:
        click.echo(f"  {login['username']:<11} {login['password']}   {_(_ROLES[login['role']])}")


_ROLES = {
    "admin": N_("administrator: users, units, jobs"),
    "bureau": N_("bureau: all of the district"),
    "leader": N_("leader: reads everything"),
    "caseworker": N_("caseworker of Mishixiang Subdistrict"),
}


def _serve(app: "Flask", server: Any) -> None:
    """Until Ctrl-C or SIGTERM; the scheduler runs beside it, and composes last week's letters first."""
    from jobs import scheduler

    log.configure(as_json=not sys.stderr.isatty())
    signal.signal(signal.SIGTERM, lambda *_caught: sys.exit(0))
    stop = scheduler.start_background(app)
    try:
        server.run()
    finally:
        server.close()
        _end(stop)


def _end(stop: Callable[[], None]) -> None:
    """Let a running job end, but not for long: one that is cut off is taken up again at the next start."""
    stopping = threading.Thread(target=stop, daemon=True)
    stopping.start()
    stopping.join(STOP_SECONDS)
    if stopping.is_alive():
        os._exit(0)
