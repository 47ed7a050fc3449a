"""The kept rows of an import: judged anew, and given the verdicts that this brings."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, String, and_, bindparam, cast, select, update
from sqlalchemy.orm import Session

from cultivate.domain.actor import Actor
from cultivate.models import Firm, ImportBatch, ImportRow
from cultivate.services.imports.kinds import get_kind
from cultivate.services.imports.options import ImportOptions
from cultivate.services.imports.upload import count
from cultivate.services.imports.verdict import OURS, InputRow, Verdict

_READ_AT_ONCE = 1_000
_WRITTEN_AT_ONCE = 5_000


def judged_anew(session: Session, actor: Actor, batch: ImportBatch) -> list[Verdict]:
    """A verdict for every kept row, as the register stands now.

    A decision for a firm that is gone by now, with the import that brought it, is open again; nothing else is
    written.
    """
    gone = select(Firm.id).where(Firm.deleted_at.is_not(None))
    session.execute(
        update(ImportRow)
        .where(ImportRow.batch_id == batch.id, ImportRow.decision == OURS, ImportRow.firm_id.in_(gone))
        .values(decision=None, firm_id=None, decided_by_id=None, decided_at=None)
        .execution_options(synchronize_session=False)
    )
    options = ImportOptions.of_batch(batch.options, batch.track, batch.issued_on)
    return get_kind(batch.kind).judge(session, actor, options, _stored(session, batch.id))


def refresh(session: Session, actor: Actor, batch: ImportBatch) -> None:
    """Judge a preview anew, whole: what a person said of one row may change what becomes of another."""
    verdicts = judged_anew(session, actor, batch)
    decided = dict(
        session.execute(
            select(ImportRow.number, ImportRow.firm_id).where(
                ImportRow.batch_id == batch.id, ImportRow.decision.is_not(None)
            )
        ).all()
    )
    for verdict in verdicts:
        # a firm that a person named stays named, whatever keeps the row out now
        verdict.firm_id = verdict.firm_id or decided.get(verdict.number)
    keep_verdicts(session, batch.id, verdicts, {})
    batch.counts = count(batch.kind, verdicts)
    session.flush()


def keep_verdicts(
    session: Session, batch_id: int, verdicts: Sequence[Verdict], versions: Mapping[int, int]
) -> None:
    """Give rows their verdicts, with the version in which the firm of a written one was left.

    Most are as the preview has them: of those the firm alone is written.
    """
    kept = {row.number: row for row in session.execute(_as_kept(batch_id))}
    placed: list[dict[str, Any]] = []
    judged: list[dict[str, Any]] = []
    for verdict in verdicts:
        row = kept[verdict.number]
        version = versions.get(verdict.number)
        place = {"key": row.id, "firm": verdict.firm_id, "version": version}
        if row.outcome != verdict.outcome or not row.bare or verdict.problems or verdict.changes:
            said = {"verdict": verdict.outcome, "why": verdict.problems, "what": verdict.changes}
            judged.append(place | said)
        elif row.firm_id != verdict.firm_id or version is not None:
            placed.append(place)
    table: Any = ImportRow.__table__
    statement = (
        update(table)
        .where(table.c.id == bindparam("key"))
        .values(firm_id=bindparam("firm"), firm_version=bindparam("version"))
    )
    told = {"outcome": "verdict", "problems": "why", "changes": "what"}
    whole = statement.values({key: bindparam(name, type_=table.c[key].type) for key, name in told.items()})
    for each, rows in ((statement, placed), (whole, judged)):
        _execute(session, each, rows)


def _execute(session: Session, statement: Any, rows: Sequence[dict[str, Any]]) -> None:
    connection = session.connection()
    for start in range(0, len(rows), _WRITTEN_AT_ONCE):
        connection.execute(statement, rows[start : start + _WRITTEN_AT_ONCE])


def _stored(session: Session, batch_id: int) -> list[InputRow]:
    rows: Iterable[Any] = session.execute(
        select(ImportRow.number, ImportRow.values, ImportRow.decision, ImportRow.firm_id, ImportRow.given)
        .where(ImportRow.batch_id == batch_id)
        .order_by(ImportRow.number)
        .execution_options(yield_per=_READ_AT_ONCE)
    )
    # every row's JSON makes its keys anew: a hundred thousand rows share one set of them
    return [
        InputRow(
            number,
            {sys.intern(key): text for key, text in cells.items()},
            decision,
            firm_id if decision else None,
            given,
        )
        for number, cells, decision, firm_id, given in rows
    ]


def _as_kept(batch_id: int) -> Select[Any, Any, Any, Any, Any]:
    """The rows as the preview left them; ``bare``: neither problems nor changes were kept."""
    nothing = [cast(column, String) == "[]" for column in (ImportRow.problems, ImportRow.changes)]
    return select(
        ImportRow.id, ImportRow.number, ImportRow.outcome, ImportRow.firm_id, and_(*nothing).label("bare")
    ).where(ImportRow.batch_id == batch_id)
