"""The kind ``certificates``: an official list, matched against the register; its firms are certified."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy.orm import Session

from cultivate import clock, packs
from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Act
from cultivate.errors import N_, Invalid
from cultivate.models import ImportBatch
from cultivate.queries import imports, units
from cultivate.queries.imports import BatchRow, RowView
from cultivate.services.certify_many import Listed, certify_many
from cultivate.services.imports import known_firms, leads, memory, notices, resolve_list
from cultivate.services.imports.check import check_list_row
from cultivate.services.imports.deciding import decider
from cultivate.services.imports.kind import Kind
from cultivate.services.imports.options import LISTS, ImportOptions
from cultivate.services.imports.touched import refuse_touched
from cultivate.services.imports.verdict import (
    CREATE,
    MATCHED,
    REJECTED,
    TO_DECIDE,
    UNMATCHED,
    InputRow,
    Verdict,
)


def _check_options(_session: Session, _actor: Actor, options: ImportOptions) -> None:
    packs.track(options.track or "")
    if options.issued_on is None:
        message = N_("The day of issue is needed: it stands in the notice, not in the list.")
        raise Invalid(message, field="issued_on", code="issue-day-missing")
    if options.issued_on > clock.today():
        raise Invalid(N_("The day of issue lies in the future."), field="issued_on", code="day-in-future")


def _judge(session: Session, actor: Actor, options: ImportOptions, rows: Sequence[InputRow]) -> list[Verdict]:
    if options.track is None or options.issued_on is None:
        message = "a list without track or day of issue passed the check of its options"
        raise ValueError(message)
    today = clock.today()
    checked = [check_list_row(row.cells, options.track, options.issued_on, today) for row in rows]
    streets = {unit.code: unit.id for unit in units.list_units(session, "street")}
    resolver = resolve_list.ListResolver(
        cache(lambda: known_firms.name_index(session, actor.scope)),
        memory.decisions(session, options.track),
        memory.holders(session, options.track, [each.entry.number for each in checked]),
        streets,
    )
    return resolve_list.resolve(resolver, rows, checked)


def _write(session: Session, actor: Actor, batch: ImportBatch, verdicts: Sequence[Verdict]) -> int:
    """Certify the firms that the list names; returns how many certificates were new."""
    certified = _register(session, actor, batch, verdicts)
    certified += [verdict for verdict in verdicts if verdict.outcome == MATCHED]
    lines = [
        Listed(verdict.firm_id, verdict.content.number, verdict.content.issued_on)
        for verdict in certified
        if verdict.firm_id is not None
    ]
    return certify_many(
        session, actor, batch.track or "", lines, import_batch_id=batch.id, evidence=batch.file_name
    )


def _register(
    session: Session, actor: Actor, batch: ImportBatch, verdicts: Sequence[Verdict]
) -> list[Verdict]:
    """Register the firms that a person told to be ours; mere leads stop at ``discover``, the others go on."""
    new = [verdict for verdict in verdicts if verdict.outcome == CREATE]
    found = [(verdict, verdict.content) for verdict in new]
    ids = leads.register(session, actor, batch, [content.newcomer for _, content in found])
    for (verdict, content), firm_id in zip(found, ids, strict=True):
        verdict.firm_id, verdict.content = firm_id, content.entry
    mere = [verdict.firm_id for verdict, content in found if not content.certify and verdict.firm_id]
    leads.open_on(session, actor, batch, mere)
    return [verdict for verdict, content in found if content.certify]


def _report(session: Session, actor: Actor, batch: BatchRow, rows: Sequence[RowView]) -> dict[str, Any]:
    """Firms by credit code; of a line to decide, the likeliest firm."""
    likeliest = [row.changes[0]["firm_id"] for row in rows if row.outcome == TO_DECIDE and row.changes]
    candidates = imports.firms_by_id(session, actor.scope, likeliest)
    matched = {row.firm.uscc for row in rows if row.outcome == MATCHED and row.firm is not None}
    return {
        "track": batch.track,
        "issued_on": batch.issued_on.isoformat() if batch.issued_on else None,
        "matched_firms": sorted(code for code in matched if code),
        "to_decide_firms": sorted({firm.uscc for firm in candidates.values() if firm.uscc}),
    }


OFFICIAL_LIST = Kind(
    code=LISTS,
    label=N_("Official list"),
    act=Act.IMPORT_LISTS,
    outcomes=(MATCHED, CREATE, TO_DECIDE, UNMATCHED, REJECTED),
    written=frozenset({MATCHED, CREATE}),
    check_options=_check_options,
    judge=_judge,
    write=_write,
    refuse_touched=refuse_touched,
    take_back=notices.take_back,
    report=_report,
    decide=decider(_judge, _write, new=True),
)
