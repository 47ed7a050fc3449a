"""What the index of the search is keyed by: short pieces of the texts that a firm is found by.

A word is in a text only where all its pieces are. So the firms that have them all are the candidates, and the
text itself has the last word. A piece never reaches over two names, a name and a code, a firm and its contact.
"""

from collections.abc import Iterable
from itertools import chain
from typing import NamedTuple

from cultivate.domain import search_text

#: what a text begins with; what a contact is found by; where a firm lies. No text holds control characters
START, CONTACT, PLACE = "\x02", "\x03", "\x04"
#: any two characters are a gram; of Latin letters and digits, which tell less, three and four in a row as well
_SHORT, _LONG = 2, 4


class Entry(NamedTuple):
    """A firm as the index sees it."""

    search_text: str
    contact_name: str | None
    contact_phone: str | None
    street_id: int
    park_id: int | None


def of_entry(entry: Entry | None) -> set[str]:
    """All grams of a firm; none of a firm that cannot be found."""
    if entry is None:
        return set()
    found = {place(unit) for unit in (entry.street_id, entry.park_id) if unit is not None}
    for piece in entry.search_text.split(search_text.SEPARATOR):
        found.update(_of_piece(piece))
        found.update(starts(piece))
    for piece in search_text.contact_pieces(entry.contact_name, entry.contact_phone):
        found.update(contact(_of_piece(piece)))
    return found


def of_word(word: str) -> list[str]:
    """The grams that a text must have to contain the word."""
    if is_whole(word):
        return [word]
    found: dict[str, None] = {}
    covered = 1
    for at in range(len(word) - 1):
        long = next(size for size in (4, 3, 2) if size == _SHORT or _runs(word[at : at + size], size))
        if at + long > covered or long == _LONG:  # else the one before holds it
            found[word[at : at + long]] = None
            covered = at + long
    return list(found)


def is_whole(word: str) -> bool:
    """Whether the word is a gram itself, so that the index alone knows who has it."""
    return len(word) <= _SHORT or (len(word) <= _LONG and word.isascii())


def start_of(word: str) -> str:
    """The gram of the texts that begin as the word does."""
    return starts(word)[-1]


def starts(piece: str) -> list[str]:
    """A text by its first character, its first two, and up to four where they are Latin letters or digits."""
    head = piece[:_LONG]
    longest = _LONG if head.isascii() else _SHORT
    return [START + head[:length] for length in range(1, min(longest, len(head)) + 1)]


def place(unit_id: int) -> str:
    """The gram of the firms of a street or park."""
    return f"{PLACE}{unit_id}"


def contact(grams: Iterable[str]) -> list[str]:
    """The same grams, in the name or the phone number of a contact."""
    return [CONTACT + gram for gram in grams]


def _of_piece(piece: str) -> set[str]:
    found = {*piece, *map(str.__add__, piece, piece[1:])}
    three = map("".join, zip(piece, piece[1:], piece[2:], strict=False))
    four = map("".join, zip(piece, piece[1:], piece[2:], piece[3:], strict=False))
    longer = chain(three, four)
    found.update(longer if piece.isascii() else filter(str.isascii, longer))
    return found


def _runs(text: str, length: int) -> bool:
    return len(text) == length and text.isascii()
