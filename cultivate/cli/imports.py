"""``cultivate import firms|certificates|undo``."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import click

from cultivate.cli.counts import Day
from cultivate.cli.edge import application, emit, json_option, operator
from cultivate.extensions import database
from cultivate.i18n import _
from cultivate.services import imports
from cultivate.services.imports import FIRMS, LISTS, ImportOptions
from cultivate.services.imports.verdict import OUTCOMES
from cultivate.services.imports.words import OUTCOME_LABELS
from cultivate.spreadsheets.limits import MAX_BYTES

SHOWN_PROBLEMS = 50

file_argument = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
dry_run_option = click.option("--dry-run", is_flag=True, help="Judge every row and write nothing.")
actor_option = click.option("--actor", help="User name to act as (default: the operator).")


@click.group("import")
def import_command() -> None:
    """Import rosters and official lists, or take an import back."""


@import_command.command("firms")
@file_argument
@click.option("--unit", help="Code of the street or park that the file is of.")
@click.option(
    "--track", "tracks", multiple=True, help="Track to open candidacies on (repeatable; default: all)."
)
@dry_run_option
@actor_option
@json_option
def firms_command(
    file: Path, unit: str | None, tracks: tuple[str, ...], actor: str | None, *, dry_run: bool, as_json: bool
) -> None:
    """Import a roster: new and changed firms, as candidates at discover."""
    options = ImportOptions(unit=unit, tracks=tracks)
    _run(FIRMS, file, options, actor, dry_run=dry_run, as_json=as_json)


@import_command.command("certificates")
@file_argument
@click.option("--track", required=True, help="hnte or ptsme.")
@click.option("--issued-on", type=Day(), required=True, help="Day of issue, from the notice.")
@dry_run_option
@actor_option
@json_option
def certificates_command(
    file: Path, track: str, issued_on: date, actor: str | None, *, dry_run: bool, as_json: bool
) -> None:
    """Import an official list: match its firms and certify them."""
    options = ImportOptions(track=track, issued_on=issued_on)
    _run(LISTS, file, options, actor, dry_run=dry_run, as_json=as_json)


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


def _run(
    kind: str, file: Path, options: ImportOptions, actor: str | None, *, dry_run: bool, as_json: bool
) -> None:
    with file.open("rb") as stream:
        content = stream.read(MAX_BYTES + 1)  # one more than is taken, so that too much is seen to be
    with application(as_json=as_json):
        with database().unit_of_work() as session:
            who = operator(session, actor)
            result = imports.run(session, who, kind, file.name, content, options, dry_run=dry_run)
        emit(result, as_json=as_json, human=_print)


def _print_undone(result: Mapping[str, Any]) -> None:
    click.echo(_("Import %(batch)s taken back.", batch=result["batch"]))


def _print(result: Mapping[str, Any]) -> None:
    click.echo(_("%(file)s: %(count)s rows", file=result["file"], count=result["rows"]))
    for outcome in OUTCOMES[result["kind"]]:
        click.echo(f"  {result[outcome]:>8,}  {_(OUTCOME_LABELS[outcome])}")
    for problem in result["problems"][:SHOWN_PROBLEMS]:
        hint = " " + _("Did you mean %(code)s?", code=problem["suggestion"]) if problem["suggestion"] else ""
        click.echo(_("Row %(row)s: %(message)s", row=problem["row"], message=problem["message"] + hint))
    left = len(result["problems"]) - SHOWN_PROBLEMS
    if left > 0:
        click.echo(_("… and %(count)s more; --json gives all.", count=left))
    if result["batch"] is None:
        click.echo(_("Dry run: nothing was written."))
    else:
        click.echo(
            _("Batch %(batch)s. To take it back: cultivate import undo %(batch)s", batch=result["batch"])
        )
