"""What the field in the header shows while somebody types: the first firms, and why they are among them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate.domain import search_text
from cultivate.domain.scope import Scope
from cultivate.models import Firm, FirmName
from cultivate.queries import firms, search
from cultivate.queries.firms import FirmRow

SHOWN = 8


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A firm, and what of it was found where the name does not say so."""

    firm: FirmRow
    former_name: str | None
    contact: str | None


@dataclass(frozen=True, slots=True)
class Suggestions:
    """The first firms; ``total`` of all, with ``more`` at least that many."""

    q: str
    """What was looked for: the query, or a code that was meant where nothing has what was typed."""
    items: Sequence[Suggestion] = ()
    total: int = 0
    more: bool = False


def suggest(session: Session, scope: Scope, q: str) -> Suggestions:
    """The firms within the scope that answer ``q`` best; as many queries however many there are."""
    found = search.find(session, scope, q, counted=False)
    meant = None if found.ids else search_text.reread(q)
    if meant is not None and (other := search.find(session, scope, meant, counted=False)).ids:
        q, found = meant, other
    rows = firms.by_ids(session, found.ids[:SHOWN])
    former = _former_names(session, found.ids[:SHOWN])
    words = search_text.words(q)
    items = [
        Suggestion(shown, _former(row, former[row.id], words), _contact(row, words, scope))
        for row, shown in zip(rows, firms.as_rows(session, scope, rows), strict=True)
    ]
    return Suggestions(q, items, found.total, found.more)


def _former_names(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    statement = select(FirmName.firm_id, FirmName.name).where(FirmName.firm_id.in_(ids)).order_by(FirmName.id)
    for firm_id, name in session.execute(statement):
        found[firm_id].append(name)
    return found


def _former(firm: Firm, names: Sequence[str], words: Sequence[str]) -> str | None:
    """The former name that holds a word that neither the name nor the code does."""
    now = [*search_text.pieces_of_name(firm.name), (firm.uscc or "").lower()]
    strange = [word for word in words if not any(word in piece for piece in now)]
    for name in names:
        pieces = search_text.pieces_of_name(name)
        if any(word in piece for word in strange for piece in pieces):
            return name
    return None


def _contact(firm: Firm, words: Sequence[str], scope: Scope) -> str | None:
    """The contact, for who may see it, where a word is in nothing else."""
    if not scope.contacts or all(
        any(word in piece for piece in firm.search_text.split(search_text.SEPARATOR)) for word in words
    ):
        return None
    return " ".join(filter(None, (firm.contact_name, firm.contact_phone)))
