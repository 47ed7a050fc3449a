"""Which characters of a name a search has found, to be shown marked."""

from collections.abc import Sequence
from itertools import groupby

from cultivate.domain import firm_names


def marked(name: str, words: Sequence[str]) -> list[tuple[str, bool]]:
    """The name in pieces, each with whether it was asked for: by its characters, its sounds or first letters."""
    kept = [at for at, character in enumerate(name) if firm_names.normalise(character)]
    texts = [firm_names.normalise(name[at]).lower() for at in kept]
    sounds = ["".join(firm_names.sounds(name[at])) for at in kept]
    letters = [sound if text.isascii() else sound[:1] for text, sound in zip(texts, sounds, strict=True)]
    found: set[int] = set()
    for word in words:
        for spelled in (texts, letters, sounds):
            if places := _places(word, spelled):
                found.update(kept[at] for at in places)
                break
    return [
        ("".join(name[at] for at in group), hit)
        for hit, group in groupby(range(len(name)), key=lambda at: at in found)
    ]


def _places(word: str, spelled: Sequence[str]) -> list[int]:
    """The pieces that the word runs over; none where it does not begin with one."""
    for first in range(len(spelled)):
        if spelled[first] and "".join(spelled[first:]).startswith(word):
            return _covered(word, spelled, first)
    return []


def _covered(word: str, spelled: Sequence[str], first: int) -> list[int]:
    found, length = [], 0
    for at in range(first, len(spelled)):
        if length >= len(word):
            break
        if spelled[at]:
            found.append(at)
        length += len(spelled[at])
    return found
