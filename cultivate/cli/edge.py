"""What every command shares: the application context, one transaction, results and refusals."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from cultivate import create_app, i18n
from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Role
from cultivate.errors import CultivateError
from cultivate.extensions import database
from cultivate.queries import users

json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


def locale() -> str:
    """Chinese, unless the terminal is set to English (``LANG=en_…``)."""
    language = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "en" if language.startswith("en") else "zh"


@contextmanager
def application(*, as_json: bool = False) -> Iterator[None]:
    """Application context; a refusal is printed and ends the command with 1."""
    app = create_app()
    with app.app_context(), i18n.in_language(locale()):
        try:
            yield
        except CultivateError as error:
            refuse(error, as_json=as_json)
        except OperationalError as error:
            click.echo(i18n._("The database does not answer: %(error)s", error=str(error.orig)), err=True)
            sys.exit(1)
        finally:
            database().engine.dispose()


def refuse(error: CultivateError, *, as_json: bool) -> None:
    """Print a refusal where its reader looks for it, and end with 1."""
    message = i18n.say(error)
    if as_json:
        content = {"code": error.problem, "message": message} | (
            {"field": error.field} if error.field else {}
        )
        click.echo(json.dumps({"error": content}, ensure_ascii=False))
    click.echo(message, err=True)
    sys.exit(1)


@contextmanager
def writing(*, as_json: bool = False) -> Iterator[Session]:
    """One transaction: committed when the block ends, rolled back when it is refused."""
    with application(as_json=as_json), database().unit_of_work() as session:
        yield session


@contextmanager
def reading(*, as_json: bool = False) -> Iterator[Session]:
    """A read session; all its queries see one moment."""
    with application(as_json=as_json), database().snapshot() as session:
        yield session


def emit(result: Any, *, as_json: bool, human: Callable[[Any], None]) -> None:
    """Print a result: one line of JSON, or for people."""
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False))
    else:
        human(result)


def operator(session: Session, name: str | None = None) -> Actor:
    """Who a command acts as: ``--actor NAME``, else the installation's operator with the bureau's rights."""
    if name:
        found = users.find_actor_by_name(session, name)
        if found is None:
            raise click.BadParameter(name, param_hint="--actor")
        return found
    return Actor(None, "operator", "operator", Role.BUREAU, source="cli")
