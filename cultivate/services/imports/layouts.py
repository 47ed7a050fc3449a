"""Corrections of columns, remembered by the titles of the layout: the next file of it is read so at once.

The memory is everybody's, as the layout is: whoever reads by it is told who set the columns, and when.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.db.upsert import insert_for
from cultivate.domain.actor import Actor
from cultivate.models import ImportLayout, User
from cultivate.services.imports.known_firms import chunks
from cultivate.spreadsheets import Reading, Table
from cultivate.spreadsheets.layout import signatures


@dataclass(frozen=True, slots=True)
class Remembered:
    """How somebody once set the columns of a layout."""

    reading: Reading
    by: str | None
    at: datetime


def recall(session: Session, kind: str, tables: Sequence[Table]) -> Remembered | None:
    """How a table of the file is to be read, if its layout was corrected before; the first of several."""
    places: dict[str, tuple[int, int]] = {}
    for signature, sheet, row in signatures(tables):
        if signature and not tables[sheet].hidden:
            places.setdefault(signature, (sheet, row))
    found: list[tuple[tuple[int, int], Remembered]] = []
    for part in chunks(places):
        rows = session.execute(
            select(ImportLayout.signature, ImportLayout.columns, User.display_name, ImportLayout.updated_at)
            .outerjoin(User, User.id == ImportLayout.by_id)
            .where(ImportLayout.kind == kind, ImportLayout.signature.in_(part))
            .order_by(ImportLayout.id)
        )
        for signature, columns, by, at in rows:
            keys = {int(index): key for index, key in columns.items()}
            found.append((places[signature], Remembered(Reading(*places[signature], keys), by, at)))
    return min(found, key=lambda each: each[0])[1] if found else None


def remember(session: Session, actor: Actor, kind: str, signature: str, columns: dict[int, str]) -> None:
    """Keep the columns for the layout; the last who set them counts. Nothing to keep without titles."""
    if not signature:
        return
    values = {
        "columns": {str(index): key for index, key in columns.items()},
        "by_id": actor.user_id,
        "updated_at": clock.now(),
    }
    statement = insert_for(session, ImportLayout).values(kind=kind, signature=signature, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["kind", "signature"], set_=values))


def forget(session: Session, kind: str, signature: str) -> None:
    """Read this layout by its titles again."""
    session.execute(
        delete(ImportLayout).where(ImportLayout.kind == kind, ImportLayout.signature == signature)
    )
