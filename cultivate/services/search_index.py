"""Taking changed firms into the index of the search.

The index may lag: firms that wait are read one by one by the search, so that an answer is never old. Taking in is
for speed alone. It costs nearly as much for a few firms as for hundreds, so small changes wait for company.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import TypeVar

from sqlalchemy import Row, delete, func, select
from sqlalchemy.orm import Session

from cultivate.db import locks
from cultivate.db.upsert import insert_for
from cultivate.domain import id_blocks, search_grams
from cultivate.domain.search_grams import Entry
from cultivate.models import Firm, SearchChange, SearchPosting

#: fewer changes than these are read as quickly as they would be taken in
WORTH_IT = 500
#: changes of one transaction, so that other writers of SQLite wait for a second or two
PORTION = 2000
_AT_ONCE = 400
Item = TypeVar("Item")
#: gram -> ids within a block
Change = dict[str, "array[int]"]


def waiting(session: Session) -> int:
    """How many changes the index has not taken in."""
    return session.scalar(select(func.count()).select_from(SearchChange)) or 0


def take_in(session: Session, portion: int = PORTION) -> int:
    """Take in the oldest changes; returns how many. A firm comes in as it is now."""
    locks.hold(session, locks.SEARCH)
    rows = _changes(session, portion)
    first = {row.firm_id: row for row in reversed(rows)}
    for block, firm_ids in groupby(sorted(first), key=lambda firm_id: id_blocks.place(firm_id)[0]):
        added: Change = {}
        gone: Change = {}
        for firm_id in firm_ids:
            row, number = first[firm_id], id_blocks.place(firm_id)[1]
            before = search_grams.of_entry(Entry(*row.was) if row.was else None)
            after = search_grams.of_entry(_entry(row))
            _note(added, after - before, number)
            _note(gone, before - after, number)
        _write(session, block, added, gone)
    for ids in _parts([row.id for row in rows]):
        session.execute(delete(SearchChange).where(SearchChange.id.in_(ids)))
    return len(rows)


def _note(change: Change, grams: Iterable[str], number: int) -> None:
    for gram in grams:
        ids = change.get(gram)
        if ids is None:
            change[gram] = array("H", (number,))
        else:
            ids.append(number)


def rebuild(session: Session) -> None:
    """Forget the index; every firm waits to be taken in again."""
    locks.hold(session, locks.SEARCH)
    session.execute(delete(SearchPosting))
    session.execute(delete(SearchChange))
    living = select(Firm.id).where(Firm.deleted_at.is_(None)).order_by(Firm.id)
    session.execute(insert_for(session, SearchChange).from_select(["firm_id"], living))


def _changes(session: Session, portion: int) -> Sequence[Row[tuple[object, ...]]]:
    """Changes and how their firms are now, of one moment: in one statement."""
    return session.execute(
        select(
            SearchChange.id,
            SearchChange.firm_id,
            SearchChange.was,
            *(getattr(Firm, column) for column in Entry._fields),
            Firm.deleted_at,
        )
        .outerjoin(Firm, Firm.id == SearchChange.firm_id)
        .order_by(SearchChange.id)
        .limit(portion)
    ).all()


def _entry(row: Row[tuple[object, ...]]) -> Entry | None:
    if row.deleted_at is not None or row.search_text is None:
        return None
    return Entry(*(getattr(row, column) for column in Entry._fields))


def _write(session: Session, block: int, added: Change, gone: Change) -> None:
    statement = insert_for(session, SearchPosting)
    statement = statement.on_conflict_do_update(
        index_elements=["gram", "block"], set_={"ids": statement.excluded.ids}
    )
    for grams in _parts(sorted(added.keys() | gone.keys())):
        known = _known(session, block, grams)
        changed = {gram: _new(known.get(gram), added.get(gram), gone.get(gram)) for gram in grams}
        rows = [
            {"gram": gram, "block": block, "ids": ids}
            for gram, ids in changed.items()
            if ids != known.get(gram, id_blocks.EMPTY)
        ]
        if rows:
            session.connection().execute(statement, rows)


def _new(known: bytes | None, added: Iterable[int] | None, gone: Iterable[int] | None) -> bytes:
    block = known or id_blocks.EMPTY
    if gone:
        block = id_blocks.without(block, gone)
    return id_blocks.either(block, id_blocks.pack(added)) if added else block


def _known(session: Session, block: int, grams: Sequence[str]) -> Mapping[str, bytes]:
    statement = select(SearchPosting.gram, SearchPosting.ids).where(
        SearchPosting.block == block, SearchPosting.gram.in_(grams)
    )
    return {row.gram: row.ids for row in session.execute(statement.order_by(SearchPosting.gram))}


def _parts(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), _AT_ONCE):
        yield items[start : start + _AT_ONCE]
