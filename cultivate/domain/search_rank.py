"""Which of the firms that were found come first: the better a name answers, the higher it stands."""

from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

from cultivate.domain import search_text


class By(IntEnum):
    """What a word found a firm by, best first."""

    EXACT = 0
    START = 1
    NAME = 2
    FORMER = 3
    INITIALS = 4
    SOUND = 5
    PART = 6
    CONTACT = 7


class Rank(NamedTuple):
    """The worst word counts first, then all of them."""

    worst: int
    together: int


def rank(words: Sequence[str], text: str) -> Rank:
    """How well a firm's search text answers the words; a word that is not in it is one of the contact."""
    pieces = text.split(search_text.SEPARATOR)
    if "".join(words) in (pieces[0], pieces[-1]):
        return Rank(By.EXACT, By.EXACT)
    found = [found_by(word, pieces) for word in words]
    return Rank(max(found, default=By.EXACT), sum(found))


def found_by(word: str, pieces: Sequence[str]) -> By:
    """What one word found: ``pieces`` are name, sound, first letters, the same of former names, and the code."""
    name, code = pieces[0], pieces[-1]
    if word in (name, code):
        return By.EXACT
    if name.startswith(word) or code.startswith(word):
        return By.START
    return By.NAME if word in name else _found_beside(word, pieces[1:])


def _found_beside(word: str, pieces: Sequence[str]) -> By:
    if any(word in piece for piece in pieces if not piece.isascii()):
        return By.FORMER
    if any(piece.startswith(word) for piece in pieces[1:2]):
        return By.INITIALS
    if any(piece.startswith(word) for piece in pieces):
        return By.SOUND
    return By.PART if any(word in piece for piece in pieces) else By.CONTACT
