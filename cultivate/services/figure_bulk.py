"""Figures of many firms at once: the importer's form of ``firm_figures.record``, and taking an import back.

The importer has judged each figure in its preview. Statements are set-wise, some for each 500 firms.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain.actor import Actor
from cultivate.domain.figures import key_of, split_key
from cultivate.domain.permissions import Act
from cultivate.errors import NotFound
from cultivate.models import AuditEvent, Firm, FirmFigure
from cultivate.queries.candidacies import firm_within
from cultivate.services.firm_figures import Slot, Years, plain

PART = 500
Said = Mapping[int, Sequence[tuple[Years, str]]]
"""By firm what its rows say, each with the document that it comes from."""
_COLUMNS = (
    FirmFigure.id,
    FirmFigure.firm_id,
    FirmFigure.year,
    FirmFigure.figure,
    FirmFigure.calibre,
    FirmFigure.value,
)


@dataclass(slots=True)
class _Writing:
    """What is to be written for a part of the firms."""

    ended: list[int] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    changes: dict[int, dict[str, list[Any]]] = field(default_factory=dict)


def record_many(session: Session, actor: Actor, said: Said, import_batch_id: int | None) -> None:
    """Keep what differs from the current figures. ``NotFound`` where a firm is not there any more."""
    actor.require(Act.EDIT_FIRM)
    for part in _parts(said):
        versions = _versions(session, actor, part)
        if len(versions) < len(part):
            raise NotFound
        now = clock.now()
        writing = _differing(session, said, part)
        shared = {"by_id": actor.user_id, "import_batch_id": import_batch_id, "recorded_at": now}
        _end(session, writing.ended, now)
        if writing.rows:
            session.execute(insert(FirmFigure), [row | shared for row in writing.rows])
        details = {firm_id: {"changes": changes} for firm_id, changes in writing.changes.items()}
        _touch(session, actor, "edit", versions, details, import_batch_id)


def take_back(
    session: Session,
    actor: Actor,
    before: Mapping[int, Mapping[Slot, Decimal | None]],
    import_batch_id: int,
) -> None:
    """End the current figures of these slots, and let those stand again that stood before, by their values.

    Source, author and day of what was said before the import come back as they were.
    """
    for part in _parts(before):
        versions = _versions(session, actor, part)
        past, current = _past(session, part), _current(session, part)
        ended: list[int] = []
        again: list[int] = []
        for firm_id in part:
            for slot, value in before[firm_id].items():
                row_id, _value = current.get((firm_id, slot), (None, None))
                ended += [row_id] if row_id is not None else []
                again += [past_id for past_id, said in past.get((firm_id, slot), ()) if said == value][-1:]
        _end(session, ended, clock.now())  # of two current figures the index takes one
        _end(session, again, None)
        _touch(session, actor, "restore", versions, {firm_id: {} for firm_id in versions}, import_batch_id)


def _parts(firm_ids: Iterable[int]) -> Iterator[list[int]]:
    ids = sorted(firm_ids)
    for start in range(0, len(ids), PART):
        yield ids[start : start + PART]


def _versions(session: Session, actor: Actor, firm_ids: Sequence[int]) -> dict[int, int]:
    """Versions of the firms that are there and the actor's, locked until the transaction ends."""
    statement = (
        select(Firm.id, Firm.version)
        .where(Firm.id.in_(firm_ids), firm_within(actor.scope))
        .order_by(Firm.id)
        .with_for_update()
    )
    return {row.id: row.version for row in session.execute(statement)}


def _differing(session: Session, said: Said, firm_ids: Sequence[int]) -> _Writing:
    current = _current(session, firm_ids)
    writing = _Writing()
    for firm_id, slot, value, source in _flat(said, firm_ids):
        row_id, known = current.get((firm_id, slot), (None, None))
        if value == known:
            continue
        year, key = slot
        writing.changes.setdefault(firm_id, {})[f"{key}_{year}"] = [plain(known), plain(value)]
        if row_id is not None:
            writing.ended.append(row_id)
        if value is not None:
            figure, calibre = split_key(key)
            names = {"firm_id": firm_id, "year": year, "figure": figure, "calibre": calibre}
            writing.rows.append(names | {"value": value, "source": source})
    return writing


def _flat(said: Said, firm_ids: Sequence[int]) -> Iterator[tuple[int, Slot, Decimal | None, str]]:
    for firm_id in firm_ids:
        for years, source in said[firm_id]:
            for year, figures in sorted(years.items()):
                for key, value in figures.items():
                    yield firm_id, (year, key), value, source


def _current(
    session: Session, firm_ids: Sequence[int]
) -> dict[tuple[int, Slot], tuple[int | None, Decimal | None]]:
    """Current figures by firm and slot: id and value."""
    statement = select(*_COLUMNS).where(FirmFigure.firm_id.in_(firm_ids), FirmFigure.replaced_at.is_(None))
    return {
        (firm_id, (year, key_of(figure, calibre))): (row_id, value)
        for row_id, firm_id, year, figure, calibre, value in session.execute(statement)
    }


def _past(
    session: Session, firm_ids: Sequence[int]
) -> dict[tuple[int, Slot], list[tuple[int, Decimal | None]]]:
    """Replaced figures by firm and slot, the last one last."""
    statement = (
        select(*_COLUMNS)
        .where(FirmFigure.firm_id.in_(firm_ids), FirmFigure.replaced_at.is_not(None))
        .order_by(FirmFigure.replaced_at, FirmFigure.id)
    )
    found: dict[tuple[int, Slot], list[tuple[int, Decimal | None]]] = {}
    for row_id, firm_id, year, figure, calibre, value in session.execute(statement):
        found.setdefault((firm_id, (year, key_of(figure, calibre))), []).append((row_id, value))
    return found


def _end(session: Session, ids: Sequence[int], now: datetime | None) -> None:
    """These figures are replaced from now on; ``None``: they stand again."""
    for start in range(0, len(ids), PART):
        part = ids[start : start + PART]
        session.execute(update(FirmFigure).where(FirmFigure.id.in_(part)).values(replaced_at=now))


def _touch(
    session: Session,
    actor: Actor,
    verb: str,
    versions: Mapping[int, int],
    details: Mapping[int, dict[str, Any]],
    import_batch_id: int | None,
) -> None:
    """A firm's version grows with its figures, and the trail tells of them; of the firms in ``details``."""
    ids = [firm_id for firm_id in details if firm_id in versions]
    if not ids:
        return
    now = clock.now()
    statement = update(Firm).where(Firm.id.in_(ids)).values(updated_at=now, version=Firm.version + 1)
    session.execute(statement.execution_options(synchronize_session="fetch"))
    session.execute(
        insert(AuditEvent),
        [
            {
                "at": now,
                "actor_id": actor.user_id,
                "source": actor.source,
                "verb": verb,
                "subject": "firm",
                "subject_id": firm_id,
                "details": details[firm_id]
                | {"version": versions[firm_id] + 1, "import_batch_id": import_batch_id},
            }
            for firm_id in ids
        ],
    )
