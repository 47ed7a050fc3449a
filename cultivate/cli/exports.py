"""``cultivate export``."""

from datetime import date
from pathlib import Path

import click

from cultivate import clock, packs
from cultivate.cli.counts import Day
from cultivate.cli.edge import emit, json_option, operator, writing
from cultivate.domain.stages import ACCOUNTS, OUTSIDE
from cultivate.i18n import _
from cultivate.queries import units
from cultivate.queries.firms import FirmFilter
from cultivate.services import exports


@click.group("export")
def export_command() -> None:
    """Write parts of the book to files."""


@export_command.command("firms")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--unit", help="Code of a street or park.")
@click.option("--track", help="Only firms on this track.")
@click.option("--stage", type=click.Choice([str(account) for account in ACCOUNTS if account != OUTSIDE]))
@click.option("--as-of", type=Day(), help="Stages as of that day.")
@json_option
def firms_command(
    file: Path, unit: str | None, track: str | None, stage: str | None, as_of: date | None, *, as_json: bool
) -> None:
    """Write the register to FILE (.xlsx or .csv), one line a firm, in a layout that ``import firms`` takes back."""
    with writing(as_json=as_json) as session:
        found = units.get_unit(session, unit) if unit else None
        wanted = FirmFilter(
            unit=found if found and found.kind in {"street", "park"} else None,
            track=packs.track(track).code if track else None,
            stage=stage,
        )
        rows = exports.export_firms(session, operator(session), file, wanted, as_of)
        result = {"file": str(file), "rows": rows, "as_of": (as_of or clock.today()).isoformat()}
        emit(
            result,
            as_json=as_json,
            human=lambda done: click.echo(_("%(rows)s firms written to %(file)s.", **done)),
        )
