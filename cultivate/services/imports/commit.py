"""Carrying a preview out, in one transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain.actor import Actor
from cultivate.errors import N_, Conflict, Invalid
from cultivate.models import Firm, ImportBatch, ImportRow
from cultivate.services import audit, certificates, firm_bulk, ledger, stages
from cultivate.services.imports.batches import batch_for_update
from cultivate.services.imports.judging import judge
from cultivate.services.imports.known_firms import chunks
from cultivate.services.imports.options import FIRMS, ImportOptions
from cultivate.services.imports.upload import count
from cultivate.services.imports.verdict import CREATE, MATCHED, UPDATE, InputRow, Verdict

_WRITTEN = frozenset({CREATE, UPDATE})


def commit(session: Session, actor: Actor, batch_id: int) -> None:
    """Write the good rows. A second commit of the same batch does nothing.

    Rows are judged anew: the register may have changed since the preview, and a row then gets the fresh
    verdict. Raises ``Invalid`` for a preview that was dropped or undone, ``Conflict`` when somebody
    registered one of the firms in the very same moment.
    """
    batch = batch_for_update(session, actor, batch_id)
    if batch.status == "committed":
        return
    if batch.status != "preview":
        raise Invalid(N_("This preview was dropped or taken back. Upload the file again."), code="not-open")
    # who writes the ledger waits from here on, so nothing is booked between verdict and writing
    moment = ledger.begin(session)
    verdicts = judge(session, actor, batch.kind, _options(batch), _stored(session, batch.id))
    carry_out(session, actor, batch, verdicts, moment)


def carry_out(
    session: Session, actor: Actor, batch: ImportBatch, verdicts: Sequence[Verdict], moment: datetime
) -> None:
    """Write what has just been judged, and keep the verdicts. The caller holds the ledger's lock."""
    write = _write_roster if batch.kind == FIRMS else _write_list
    booked = write(session, actor, batch, verdicts)
    _keep(session, batch.id, verdicts)
    batch.counts = count(batch.kind, verdicts) | {"booked": booked}
    batch.status = "committed"
    batch.committed_at = moment
    session.flush()
    audit.note(session, actor, "import", "import", batch.id, file=batch.file_name, counts=batch.counts)


def _options(batch: ImportBatch) -> ImportOptions:
    return ImportOptions.of_batch(batch.options, batch.track, batch.issued_on)


def _stored(session: Session, batch_id: int) -> list[InputRow]:
    rows = session.execute(
        select(ImportRow.number, ImportRow.values, ImportRow.decision, ImportRow.firm_id)
        .where(ImportRow.batch_id == batch_id)
        .order_by(ImportRow.number)
    )
    return [
        InputRow(number, cells, decision, firm_id if decision else None)
        for number, cells, decision, firm_id in rows
    ]


def _write_roster(session: Session, actor: Actor, batch: ImportBatch, verdicts: Sequence[Verdict]) -> int:
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
    firm_bulk.update_many(session, importer, updates, batch.id)
    written = [*ids, *(firm_id for firm_id, _ in updates)]
    tracks = _options(batch).opened_tracks
    return stages.open_many(session, importer, written, tracks, clock.today(), batch.id)


def _write_list(session: Session, actor: Actor, batch: ImportBatch, verdicts: Sequence[Verdict]) -> int:
    """Certify the firms that the list names; returns how many certificates were new."""
    return sum(
        certify(session, actor, batch, verdict.firm_id, verdict.content)
        for verdict in verdicts
        if verdict.outcome == MATCHED and verdict.firm_id is not None
    )


def certify(session: Session, actor: Actor, batch: ImportBatch, firm_id: int, entry: Any) -> bool:
    """Certify one firm by this list; the list's file is the evidence."""
    return certificates.certify_by_list(
        session,
        actor,
        firm_id,
        batch.track or "",
        entry.number,
        entry.issued_on,
        import_batch_id=batch.id,
        evidence=batch.file_name,
    )


def _keep(session: Session, batch_id: int, verdicts: Sequence[Verdict]) -> None:
    """Write the verdicts that were carried out, with the version in which each firm was left."""
    versions = _versions(
        session, [v.firm_id for v in verdicts if v.outcome in _WRITTEN and v.firm_id is not None]
    )
    numbers = select(ImportRow.number, ImportRow.id).where(ImportRow.batch_id == batch_id)
    ids = dict(session.execute(numbers).all())
    session.execute(
        update(ImportRow),
        [
            {
                "id": ids[verdict.number],
                "outcome": verdict.outcome,
                "firm_id": verdict.firm_id,
                "firm_version": versions.get(verdict.firm_id or 0) if verdict.outcome in _WRITTEN else None,
                "problems": verdict.problems,
                "changes": verdict.changes,
            }
            for verdict in verdicts
        ],
    )


def _versions(session: Session, firm_ids: Iterable[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for part in chunks(firm_ids):
        rows = session.execute(select(Firm.id, Firm.version).where(Firm.id.in_(part)))
        found.update((firm_id, version) for firm_id, version in rows)
    return found
