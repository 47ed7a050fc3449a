"""What a firm is found by: name, former names, code, the sounds of its name and their initials.

One text per firm, lower case, pieces apart by a line break, so that one ``contains`` answers every way of
asking and a search never matches across two pieces.
"""

import re
from collections.abc import Iterable

from cultivate.domain import firm_names

SEPARATOR = "\n"
_PHONE = re.compile(r"\+?[\d-]{6,}")
_CODE = re.compile(r"(?=.*\d)[0-9a-z]{6,}")
#: letters that a credit code never holds, and what they were read for
_MISREAD = str.maketrans("iosz", "1052")


def compose(name: str, former: Iterable[str], uscc: str | None) -> str:
    """The text of a firm: 杭州云创 is found by its characters, ``hangzhouyunchuang`` and ``hzyc``."""
    pieces = []
    for each in (name, *former):
        pieces += pieces_of_name(each)
    pieces.append(uscc or "")
    return SEPARATOR.join(dict.fromkeys(piece.lower() for piece in pieces if piece))


def pieces_of_name(name: str) -> list[str]:
    """A name and how it sounds, in full and by first letters; 长 and its like in both their readings."""
    said = [firm_names.normalise(name).lower(), firm_names.pinyin(name), firm_names.initials(name)]
    return said + firm_names.other_reading(name)


def contact_pieces(name: str | None, phone: str | None) -> list[str]:
    """What the contact of a firm is found by: name and number, without the blanks and dashes of either."""
    both = ((name or "").replace(" ", "").lower(), re.sub("[ -]", "", phone or "").lower())
    return [piece for piece in both if piece]


def words(query: str) -> list[str]:
    """What somebody typed, as the pieces that must all occur; folded the way ``compose`` folds names."""
    return [folded for word in query.split() if (folded := _folded(word))]


def _folded(word: str) -> str:
    text = firm_names.normalise(word).lower()
    return text.replace("-", "") if _PHONE.fullmatch(text) else text


def reread(query: str) -> str | None:
    """The query with the letters set right that no credit code holds (O for 0); ``None`` where none is."""
    read = [word.translate(_MISREAD) if _CODE.fullmatch(word) else word for word in words(query)]
    return " ".join(read) if read != words(query) else None
