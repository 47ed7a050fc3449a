"""Taking back what an import wrote to firms: tombstones for the new ones, former values for the others."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, selectinload

from cultivate import clock
from cultivate.domain import firm_names, search_text
from cultivate.domain.actor import Actor
from cultivate.domain.figures import KEYS, split_key
from cultivate.models import Firm, FirmFigure, FirmName, ImportBatch, ImportRow
from cultivate.services import audit
from cultivate.services.imports.known_firms import chunks
from cultivate.services.imports.verdict import CREATE, UPDATE


def take_back(session: Session, actor: Actor, batch: ImportBatch) -> None:
    """Tombstones and former values; a tombstone does not block the code, so that the file can come again."""
    for part in chunks(_written(session, batch, CREATE)):
        _bury(session, part)
    changes = _changes(session, batch)
    for part in chunks(sorted(changes)):
        firms = session.scalars(
            select(Firm)
            .where(Firm.id.in_(part))
            .options(selectinload(Firm.figures))
            .order_by(Firm.id)
            .execution_options(populate_existing=True)
        )
        for firm in firms:
            _restore(session, firm, changes[firm.id])
            audit.note(session, actor, "restore", "firm", firm.id, import_batch_id=batch.id)
        session.flush()


def _written(session: Session, batch: ImportBatch, outcome: str) -> list[int]:
    rows = session.scalars(
        select(ImportRow.firm_id)
        .where(
            ImportRow.batch_id == batch.id, ImportRow.outcome == outcome, ImportRow.firm_version.is_not(None)
        )
        .order_by(ImportRow.number)
    )
    return [firm_id for firm_id in rows if firm_id is not None]


def _bury(session: Session, ids: Sequence[int]) -> None:
    now = clock.now()
    session.execute(
        update(Firm)
        .where(Firm.id.in_(ids))
        .values(deleted_at=now, updated_at=now, version=Firm.version + 1)
        .execution_options(synchronize_session="fetch")
    )


def _changes(session: Session, batch: ImportBatch) -> dict[int, list[Mapping[str, Any]]]:
    rows = session.execute(
        select(ImportRow.firm_id, ImportRow.changes)
        .where(
            ImportRow.batch_id == batch.id, ImportRow.outcome == UPDATE, ImportRow.firm_version.is_not(None)
        )
        .order_by(ImportRow.number)
    )
    found: dict[int, list[Mapping[str, Any]]] = {}
    for firm_id, changes in rows:  # several rows of a list of figures may speak of one firm
        if firm_id is not None:
            found.setdefault(firm_id, []).extend(changes)
    return found


def _restore(session: Session, firm: Firm, changes: Sequence[Mapping[str, Any]]) -> None:
    for change in changes:
        key, before = change["field"], change["before"]
        figure, _, year = key.rpartition("_")
        if key == "former_names":
            _forget_names(session, firm.id, change["after"])
        elif figure in KEYS:
            _restore_figure(session, firm, int(year), figure, before)
        else:
            setattr(firm, key, _value(key, before))
    names = session.scalars(
        select(FirmName.name).where(FirmName.firm_id == firm.id).order_by(FirmName.id)
    ).all()
    firm.name_key = firm_names.normalise(firm.name)
    firm.search_text = search_text.compose(firm.name, names, firm.uscc)
    firm.updated_at = clock.now()


def _forget_names(session: Session, firm_id: int, names: Sequence[str]) -> None:
    keys = [firm_names.normalise(name) for name in names]
    session.execute(delete(FirmName).where(FirmName.firm_id == firm_id, FirmName.name_key.in_(keys)))


def _restore_figure(session: Session, firm: Firm, year: int, key: str, before: str | None) -> None:
    """End the import's figure, and let the one before it stand again, with its source and author."""
    figure, calibre = split_key(key)
    for row in firm.figures:
        if (row.year, row.figure, row.calibre) == (year, figure, calibre):
            row.replaced_at = clock.now()
    session.flush()  # of two current figures the index takes one
    if before is None:
        return
    known = session.scalars(
        select(FirmFigure)
        .where(
            FirmFigure.firm_id == firm.id,
            FirmFigure.year == year,
            FirmFigure.figure == figure,
            FirmFigure.calibre == calibre,
            FirmFigure.value == Decimal(before),
        )
        .order_by(FirmFigure.replaced_at.desc(), FirmFigure.id.desc())
        .limit(1)
    ).one()
    known.replaced_at = None


def _value(key: str, before: Any) -> Any:
    """A kept JSON value as the column takes it."""
    if before is None:
        return None
    if key == "established_on":
        return date.fromisoformat(before)
    return Decimal(before) if key == "registered_capital" else before
