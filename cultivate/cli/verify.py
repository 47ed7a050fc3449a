"""``cultivate verify``."""

import sys
from typing import Any

import click

from cultivate.cli.edge import emit, json_option, reading, writing
from cultivate.i18n import _
from cultivate.services import ledger, search_index, verification


@click.command("verify")
@click.option(
    "--rebuild",
    is_flag=True,
    help="First make the roll-up anew from the postings, and the search index from the firms.",
)
@json_option
def verify_command(*, rebuild: bool, as_json: bool) -> None:
    """Check all invariants; exit 1 and name the first offenders where one fails."""
    if rebuild:
        with writing(as_json=as_json) as session:
            ledger.rebuild_rollup(session)
            search_index.rebuild(session)
    with reading(as_json=as_json) as session:
        findings = verification.verify(session)
        result = {
            "ok": not findings,
            "checks": len(verification.CHECKS),
            "findings": [
                {"check": finding.check, "message": _(finding.msgid, **finding.params)}
                for finding in findings
            ],
        }
        emit(result, as_json=as_json, human=_print)
    if findings:
        sys.exit(1)


def _print(result: dict[str, Any]) -> None:
    if result["ok"]:
        click.echo(_("The books are right: %(checks)s checks passed.", checks=result["checks"]))
        return
    click.echo(_("The books are wrong:"), err=True)
    for finding in result["findings"]:
        click.echo(f"  {finding['check']}: {finding['message']}", err=True)
