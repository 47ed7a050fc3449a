"""What commands on the database share: the application context and one transaction."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from cultivate import create_app, i18n
from cultivate.cli.output import emit, json_option, locale, refuse
from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Role
from cultivate.errors import CultivateError
from cultivate.extensions import database
from cultivate.queries import users

__all__ = [
    "application",
    "emit",
    "json_option",
    "locale",
    "operator",
    "reading",
    "refuse",
    "writing",
]


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


def operator(session: Session, name: str | None = None) -> Actor:
    """Who a command acts as: ``--actor NAME``, else the installation's operator with the bureau's rights."""
    if name:
        found = users.find_actor_by_name(session, name)
        if found is None:
            raise click.BadParameter(name, param_hint="--actor")
        return found
    return Actor(None, "operator", "operator", Role.BUREAU, source="cli")
