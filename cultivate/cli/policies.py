"""``cultivate assess`` and ``cultivate policy``: the packs and the engine, without a database."""

import json
import sys
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

import click

from cultivate.cli.output import emit, json_option, print_columns, speaking
from cultivate.domain.policy import listing
from cultivate.domain.policy.assess import Assessment, assess
from cultivate.domain.policy.facts import read_facts
from cultivate.domain.policy.judged import MET, NOT_MET, UNKNOWN
from cultivate.domain.policy.nodes import PackInvalid
from cultivate.domain.policy.pack import Pack
from cultivate.domain.policy.reading import parse, read_pack
from cultivate.errors import N_, Invalid
from cultivate.i18n import _, language
from cultivate.packs import policies
from cultivate.packs.policy_words import (
    RESULTS,
    assessment_json,
    need_words,
    say,
    say_certainty,
    short_words,
    value_words,
)

#: what is missing first
_ORDER = (NOT_MET, UNKNOWN, MET)
_SIGNS = {NOT_MET: "✕", UNKNOWN: "?", MET: "✓"}


@click.command("assess")
@click.option("--policy", "name", required=True, help="A pack: hnte-2016, ptsme-2016, nsme-2017.")
@click.option("--facts", "file", required=True, type=click.File("rb"), help="JSON; - reads standard input.")
@json_option
def assess_command(name: str, file: IO[bytes], *, as_json: bool) -> None:
    """Judge facts by a policy pack: one object, or an array for an array of results. Needs no database."""
    with speaking(as_json=as_json):
        pack = policies.policy(name)
        raw = _read_json(file)
        found = _assess_all(pack, raw)
        result = (
            [assessment_json(each) for each in found] if isinstance(raw, list) else assessment_json(found[0])
        )
        emit(result, as_json=as_json, human=lambda _result: _print_all(found))


def _read_json(file: IO[bytes]) -> Any:
    """JSON with exact numbers."""
    try:
        return json.loads(file.read().decode("utf-8-sig"), parse_float=Decimal)
    except (ValueError, RecursionError, ArithmeticError) as error:
        raise Invalid(
            N_("The facts are no JSON: %(error)s"), field="facts", code="facts-unreadable", error=str(error)
        ) from None


def _assess_all(pack: Pack, raw: Any) -> list[Assessment]:
    if not isinstance(raw, list):
        return [assess(pack, read_facts(raw))]
    found = []
    for position, each in enumerate(raw):
        if not isinstance(each, dict):
            raise Invalid(
                N_("“%(name)s” is one JSON object."),
                field=f"[{position}]",
                code="facts-invalid",
                name=f"[{position}]",
            )
        try:
            found.append(assess(pack, read_facts(each)))
        except Invalid as error:
            where = f"[{position}].{error.field}"
            params = {**error.params, "name": where} if "name" in error.params else error.params
            raise Invalid(error.msgid, field=where, code=error.problem, **params) from None
    return found


def _print_all(found: Iterable[Assessment]) -> None:
    for position, each in enumerate(found):
        if position:
            click.echo()
        _print(each)


def _print(found: Assessment) -> None:
    verdict = _(RESULTS[found.verdict])
    click.echo(f"{found.pack.title.say(language())}{_(': ')}{_SIGNS[found.verdict]} {verdict}")
    if found.pack.kind == "information":
        click.echo(f"  {_('For information only: counted on no track.')}")
    rows = sorted(found.conditions, key=lambda row: _ORDER.index(row.result))
    head = [("", _("Condition"), _("Value"), _("Needed"), _("Short or missing"), _("Source"))]
    print_columns(
        head
        + [
            (
                f"{_SIGNS[row.result]} {_(RESULTS[row.result])}",
                row.title.say(language()),
                value_words(row),
                need_words(row),
                short_words(row),
                row.source.say(language()),
            )
            for row in rows
        ]
    )
    if found.score:
        click.echo(
            _(
                "Score: %(low)s to %(high)s of %(max)s",
                low=found.score.low,
                high=found.score.high,
                max=found.score.max,
            )
        )
        print_columns(
            (f"{row.low}–{row.high}", f"/ {row.max}", row.title.say(language()), say(row.message))
            for row in found.score.items
        )
    for warned in found.warnings:
        click.echo(f"! {say(warned.message)}")


@click.group("policy")
def policy_command() -> None:
    """Policy packs: list, show, check."""


@policy_command.command("list")
@json_option
def list_packs(*, as_json: bool) -> None:
    """The packs that ship, with their days and how many of their numbers are to be confirmed."""
    with speaking(as_json=as_json):
        packs = [policies.policy(name) for name in policies.policy_names()]
        emit([_head(pack) for pack in packs], as_json=as_json, human=_print_heads)


def _head(pack: Pack) -> dict[str, Any]:
    sources = [line.source for line in listing.lines(pack)]
    return {
        "name": pack.name,
        "title": pack.title.say(language()),
        "kind": pack.kind,
        "track": pack.track or None,
        "from": pack.since.isoformat(),
        "to": pack.until.isoformat() if pack.until else None,
        "checked_on": pack.checked_on.isoformat(),
        "numbers": len(sources),
        "to_confirm": sum(source.certainty.to_confirm for source in sources),
        "digest": pack.digest,
    }


def _print_heads(rows: list[dict[str, Any]]) -> None:
    print_columns(
        (
            row["name"],
            row["title"],
            f"{row['from']} – {row['to'] or ''}".rstrip(" –") + (" –" if not row["to"] else ""),
            _("%(count)s of %(all)s to be confirmed", count=row["to_confirm"], all=row["numbers"]),
        )
        for row in rows
    )


@policy_command.command("show")
@click.argument("name")
@json_option
def show_pack(name: str, *, as_json: bool) -> None:
    """Every number of a pack with its source and how sure it is."""
    with speaking(as_json=as_json):
        pack = policies.policy(name)
        result = {**_head(pack), "rules": [_number(line) for line in listing.lines(pack)]}
        emit(result, as_json=as_json, human=lambda found: _print_pack(pack, found))


def _number(line: listing.Line) -> dict[str, Any]:
    source, remark = line.source, line.remark
    title = line.title.say(language())
    if line.detail and line.within:
        title = f"{title}{_(', ')}{line.detail.say(language())}"
    return {
        "section": line.section,
        "id": line.code,
        "title": title,
        "where": say(line.where) if line.where else "",
        "value": say(line.value) if line.value else "",
        "source": source.say(language()),
        "from": source.since.isoformat(),
        "to": source.until.isoformat() if source.until else None,
        "certainty": say_certainty(source.certainty),
        "to_confirm": source.certainty.to_confirm,
        "remark": remark.say(language()) if remark else None,
    }


def _print_pack(pack: Pack, found: dict[str, Any]) -> None:
    click.echo(pack.title.say(language()))
    if pack.note:
        click.echo(pack.note.say(language()))
    print_columns(
        (
            "?" if row["to_confirm"] else "✓",
            row["title"],
            row["where"],
            row["value"],
            row["source"],
            row["certainty"],
        )
        for row in found["rules"]
    )


@policy_command.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
def check_pack(file: Path, *, as_json: bool) -> None:
    """Read a pack or a local version as the program would; every problem with its line, exit status 1."""
    with speaking(as_json=as_json):
        try:
            pack = _read_file(file)
        except PackInvalid as error:
            _refuse_pack(error, as_json=as_json)
        emit(
            {"file": file.name, **_head(pack), "local": list(pack.local)},
            as_json=as_json,
            human=lambda row: click.echo(_("%(file)s: in order, %(numbers)s numbers.", **row)),
        )


def _read_file(file: Path) -> Pack:
    from cultivate.domain.policy.local import read_local

    try:
        text = file.read_text(encoding="utf-8-sig")
    except ValueError:
        raise Invalid(N_("The file is no text in UTF-8."), field="file", code="file-unreadable") from None
    parsed = parse(text, file.name)
    head = parsed.data.get("local")
    if not isinstance(head, dict):
        return read_pack(file.stem, parsed)
    base = str(head.get("base", ""))
    return read_local(text, file.name, policies.policy_parsed(base), base).pack


def _refuse_pack(error: PackInvalid, *, as_json: bool) -> None:
    problems = [
        {"file": each.file, "line": each.line, "message": _(each.msgid, **each.params)}
        for each in error.problems
    ]
    if as_json:
        content = {"code": error.problem, "message": problems[0]["message"], "field": "file"}
        click.echo(json.dumps({"error": {**content, "problems": problems}}, ensure_ascii=False))
    for each in problems:
        click.echo(f"{each['file']}:{each['line']}: {each['message']}", err=True)
    sys.exit(1)
