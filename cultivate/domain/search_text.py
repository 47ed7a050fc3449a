"""What a firm is found by: name, former names, code, the sounds of its name and their initials.

One text per firm, lower case, pieces apart by a line break, so that one ``contains`` answers every way of
asking and a search never matches across two pieces.
"""

from collections.abc import Iterable

from cultivate.domain import firm_names

SEPARATOR = "\n"


def compose(name: str, former: Iterable[str], uscc: str | None) -> str:
    """The text of a firm: 杭州云创 is found by its characters, ``hangzhouyunchuang`` and ``hzyc``."""
    pieces = []
    for each in (name, *former):
        pieces += [firm_names.normalise(each), firm_names.pinyin(each), firm_names.initials(each)]
    pieces.append(uscc or "")
    return SEPARATOR.join(dict.fromkeys(piece.lower() for piece in pieces if piece))


def words(query: str) -> list[str]:
    """What somebody typed, as the pieces that must all occur; folded the way ``compose`` folds names."""
    return [folded for word in query.split() if (folded := firm_names.normalise(word).lower())]
