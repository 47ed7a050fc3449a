"""From a file's rows to verdicts: the one way that preview and commit both take."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain import firm_names
from cultivate.domain.actor import Actor
from cultivate.domain.unit_names import UnitNames
from cultivate.queries import units
from cultivate.queries.units import Unit, get_unit
from cultivate.services.imports import known_firms, memory, resolve_firms, resolve_list
from cultivate.services.imports.check import check_list_row, check_roster_row
from cultivate.services.imports.options import FIRMS, ImportOptions
from cultivate.services.imports.verdict import InputRow, Verdict


def judge(
    session: Session, actor: Actor, kind: str, options: ImportOptions, rows: Sequence[InputRow]
) -> list[Verdict]:
    """A verdict per row, in the order of the file; nothing is written."""
    judged = _judge_roster if kind == FIRMS else _judge_list
    return judged(session, actor, options, rows)


def _judge_roster(
    session: Session, actor: Actor, options: ImportOptions, rows: Sequence[InputRow]
) -> list[Verdict]:
    places = units.list_units(session, "street", "park")
    names, today = _names(places), clock.today()
    checked = [(row.number, check_roster_row(row.cells, names, today)) for row in rows]
    values = [row.values for _, row in checked]
    known = known_firms.load(
        session,
        {str(each["uscc"]) for each in values if "uscc" in each},
        {firm_names.normalise(str(each["name"])) for each in values if "name" in each},
        {unit.id: unit.code for unit in places},
    )
    chosen = get_unit(session, options.unit, "street", "park") if options.unit else None
    by_code = {(unit.kind, unit.code): unit for unit in places}
    return resolve_firms.resolve(resolve_firms.Resolver(actor.scope, known, by_code, chosen), checked)


def _names(places: Sequence[Unit]) -> UnitNames:
    """Units by the names of both languages: an exported list may be in either."""
    return UnitNames((unit.code, name, unit.kind) for unit in places for name in (unit.name_en, unit.name_zh))


def _judge_list(
    session: Session, actor: Actor, options: ImportOptions, rows: Sequence[InputRow]
) -> list[Verdict]:
    if options.track is None or options.issued_on is None:
        message = "a list without track or day of issue passed the check of its options"
        raise ValueError(message)
    today = clock.today()
    checked = [check_list_row(row.cells, options.track, options.issued_on, today) for row in rows]
    resolver = resolve_list.ListResolver(
        known_firms.name_index(session, actor.scope),
        memory.decisions(session, options.track),
        memory.holders(session, options.track, [each.entry.number for each in checked]),
    )
    return resolve_list.resolve(resolver, rows, checked)
