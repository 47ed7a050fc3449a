"""The kind ``firms``: a roster's new and changed firms, as candidates at ``discover``."""

from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cultivate import clock, packs
from cultivate.domain import firm_names, record_mark
from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Act
from cultivate.domain.unit_names import UnitNames
from cultivate.errors import N_, Conflict, Invalid
from cultivate.models import Firm, ImportBatch, ImportRow
from cultivate.queries import units
from cultivate.queries.imports import BatchRow, RowView
from cultivate.queries.units import Unit, get_unit
from cultivate.services import firm_bulk, ledger, long_work, stages
from cultivate.services.imports import known_firms, near_names, resolve_firms, undo_firms, undo_moves
from cultivate.services.imports.check import check_roster_row
from cultivate.services.imports.kind import Decided, Kind, Refusals
from cultivate.services.imports.options import FIRMS, ImportOptions
from cultivate.services.imports.since_export import originals
from cultivate.services.imports.touched import refuse_touched
from cultivate.services.imports.verdict import (
    CONFLICT,
    CREATE,
    DUPLICATE,
    MINE,
    REJECTED,
    THEIRS,
    UNCHANGED,
    UPDATE,
    InputRow,
    Verdict,
)


def _check_options(session: Session, actor: Actor, options: ImportOptions) -> None:
    for track in options.tracks:
        packs.track(track)
    if options.unit:
        unit = get_unit(session, options.unit, "street", "park")
        if not actor.scope.everything and unit.id not in actor.scope.unit_ids:
            raise Invalid(N_("You may import into your own units only."), field="unit", code="unit-not-yours")


def _judge(session: Session, actor: Actor, options: ImportOptions, rows: Sequence[InputRow]) -> list[Verdict]:
    places = units.list_units(session, "street", "park")
    names, today = unit_names(places), clock.today()
    counted = long_work.counted(long_work.CHECKING, rows, len(rows))
    checked = deque((row.number, check_roster_row(row.cells, names, today)) for row in counted)
    said = (str(row.values.get("record", "")) for _, row in checked)
    marks = [mark for text in said if text and (mark := record_mark.read(text))]
    known = known_firms.load(
        session,
        {str(row.values["uscc"]) for _, row in checked if "uscc" in row.values},
        {firm_names.normalise(str(row.values["name"])) for _, row in checked if "name" in row.values},
        {unit.id: unit.code for unit in places},
        {firm_id for firm_id, _version in marks},
    )
    older = {
        firm_id: version
        for firm_id, version in marks
        if firm_id in known.by_id and known.by_id[firm_id].version > version
    }
    chosen = get_unit(session, options.unit, "street", "park") if options.unit else None
    by_code = {(unit.kind, unit.code): unit for unit in places}
    since = originals(session, older)
    resolver = resolve_firms.Resolver(actor.scope, known, by_code, chosen, since)
    decisions = {row.number: row.decision for row in rows if row.decision}
    verdicts = resolve_firms.resolve(resolver, checked, decisions)
    near_names.warn(session, actor.scope, verdicts)
    return verdicts


def unit_names(places: Sequence[Unit]) -> UnitNames:
    """Units by the names of both languages: an exported list may be in either."""
    return UnitNames((unit.code, name, unit.kind) for unit in places for name in (unit.name_en, unit.name_zh))


def _write(session: Session, actor: Actor, batch: ImportBatch, verdicts: Sequence[Verdict]) -> int:
    """Register, update, and open candidacies; returns how many were opened."""
    importer = actor.through("import")
    new = [verdict for verdict in verdicts if verdict.outcome == CREATE]
    contents = [verdict.content for verdict in new]
    try:
        ids = firm_bulk.register_many(session, importer, contents, batch.id, judged=True)
    except IntegrityError as error:
        message = N_("One of these firms was registered in this moment by somebody else. Import again.")
        raise Conflict(message) from error
    for verdict, firm_id in zip(new, ids, strict=True):
        verdict.firm_id = firm_id
    updates = [
        (verdict.firm_id, verdict.content)
        for verdict in verdicts
        if verdict.outcome == UPDATE and verdict.firm_id is not None
    ]
    _refuse_edited(session, {v.firm_id: v.seen for v in verdicts if v.outcome == UPDATE and v.firm_id})
    firm_bulk.update_many(session, importer, updates, batch.id)
    written = [*ids, *(firm_id for firm_id, _ in updates)]
    tracks = ImportOptions.of_batch(batch.options, batch.track, batch.issued_on).opened_tracks
    return stages.open_many(session, importer, written, tracks, clock.today(), batch.id)


def _refuse_edited(session: Session, seen: Mapping[int, int | None]) -> None:
    """Raise ``Conflict`` where somebody has edited a firm since it was compared with its row, a moment ago.

    The firms are held from here on.
    """
    for part in known_firms.chunks(sorted(seen)):
        held = select(Firm.id, Firm.version, Firm.name).where(Firm.id.in_(part)).order_by(Firm.id)
        for firm_id, version, name in session.execute(held.with_for_update()):
            if version != seen[firm_id]:
                message = N_("Somebody edited %(name)s in this moment. Nothing was imported; try again.")
                raise Conflict(message, name=name)


def _decide(
    session: Session, actor: Actor, batch: ImportBatch, rows: Sequence[ImportRow], decided: Decided
) -> tuple[int, Refusals]:
    """Say of rows that were changed here since their export which value counts."""
    if decided.decision not in {MINE, THEIRS}:
        message = N_("Say whether the file counts or the register.")
        raise Invalid(message, field="decision", code="decision-unknown")
    changeable = batch.status == "preview"
    open_rows = [row for row in rows if row.outcome == CONFLICT or (changeable and row.decision is not None)]
    message = N_("There is nothing to decide about this row.")
    closed = {row.number: Invalid(message, field="decision", code="not-open") for row in rows}
    if not open_rows or batch.status not in {"preview", "committed"}:
        return 0, closed
    if batch.status == "committed":
        ledger.begin(session)  # nothing is booked between verdict and writing
    options = ImportOptions.of_batch(batch.options, batch.track, batch.issued_on)
    asked = [InputRow(row.number, row.values, decided.decision) for row in open_rows]
    verdicts = _judge(session, actor, options, asked)
    booked = 0 if batch.status == "preview" else _write(session, actor, batch, verdicts)
    for row, verdict in zip(open_rows, verdicts, strict=True):
        row.decision = decided.decision
        row.outcome, row.firm_id = verdict.outcome, verdict.firm_id
        row.problems, row.changes = verdict.problems, verdict.changes
        if batch.status == "committed" and verdict.outcome == UPDATE:
            row.firm_version = session.scalar(select(Firm.version).where(Firm.id == verdict.firm_id))
        del closed[row.number]
    session.flush()
    return booked, closed


def _report(_session: Session, _actor: Actor, batch: BatchRow, _rows: Sequence[RowView]) -> dict[str, Any]:
    """Conflicts are not written, so to programs they are rejected rows; how many of those, stands beside."""
    waiting = batch.counts.get(CONFLICT, 0)
    return {REJECTED: batch.counts.get(REJECTED, 0) + waiting, CONFLICT: waiting}


def _take_back(session: Session, actor: Actor, batch: ImportBatch, moment: datetime) -> int:
    booked = undo_moves.take_back(session, actor.through("import"), batch, moment)
    undo_firms.take_back(session, actor, batch)
    return booked


ROSTER = Kind(
    code=FIRMS,
    label=N_("Roster"),
    act=Act.IMPORT_FIRMS,
    outcomes=(CREATE, UPDATE, UNCHANGED, DUPLICATE, CONFLICT, REJECTED),
    written=frozenset({CREATE, UPDATE}),
    check_options=_check_options,
    judge=_judge,
    write=_write,
    refuse_touched=refuse_touched,
    take_back=_take_back,
    report=_report,
    decide=_decide,
)
