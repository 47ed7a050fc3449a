"""Reading the index of the search: the firms that may answer some words, before their texts are asked."""

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cultivate.domain import id_blocks, search_grams
from cultivate.models import SearchChange, SearchPosting

#: of a word's grams the rarest; the others are in nearly all texts that have these
RAREST = 5
#: blocks of ids by their number
Blocks = Mapping[int, bytes]


def changed_ids(session: Session) -> set[int]:
    """Firms of which the index is out of date. To be read before the index itself.

    In the other order a firm could be taken in between, and be missed by both.
    """
    return set(session.scalars(select(SearchChange.firm_id).order_by(SearchChange.id)))


def candidates(
    session: Session, words: Sequence[str], places: Iterable[Iterable[int]], *, contacts: bool
) -> tuple[Blocks, Blocks]:
    """All firms that may hold the words, and those of them of which a text begins with the first.

    ``places``: of each group of units a firm lies in one.
    """
    asked = [_ways(word, contacts=contacts) for word in words]
    asked += [[[search_grams.place(unit)] for unit in group] for group in places]
    start = search_grams.start_of(words[0])
    sizes = _sizes(session, {gram for ways in asked for way in ways for gram in way})
    chosen = [_possible(ways, sizes) for ways in asked]
    if not all(chosen):
        return {}, {}
    grams = {gram for ways in chosen for way in ways for gram in way}
    known = _postings(session, grams | {start})
    found = _meet([_either([_meet([known[gram] for gram in way]) for way in ways]) for ways in chosen])
    return found, _meet([found, known.get(start, {})])


def _ways(word: str, *, contacts: bool) -> list[list[str]]:
    grams = search_grams.of_word(word)
    return [grams, search_grams.contact(grams)] if contacts else [grams]


def _possible(ways: Sequence[Sequence[str]], sizes: Mapping[str, int]) -> list[list[str]]:
    """The ways of which every gram occurs, each by its rarest grams."""
    return [
        sorted(way, key=lambda gram: sizes[gram])[:RAREST]
        for way in ways
        if all(gram in sizes for gram in way)
    ]


def _sizes(session: Session, grams: set[str]) -> dict[str, int]:
    statement = (
        select(SearchPosting.gram, func.sum(func.length(SearchPosting.ids)))
        .where(SearchPosting.gram.in_(sorted(grams)))
        .group_by(SearchPosting.gram)
        .order_by(SearchPosting.gram)
    )
    return {gram: size for gram, size in session.execute(statement) if size}


def _postings(session: Session, grams: set[str]) -> dict[str, dict[int, bytes]]:
    statement = (
        select(SearchPosting.gram, SearchPosting.block, SearchPosting.ids)
        .where(SearchPosting.gram.in_(sorted(grams)))
        .order_by(SearchPosting.gram, SearchPosting.block)
    )
    found: dict[str, dict[int, bytes]] = {}
    for gram, block, ids in session.execute(statement):
        found.setdefault(gram, {})[block] = ids
    return found


def _meet(parts: Sequence[Blocks]) -> Blocks:
    """The ids of all parts."""
    shared = set.intersection(*(set(part) for part in parts))
    met = {block: reduce(id_blocks.both, [part[block] for part in parts]) for block in sorted(shared)}
    return {block: ids for block, ids in met.items() if ids}


def _either(parts: Sequence[Blocks]) -> Blocks:
    """The ids of any part."""
    every = sorted({block for part in parts for block in part})
    return {
        block: reduce(id_blocks.either, [part.get(block, id_blocks.EMPTY) for part in parts])
        for block in every
    }
