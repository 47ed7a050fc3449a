"""Carrying a preview out, in one transaction."""

from collections.abc import Iterable, Sequence
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
    moment = ledger.begin(
        session
    )  # who writes the ledger waits, so nothing comes between verdict and booking
    options = ImportOptions.of_batch(batch.options, batch.track, batch.issued_on)
    stored = _stored(session, batch.id)
    verdicts = judge(session, actor, batch.kind, options, [row for _, row in stored])
    if batch.kind == FIRMS:
        booked = _write_roster(session, actor, batch.id, options, verdicts)
    else:
        booked = _write_list(session, actor, batch, verdicts)
    _keep(session, [row_id for row_id, _ in stored], verdicts)
    batch.counts = count(batch.kind, verdicts) | {"booked": booked}
    batch.status = "committed"
    batch.committed_at = moment
    session.flush()
    audit.note(session, actor, "import", "import", batch.id, file=batch.file_name, counts=batch.counts)


def _stored(session: Session, batch_id: int) -> list[tuple[int, InputRow]]:
    rows = session.execute(
        select(ImportRow.id, ImportRow.number, ImportRow.values, ImportRow.decision, ImportRow.firm_id)
        .where(ImportRow.batch_id == batch_id)
        .order_by(ImportRow.number)
    )
    return [
        (row_id, InputRow(number, cells, decision, firm_id if decision else None))
        for row_id, number, cells, decision, firm_id in rows
    ]


def _write_roster(
    session: Session, actor: Actor, batch_id: int, options: ImportOptions, verdicts: Sequence[Verdict]
) -> int:
    """Register, update, and open candidacies; returns how many were opened."""
    importer = actor.through("import")
    new = [verdict for verdict in verdicts if verdict.outcome == CREATE]
    changed = [verdict for verdict in verdicts if verdict.outcome == UPDATE]
    try:
        ids = firm_bulk.register_many(session, importer, [verdict.content for verdict in new], batch_id)
    except IntegrityError as error:
        message = N_("One of these firms was registered in this moment by somebody else. Import again.")
        raise Conflict(message) from error
    for verdict, firm_id in zip(new, ids, strict=True):
        verdict.firm_id = firm_id
    updates = [(verdict.firm_id, verdict.content) for verdict in changed if verdict.firm_id is not None]
    firm_bulk.update_many(session, importer, updates, batch_id)
    written = [*ids, *(firm_id for firm_id, _ in updates)]
    return stages.open_many(session, importer, written, options.opened_tracks, clock.today(), batch_id)


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


def _keep(session: Session, row_ids: Sequence[int], verdicts: Sequence[Verdict]) -> None:
    """Write the verdicts that were carried out, with the version in which each firm was left."""
    written = {CREATE, UPDATE}
    versions = _versions(
        session, [v.firm_id for v in verdicts if v.outcome in written and v.firm_id is not None]
    )
    session.execute(
        update(ImportRow),
        [
            {
                "id": row_id,
                "outcome": verdict.outcome,
                "firm_id": verdict.firm_id,
                "firm_version": versions.get(verdict.firm_id or 0) if verdict.outcome in written else None,
                "problems": verdict.problems,
                "changes": verdict.changes,
            }
            for row_id, verdict in zip(row_ids, verdicts, strict=True)
        ],
    )


def _versions(session: Session, firm_ids: Iterable[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for part in chunks(firm_ids):
        rows = session.execute(select(Firm.id, Firm.version).where(Firm.id.in_(part)))
        found.update((firm_id, version) for firm_id, version in rows)
    return found
