"""``cultivate import firms|certificates|undo``."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import click

from cultivate.cli.counts import Day
from cultivate.cli.edge import application, emit, json_option, operator
from cultivate.cli.import_files import import_files
from cultivate.domain.figures import CALIBRES
from cultivate.extensions import database
from cultivate.i18n import _
from cultivate.services import imports
from cultivate.services.imports import FIRMS, LISTS, POLICIES, ImportOptions
from cultivate.services.imports.options import (
    CANCELLATIONS,
    FIGURES,
    PROPERTIES,
    RELOCATIONS,
    RENAMES,
)

files_argument = click.argument(
    "files", metavar="FILE…", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path)
)
policy_option = click.option(
    "--policy",
    type=click.Choice(POLICIES),
    default="good",
    show_default=True,
    help="good: import the good rows; all: all rows of a file or none.",
)
dry_run_option = click.option("--dry-run", is_flag=True, help="Judge every row and write nothing.")
actor_option = click.option("--actor", help="User name to act as (default: the operator).")


def import_options(command: Any) -> Any:
    """What every kind takes: files or folders, policy, dry run, actor, JSON."""
    for option in (json_option, actor_option, dry_run_option, policy_option, files_argument):
        command = option(command)
    return command


@click.group("import")
def import_command() -> None:
    """Import rosters and official lists, or take an import back.

    Several files, or a folder: every readable file in it by name. A bad file does not stop the others.
    """


@import_command.command("firms")
@import_options
@click.option("--unit", help="Code of the street or park that the file is of.")
@click.option(
    "--track", "tracks", multiple=True, help="Track to open candidacies on (repeatable; default: all)."
)
def firms_command(unit: str | None, tracks: tuple[str, ...], **common: Any) -> None:
    """Import rosters: new and changed firms, as candidates at discover."""
    import_files(FIRMS, ImportOptions(unit=unit, tracks=tracks), **common)


@import_command.command("figures")
@import_options
@click.option(
    "--calibre", type=click.Choice(tuple(CALIBRES)), help="Of figures for which the file itself names none."
)
@click.option("--source", help="The document that the figures come from, where the file names none.")
def figures_command(calibre: str | None, source: str | None, **common: Any) -> None:
    """Import figures by year of firms that are in the register."""
    said = {"calibre": calibre, "source": source}
    extra = {key: text for key, text in said.items() if text}
    import_files(FIGURES, ImportOptions(extra=extra), **common)


@import_command.command("properties")
@import_options
def properties_command(**common: Any) -> None:
    """Import intellectual property, one right a row, of firms that are in the register."""
    import_files(PROPERTIES, ImportOptions(), **common)


@import_command.command("certificates")
@import_options
@click.option("--track", required=True, help="hnte or ptsme.")
@click.option("--issued-on", type=Day(), required=True, help="Day of issue, from the notice.")
def certificates_command(track: str, issued_on: date, **common: Any) -> None:
    """Import official lists: match their firms and certify them."""
    import_files(LISTS, ImportOptions(track=track, issued_on=issued_on), **common)


def notice_options(command: Any) -> Any:
    """What lists about certificates issued before take: the track, and the day that stands in the notice."""
    command = click.option("--on", "--issued-on", "on", type=Day(), required=True, help="Day of the notice.")(
        command
    )
    return click.option("--track", required=True, help="hnte or ptsme.")(import_options(command))


@import_command.command("renames")
@notice_options
def renames_command(track: str, on: date, **common: Any) -> None:
    """Import lists of renames: old name, new name; the certificates stay as they are."""
    import_files(RENAMES, ImportOptions(track=track, issued_on=on), **common)


@import_command.command("cancellations")
@notice_options
def cancellations_command(track: str, on: date, **common: Any) -> None:
    """Import lists of cancelled certificates: those in force are revoked as of the notice."""
    import_files(CANCELLATIONS, ImportOptions(track=track, issued_on=on), **common)


@import_command.command("relocations")
@notice_options
def relocations_command(track: str, on: date, **common: Any) -> None:
    """Import lists of firms that moved out of the district, into it, or within it."""
    import_files(RELOCATIONS, ImportOptions(track=track, issued_on=on), **common)


@import_command.command("undo")
@click.argument("batch", type=int)
@actor_option
@json_option
def undo_command(batch: int, actor: str | None, *, as_json: bool) -> None:
    """Take an import back, or say what has touched it since."""
    with application(as_json=as_json):
        with database().unit_of_work() as session:
            imports.undo(session, operator(session, actor), batch)
        emit({"batch": batch, "status": "undone"}, as_json=as_json, human=_print_undone)


def _print_undone(result: Mapping[str, Any]) -> None:
    click.echo(_("Import %(batch)s taken back.", batch=result["batch"]))
