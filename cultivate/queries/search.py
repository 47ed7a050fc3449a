"""Finding firms by what somebody types: name, former name, sound, first letters, code and contact, in any mix.

``conditions`` say in SQL what is found; every answer obeys them, and the scope. The index only spares reading
the texts of firms that cannot be meant.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from sqlalchemy import ColumnElement, Row, func, or_, select
from sqlalchemy.orm import Session

from cultivate.db.many import among
from cultivate.domain import id_blocks, search_grams, search_rank, search_text
from cultivate.domain.scope import Scope
from cultivate.models import Firm
from cultivate.queries import search_index
from cultivate.queries.candidacies import firm_within
from cultivate.queries.places import NO_PARK, lies_in
from cultivate.queries.search_index import Blocks
from cultivate.queries.units import Unit

#: so many are put in order; who finds more has not said enough
REACH = 500
#: candidates whose texts are asked; where more would be needed the filters find them quicker
_PATIENCE = 50_000
#: candidates that are counted to the last where a list shows its total
_COUNTED = 20_000
#: the order of ``Found.ids``
RELEVANCE = "relevance"


@dataclass(frozen=True, slots=True)
class Found:
    """Ids, best first, at most ``REACH``; ``total`` of all, with ``more`` at least that many."""

    ids: tuple[int, ...] = ()
    total: int = 0
    more: bool = False

    @property
    def complete(self) -> bool:
        """Whether ``ids`` are all of them."""
        return not self.more and len(self.ids) == self.total


def conditions(scope: Scope, q: str) -> Iterator[ColumnElement[bool]]:
    """Every word stands somewhere in a text of the firm; in the contact only for who may see contacts."""
    for word in search_text.words(q):
        ways: list[Any] = [Firm.search_text]
        if scope.contacts:
            ways += [
                func.lower(func.replace(Firm.contact_name, " ", "")),
                func.lower(func.replace(func.replace(Firm.contact_phone, "-", ""), " ", "")),
            ]
        yield or_(*(text.contains(word, autoescape=True) for text in ways))


def find(
    session: Session,
    scope: Scope,
    q: str,
    unit: Unit | None = None,
    others: Sequence[ColumnElement[bool]] = (),
    *,
    counted: bool = True,
) -> Found:
    """The firms that answer ``q``, lie in ``unit`` and fulfil ``others`` (conditions over ``Firm``).

    ``counted``: worth some milliseconds to know how many there are.
    """
    words = search_text.words(q)
    if not words:
        return Found()
    within = [firm_within(scope), *([] if unit is None else [lies_in(Firm, unit)]), *others]
    columns: Any = select(Firm.id, Firm.name_key, Firm.search_text).order_by(Firm.id.desc())
    statement = columns.where(*within, *conditions(scope, q))
    known = _candidates(session, scope, words, unit)
    rows: list[Row[Any]] = []
    if known.changed:
        rows = _among(session, statement.limit(REACH + 1), known.changed)
    waiting, total = len(rows), None
    if known.certain and not others and waiting <= REACH:
        rows += _among(session, columns.where(*within), list(islice(known.ids, REACH)))
        total = known.total + waiting
    elif waiting <= REACH:
        total = _ask(session, statement, known, rows, counted=counted)
    best = sorted(rows, key=lambda row: (*search_rank.rank(words, row.search_text), row.name_key, row.id))
    ids = tuple(row.id for row in best[:REACH])
    return Found(ids, REACH, more=True) if total is None else Found(ids, total)


@dataclass(frozen=True, slots=True)
class _Candidates:
    """What the index says."""

    ids: Iterator[int]
    """Those with a text that begins as the query does, then the newest."""
    total: int
    certain: bool
    """Whether no text needs to be asked."""
    changed: set[int]
    """Firms of which the index is out of date; none of them is among ``ids``."""


def _candidates(session: Session, scope: Scope, words: Sequence[str], unit: Unit | None) -> _Candidates:
    places = [] if scope.everything else [scope.unit_ids]
    if unit is not None and unit != NO_PARK:
        places.append(frozenset({unit.id}))
    changed = search_index.changed_ids(session)
    every, starting = search_index.candidates(session, words, places, contacts=scope.contacts)
    return _Candidates(
        ids=_in_order(every, starting, changed),
        total=sum(id_blocks.count(ids) for ids in every.values()) - _stale(every, changed),
        certain=unit != NO_PARK and all(search_grams.is_whole(word) for word in words),
        changed=changed,
    )


def _in_order(every: Blocks, starting: Blocks, changed: set[int]) -> Iterator[int]:
    first = [firm_id for firm_id in islice(_newest(starting), REACH) if firm_id not in changed]
    given = changed.union(first)
    return chain(first, (firm_id for firm_id in _newest(every) if firm_id not in given))


def _newest(blocks: Blocks) -> Iterator[int]:
    for block in sorted(blocks, reverse=True):
        for number in reversed(id_blocks.members(blocks[block])):
            yield block * id_blocks.SPAN + number


def _stale(every: Blocks, changed: set[int]) -> int:
    return sum(firm_id in changed for firm_id in _newest(every)) if changed else 0


def _ask(
    session: Session, statement: Any, known: _Candidates, rows: list[Row[Any]], *, counted: bool
) -> int | None:
    """Ask the texts of candidates until enough are found; how many there are, ``None`` if that is not known."""
    read, step = 0, REACH + 1
    while len(rows) <= REACH and read < _PATIENCE:
        batch = list(islice(known.ids, step))
        rows += _among(session, statement, batch)
        if len(batch) < step:
            return len(rows)
        read, step = read + step, min(2 * step, 8000)
    if len(rows) <= REACH:
        rows[:] = session.execute(statement.limit(REACH + 1)).all()
        return len(rows) if len(rows) <= REACH else None
    if not counted or known.total > _COUNTED:
        return None
    rest = statement.where(among(session, Firm.id, known.ids)).order_by(None)
    return len(rows) + (session.scalar(select(func.count()).select_from(rest.subquery())) or 0)


def _among(session: Session, statement: Any, ids: Collection[int]) -> list[Row[Any]]:
    return list(session.execute(statement.where(among(session, Firm.id, ids)))) if ids else []
