"""``cultivate init``."""

import click

from cultivate.cli.edge import application, emit, json_option
from cultivate.db import migrate
from cultivate.extensions import database, settings
from cultivate.i18n import _
from cultivate.services import installation
from cultivate.settings import normalise_url


@click.command("init")
@click.option("--plan", default=installation.DEFAULT_PLAN, show_default=True, help="Plan to load.")
@json_option
def init_command(plan: str, *, as_json: bool) -> None:
    """Migrate the database and load units, plan and packs; safe to repeat."""
    with application(as_json=as_json):
        migrate.upgrade(normalise_url(settings().database_url))
        with database().unit_of_work() as session:
            result = installation.load_plan(session, plan)
        emit(
            result,
            as_json=as_json,
            human=lambda found: click.echo(
                _("Ready: plan %(plan)s, %(units)s units, %(targets)s targets.", **found)
            ),
        )
