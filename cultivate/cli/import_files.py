"""One file, several, or a folder of them through ``cultivate import``, a transaction and a report for each."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from cultivate.cli.edge import application, emit, operator
from cultivate.errors import N_, CultivateError, FileUnreadable
from cultivate.extensions import database
from cultivate.i18n import _, say
from cultivate.services import imports, long_work
from cultivate.services.imports import OUTCOMES, ImportOptions
from cultivate.services.imports.words import OUTCOME_LABELS
from cultivate.spreadsheets.limits import MAX_BYTES

SHOWN_PROBLEMS = 50
#: back to the beginning of the terminal's line, and empty it
_CLEAR = "\r\x1b[K"
PHASES = {
    long_work.READING: N_("reading"),
    long_work.CHECKING: N_("checking"),
    long_work.COMPARING: N_("comparing with the register"),
    long_work.WRITING: N_("writing"),
}
#: endings by which a folder's files are known to be lists
ENDINGS = frozenset({".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".tsv", ".txt", ".docx", ".pdf"})


def import_files(
    kind: str,
    options: ImportOptions,
    *,
    files: Sequence[Path],
    policy: str,
    dry_run: bool,
    actor: str | None,
    as_json: bool,
) -> None:
    """One FILE prints its report or ends with 1; several, or a folder, print a report each and go on."""

    def read(file: Path) -> dict[str, Any]:
        content = _content(file)
        try:
            with long_work.heard(_terminal(file.name)):
                return write(file.name, content)
        finally:
            if sys.stderr.isatty():
                click.echo(_CLEAR, err=True, nl=False)

    def write(name: str, content: bytes) -> dict[str, Any]:
        with database().unit_of_work() as session:
            return imports.run(
                session,
                operator(session, actor),
                kind,
                name,
                content,
                options,
                dry_run=dry_run,
                policy=policy,
            )

    with application(as_json=as_json):
        if len(files) == 1 and not files[0].is_dir():
            emit(read(files[0]), as_json=as_json, human=print_report)
            return
        reports = [_told(read, file, as_json=as_json) for file in _listed(files)]
        if as_json:
            click.echo(json.dumps(reports, ensure_ascii=False))
        if not reports or any("error" in report for report in reports):
            sys.exit(1)


def _terminal(name: str) -> Callable[[str, int, int], None]:
    """Says on a terminal how far a large file is; a script hears nothing."""

    def say(phase: str, done: int, total: int) -> None:
        if sys.stderr.isatty() and (done or not total):
            count = f" {done:,}/{total:,}" if total else ""
            click.echo(f"{_CLEAR}{name}: {_(PHASES[phase])}{count}", err=True, nl=False)

    return say


def _content(file: Path) -> bytes:
    """One byte more than is taken, so that too much is seen to be."""
    try:
        with file.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise FileUnreadable(N_("The file cannot be opened."), field="file") from error


def _listed(files: Sequence[Path]) -> Iterator[Path]:
    """Files as they were named; of a folder those that may be lists, by name. Office's lock files are none."""
    for file in files:
        if not file.is_dir():
            yield file
            continue
        inside = sorted(path for path in file.iterdir() if path.is_file())
        readable = [
            path
            for path in inside
            if path.suffix.lower() in ENDINGS and not path.name.startswith((".", "~$"))
        ]
        yield from readable
        for path in inside:
            if path not in readable:
                click.echo(_("%(file)s: no list, left out", file=path.name), err=True)
        if not readable:
            click.echo(_("There is no list in the folder %(folder)s.", folder=str(file)), err=True)


def _told(read: Any, file: Path, *, as_json: bool) -> dict[str, Any]:
    """The file's report, or why there is none; what was written for the files before it stays."""
    try:
        report: dict[str, Any] = read(file)
    except CultivateError as error:
        told = {"code": error.problem, "message": say(error)}
        if error.field:
            told["field"] = error.field
        click.echo(f"{file.name}: {told['message']}", err=True)
        return {"file": file.name, "error": told}
    if not as_json:
        print_report(report)
    return report


def print_report(result: Mapping[str, Any]) -> None:
    """For people: counts, the first problems, how to take it back."""
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
