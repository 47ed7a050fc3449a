"""Tags: words that firms are marked with, as people type them."""

import re
import unicodedata

from cultivate.errors import N_, Invalid

LONGEST = 24
#: would end the word where tags stand in a row, in an address or in a cell
_SEPARATORS = re.compile(r"[,，、;；\n\r\t\0]")


def clean(text: str) -> str:
    """The tag as it is kept: one width, single blanks; ``Invalid`` where nothing is left or it is too long."""
    name = " ".join(unicodedata.normalize("NFKC", text).split())
    if not name:
        raise Invalid(N_("Type a tag."), field="tag", code="tag-missing")
    if len(name) > LONGEST:
        raise Invalid(
            N_("A tag has at most %(longest)s characters."),
            field="tag",
            code="text-too-long",
            longest=LONGEST,
        )
    if _SEPARATORS.search(name) or not name.isprintable():
        raise Invalid(
            N_("A tag is one word without commas; add several one by one."), field="tag", code="tag-invalid"
        )
    return name


def key(name: str) -> str:
    """What tags are told apart by: case and width are no difference."""
    folded = "".join(unicodedata.normalize("NFKC", name).casefold().split())
    return "".join(letter for letter in folded if letter.isprintable())[: 2 * LONGEST]
