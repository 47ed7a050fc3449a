"""Carrying a preview out, in one transaction."""

import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, String, and_, bindparam, cast, select, update
from sqlalchemy.orm import Session

from cultivate.db import bulk
from cultivate.domain.actor import Actor
from cultivate.errors import N_, Invalid
from cultivate.models import Firm, ImportBatch, ImportRow
from cultivate.services import audit, ledger, long_work
from cultivate.services.imports.batches import batch_for_update
from cultivate.services.imports.kinds import get_kind
from cultivate.services.imports.options import ALL, GOOD, POLICIES, ImportOptions
from cultivate.services.imports.upload import count
from cultivate.services.imports.verdict import CREATE, UNFIT, UPDATE, InputRow, Verdict

_WRITTEN = frozenset({CREATE, UPDATE})
_SHOWN = 10
_READ_AT_ONCE = 1_000
_WRITTEN_AT_ONCE = 5_000


@long_work.seldom_collecting()
def commit(session: Session, actor: Actor, batch_id: int, policy: str = GOOD) -> None:
    """Write the good rows, or by the policy ``all`` every row or none. A second commit does nothing.

    Rows are judged anew: the register may have changed since the preview, and a row then gets the fresh
    verdict. Raises ``Invalid`` for a preview that was dropped or undone and where "all" cannot be, ``Conflict``
    when somebody registered one of the firms in the very same moment.
    """
    batch = batch_for_update(session, actor, batch_id)
    if batch.status == "committed":
        return
    if batch.status != "preview":
        raise Invalid(N_("This preview was dropped or taken back. Upload the file again."), code="not-open")
    batch.policy = checked_policy(policy)
    # who writes the ledger waits from here on, so nothing is booked between verdict and writing
    moment = ledger.begin(session)
    verdicts = get_kind(batch.kind).judge(session, actor, _options(batch), _stored(session, batch.id))
    carry_out(session, actor, batch, verdicts, moment)


def carry_out(
    session: Session, actor: Actor, batch: ImportBatch, verdicts: Sequence[Verdict], moment: datetime
) -> None:
    """Write what has just been judged, and keep the verdicts. The caller holds the ledger's lock."""
    if batch.policy == ALL:
        _refuse_unless_all(verdicts)
    booked = get_kind(batch.kind).write(session, actor, batch, verdicts)
    _keep(session, batch.id, verdicts)
    batch.counts = count(batch.kind, verdicts) | {"booked": booked}
    batch.status = "committed"
    batch.committed_at = moment
    session.flush()
    audit.note(session, actor, "import", "import", batch.id, file=batch.file_name, counts=batch.counts)


def checked_policy(policy: str) -> str:
    """The policy, or ``Invalid``."""
    if policy not in POLICIES:
        message = N_("There is no such policy: choose “all or none” or “import the good rows”.")
        raise Invalid(message, field="policy", code="policy-unknown")
    return policy


def _refuse_unless_all(verdicts: Sequence[Verdict]) -> None:
    """By "all or none" one row that is rejected or waits for a decision keeps the whole file out."""
    left = [verdict.number for verdict in verdicts if verdict.outcome in UNFIT]
    if left:
        shown = ", ".join(str(number) for number in left[:_SHOWN]) + (" …" if len(left) > _SHOWN else "")
        message = N_(
            "All or none: %(count)s rows are rejected or undecided (rows %(rows)s), so nothing was imported. "
            "Mend them, or import the good rows."
        )
        raise Invalid(message, field="policy", code="rows-rejected", count=len(left), rows=shown)


def _options(batch: ImportBatch) -> ImportOptions:
    return ImportOptions.of_batch(batch.options, batch.track, batch.issued_on)


def _stored(session: Session, batch_id: int) -> list[InputRow]:
    rows = session.execute(
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


def _keep(session: Session, batch_id: int, verdicts: Sequence[Verdict]) -> None:
    """Write the verdicts that were carried out, with the version in which each firm was left.

    Most are as the preview has them: of those the firm alone is written.
    """
    versions = _versions(
        session, [v.firm_id for v in verdicts if v.outcome in _WRITTEN and v.firm_id is not None]
    )
    kept = {row.number: row for row in session.execute(_as_kept(batch_id))}
    placed: list[dict[str, Any]] = []
    judged: list[dict[str, Any]] = []
    for verdict in verdicts:
        row = kept[verdict.number]
        version = versions.get(verdict.firm_id or 0) if verdict.outcome in _WRITTEN else None
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
    connection = session.connection()
    for each, rows in ((statement, placed), (whole, judged)):
        for start in range(0, len(rows), _WRITTEN_AT_ONCE):
            connection.execute(each, rows[start : start + _WRITTEN_AT_ONCE])


def _as_kept(batch_id: int) -> Select[Any, Any, Any, Any, Any]:
    """The rows as the preview left them; ``bare``: neither problems nor changes were kept."""
    nothing = [cast(column, String) == "[]" for column in (ImportRow.problems, ImportRow.changes)]
    return select(
        ImportRow.id, ImportRow.number, ImportRow.outcome, ImportRow.firm_id, and_(*nothing).label("bare")
    ).where(ImportRow.batch_id == batch_id)


def _versions(session: Session, firm_ids: Iterable[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for part in bulk.parts(firm_ids):
        rows = session.execute(select(Firm.id, Firm.version).where(bulk.among(Firm.id, part)))
        found.update((firm_id, version) for firm_id, version in rows)
    return found
